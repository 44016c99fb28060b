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
        return self.values.take(indexes, mode="clip")

    def moments(self, indexes: Indexes) -> Times:
        """Take the times at indexes, as `at` does."""
        if not len(self.times):
            return np.zeros(len(indexes), np.int64)
        return self.times.take(indexes, mode="clip")

    def positions(self) -> Iterator[tuple[Mask, Values]]:
        """Go through the windows from their first sample on: which still have one here, and its value.

        The order of additions is that of Prometheus, so sums agree to the last bit.
        """
        counts = self.counts
        for position in range(int(counts.max(initial=0))):
            yield counts > position, self.at(self.first + position)


def select(series: Series, ends: Times, length: int, *, left_open: bool) -> Windows:
    """Find the windows of a series, as `Frames` does for many."""
    return Frames(ends, length, left_open=left_open).windows(series)


class Frames:
    """Where windows start and end, whatever the series."""

    def __init__(self, ends: Times, length: int, *, left_open: bool) -> None:
        """Take the ends, milliseconds, shape (steps,).

        Args:
            ends: Of the windows.
            length: Of each, milliseconds.
            left_open: Whether a sample at the very start is outside (Prometheus 3).
        """
        self._ends, self._starts, self._left_open = ends, ends - length, left_open
        self._grid, self._ahead = _grid(ends, length)

    def windows(self, series: Series) -> Windows:
        """Find the windows of a series."""
        times, values = series.times, series.values
        if series.stale.any():
            times, values = times[~series.stale], values[~series.stale]
        first, last = self._edges(times)
        return Windows(series.labels, times, values, first, last, self._starts, self._ends)

    def _edges(self, times: Times) -> tuple[Indexes, Indexes]:
        """Return the first sample in each window and the first behind it."""
        steps = len(self._ends)
        known = np.searchsorted(times, self._grid, side="right")
        last = known[-steps:] if self._ahead else np.searchsorted(times, self._ends, side="right")
        first = known[:steps]
        if not self._left_open and len(times):
            at_start = times.take(first - 1, mode="clip") == self._starts
            if at_start.any():
                first = first - at_start
        return first, last


def _grid(ends: Times, length: int) -> tuple[Times, int]:
    """Return the starts, on to the last end if that lies on their grid, and how many steps a window then spans."""
    steps = len(ends)
    step = int(ends[1] - ends[0]) if steps > 1 else 0
    if step > 0 and length % step == 0 and length < step * steps and ends[-1] - ends[0] == step * (steps - 1):
        return np.arange(int(ends[0]) - length, int(ends[-1]) + 1, step, dtype=np.int64), length // step
    return ends - length, 0
