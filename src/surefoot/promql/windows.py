"""Range vectors: which samples of a series each step's window holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surefoot.promql.series import Labels, Mask, Series, Times, Values

Indexes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The windows of one series, one a step.

    Attributes:
        labels: The series' labels.
        times: Milliseconds of its samples, without stale markers, shape (n,).
        values: Shape (n,).
        first: Index of the first sample inside, shape (steps,).
        last: Index behind the last sample inside, shape (steps,).
        starts: Where each window starts, milliseconds, shape (steps,).
        ends: Where it ends.
    """

    labels: Labels
    times: Times
    values: Values
    first: Indexes
    last: Indexes
    starts: Times
    ends: Times

    @property
    def counts(self) -> Indexes:
        """Number of samples in each window."""
        return self.last - self.first

    @property
    def filled(self) -> Mask:
        """Which windows hold a sample."""
        return self.last > self.first

    def at(self, indexes: Indexes) -> Values:
        """Take the values at indexes; those outside the series give any value."""
        if not len(self.values):
            return np.zeros(len(indexes))
        return np.take(self.values, indexes, mode="clip")

    def moments(self, indexes: Indexes) -> Times:
        """Take the times at indexes, as `at` does."""
        if not len(self.times):
            return np.zeros(len(indexes), np.int64)
        return np.take(self.times, indexes, mode="clip")

    def positions(self) -> Iterator[tuple[Mask, Values]]:
        """Go through the windows from their first sample on: which still have one here, and its value.

        The order of additions is that of Prometheus, so sums agree to the last bit.
        """
        counts = self.counts
        for position in range(int(counts.max(initial=0))):
            yield counts > position, self.at(self.first + position)


def select(series: Series, ends: Times, length: int, *, left_open: bool) -> Windows:
    """Find the windows of a series that end at the given times.

    Args:
        series: The samples.
        ends: Milliseconds, shape (steps,).
        length: Of each window, milliseconds.
        left_open: Whether a sample at the very start is outside (Prometheus 3).
    """
    times, values = series.times, series.values
    if series.stale.any():
        times, values = times[~series.stale], values[~series.stale]
    starts = ends - length
    first, last = _edges(times, ends, length)
    if not left_open and len(times):
        first = first - (np.take(times, first - 1, mode="clip") == starts) * (first > 0)
    return Windows(series.labels, times, values, first, np.maximum(last, first), starts, ends)


def _edges(times: Times, ends: Times, length: int) -> tuple[Indexes, Indexes]:
    """Count the samples up to each window's start and up to its end; at once if the starts lie on the ends' grid."""
    steps = len(ends)
    step = int(ends[1] - ends[0]) if steps > 1 else 0
    if (
        step > 0
        and length % step == 0
        and (ahead := length // step) < steps
        and ends[-1] - ends[0] == step * (steps - 1)
    ):
        grid = np.arange(int(ends[0]) - length, int(ends[-1]) + 1, step, dtype=np.int64)
        known = np.searchsorted(times, grid, side="right")
        return known[:steps], known[ahead:]
    return np.searchsorted(times, ends - length, side="right"), np.searchsorted(times, ends, side="right")
