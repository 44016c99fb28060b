"""The port to the history of metrics: raw samples with their true times."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from surefoot.promql.engine import LOOKBACK_MS, Steps
from surefoot.promql.reach import reaches
from surefoot.promql.selector import Selector
from surefoot.promql.series import Block, Labels, Scalar, Series, Text

Progress: TypeAlias = Callable[[int, int], None]
"""Called with what is done and what there is in all, in units of the source's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """What a source had.

    Attributes:
        series: Each label set once, sorted; times ascend strictly.
        gaps: What could not be had, a sentence each. A result made from it is partial, and never taken
            for silence: where a gap is, nothing is known.
    """

    series: tuple[Series, ...] = ()
    gaps: tuple[str, ...] = ()


class MetricsSource(Protocol):
    """Something that remembers samples."""

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read the raw samples that selectors mean.

        Args:
            selectors: Of the series; one that several of them mean comes once.
            start: First time, milliseconds since 1970.
            end: Last time, included.
            progress: Told how far it is.

        Raises:
            MetricsError: The source does not answer, refuses, or answers with what is no metrics.
        """


class QueryServer(Protocol):
    """Something that evaluates queries itself."""

    def instant(self, query: str, at: int) -> Block | Scalar | Text:
        """Evaluate a query at one time, milliseconds.

        Raises:
            MetricsError: The server does not answer, refuses, or warns that its answer is not complete.
        """

    def range_(self, query: str, start: int, end: int, step: int) -> Block:
        """Evaluate a query at every step; a scalar becomes a row without labels.

        Args:
            query: The expression.
            start: First evaluation, milliseconds.
            end: No evaluation is later.
            step: Between evaluations, milliseconds.

        Raises:
            MetricsError: As for `instant`.
        """


def fetched_for(
    source: MetricsSource, text: str, steps: Steps, lookback: int = LOOKBACK_MS, progress: Progress | None = None
) -> Fetched:
    """Read every sample that an expression looks at when it is evaluated at every step.

    Raises:
        PromqlError: The expression does not parse.
        MetricsError: See `MetricsSource.fetch`.
    """
    together: dict[tuple[int, int], list[Selector]] = {}
    for one in reaches(text, steps, lookback):
        together.setdefault((one.start, one.end), []).append(one.selector)
    return merged(source.fetch(selectors, start, end, progress) for (start, end), selectors in together.items())


def merged(parts: Iterable[Fetched]) -> Fetched:
    """Put together what was fetched in parts, sorted by labels as Prometheus does, since sums depend on the order.

    Of two samples at one time the first to come stays.
    """
    found: dict[Labels, list[Series]] = {}
    gaps: dict[str, None] = {}
    for part in parts:
        gaps.update(dict.fromkeys(part.gaps))
        for series in part.series:
            found.setdefault(series.labels, []).append(series)
    return Fetched(tuple(_joined(found[labels]) for labels in sorted(found)), tuple(gaps))


def within(series: Series, start: int, end: int) -> Series | None:
    """Cut a series to a stretch of time, both ends included; None if nothing is left."""
    first = int(np.searchsorted(series.times, start, side="left"))
    last = int(np.searchsorted(series.times, end, side="right"))
    if first >= last:
        return None
    if last - first == len(series.times):
        return series
    part = slice(first, last)
    return Series(series.labels, series.times[part], series.values[part], series.stale[part])


def _joined(pieces: Sequence[Series]) -> Series:
    if len(pieces) == 1:
        return pieces[0]
    times = np.concatenate([piece.times for piece in pieces])
    kept, where = np.unique(times, return_index=True)
    values = np.concatenate([piece.values for piece in pieces])[where]
    stale = np.concatenate([piece.stale for piece in pieces])[where]
    return Series(pieces[0].labels, kept, values, stale)
