"""Series and blocks: what the engine reads, and what each step of an expression yields.

Times are int64 milliseconds since 1970, values float64. Absence is a mask of its own: NaN is a value
like any other, and only Prometheus' stale marker, one particular NaN, says that a series ended.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

from surefoot.promql.re2 import compiled
from surefoot.promql.selector import Matcher, MatchOp, Selector

Labels: TypeAlias = tuple[tuple[str, str], ...]
Times: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Milliseconds = NewType("Milliseconds", int)

NAME = "__name__"
STALE_BITS = 0x7FF0000000000002
"""The bits of the stale marker (Prometheus, model/value)."""


def stale_marker() -> float:
    """Return the NaN that marks the end of a series."""
    return float(np.array([STALE_BITS], np.uint64).view(np.float64)[0])


def is_stale(values: Values) -> Mask:
    """Tell which values are stale markers."""
    marked: Mask = values.view(np.uint64) == STALE_BITS
    return marked


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One series; times are strictly ascending.

    Attributes:
        labels: Sorted, with the metric's name under ``__name__``.
        times: Milliseconds, shape (n,).
        values: Shape (n,).
        stale: Which values are stale markers, shape (n,).
    """

    labels: Labels
    times: Times
    values: Values
    stale: Mask

    @classmethod
    def of(cls, labels: Mapping[str, str], times: Iterable[int], values: Iterable[float]) -> "Series":
        """Make a series of plain values.

        Raises:
            ValueError: Times do not ascend, or there are more of one than of the other.
        """
        at = np.asarray(list(times), np.int64)
        found = np.asarray(list(values), np.float64)
        if at.shape != found.shape or np.any(np.diff(at) <= 0):
            raise ValueError(f"series {dict(labels)}: times must ascend, one for each value")
        return cls(tuple(sorted(labels.items())), at, found, is_stale(found))


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """An instant vector at every step: a row for each label set.

    Attributes:
        labels: One label set a row, all different.
        values: Shape (rows, steps); what is not present has any value.
        present: Which row has a sample at which step, shape (rows, steps).
        ordered: The rows are in an order that the expression asked for (``sort``, ``topk``).
    """

    labels: tuple[Labels, ...]
    values: Values
    present: Mask
    ordered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A number at every step, shape (steps,)."""

    values: Values


@dataclass(frozen=True, slots=True)
class Text:
    """A string, the same at every step."""

    value: str


@dataclass(slots=True)
class Storage:
    """Series in memory, found by selectors, in the order in which they came."""

    series: list[Series] = field(default_factory=list)

    def select(self, selector: Selector) -> list[Series]:
        """Return the series that a selector means."""
        meant = condition(selector)
        return [one for one in self.series if meant(one.labels)]


def condition(selector: Selector) -> Callable[[Labels], bool]:
    """Return what tells whether a selector means a series."""
    matchers = list(selector.matchers)
    if selector.metric:
        matchers.insert(0, Matcher(NAME, MatchOp.EQUAL, selector.metric))  # it leaves the fewest
    tests = [(matcher.label, _test(matcher)) for matcher in matchers]

    def meant(labels: Labels) -> bool:
        known = dict(labels)
        for label, test in tests:  # noqa: SIM110  # a generator would cost more than the tests
            if not test(known.get(label, "")):
                return False
        return True

    return meant


def _test(matcher: Matcher) -> Callable[[str], bool]:
    wanted = matcher.value
    match matcher.op:
        case MatchOp.EQUAL:
            return lambda value: value == wanted
        case MatchOp.NOT_EQUAL:
            return lambda value: value != wanted
        case MatchOp.REGEX:
            pattern = compiled(wanted)
            return lambda value: pattern.fullmatch(value) is not None
        case MatchOp.NOT_REGEX:
            refused = compiled(wanted)
            return lambda value: refused.fullmatch(value) is None


def without_name(labels: Labels) -> Labels:
    """Drop the metric's name."""
    return tuple(pair for pair in labels if pair[0] != NAME)


def keep(labels: Labels, wanted: Iterable[str]) -> Labels:
    """Keep only some labels."""
    names = frozenset(wanted)
    return tuple(pair for pair in labels if pair[0] in names)


def drop(labels: Labels, unwanted: Iterable[str]) -> Labels:
    """Drop some labels."""
    names = frozenset(unwanted)
    return tuple(pair for pair in labels if pair[0] not in names)
