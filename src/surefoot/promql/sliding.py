"""Reductions of overlapping windows, many at a time: the bits of the plain loops, with less traffic in memory.

Windows are sorted by how many samples they hold, the fullest first: those that still have a sample at a position
are then the first ones, and every operation works in place on a slice, without masks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surefoot.promql import exact
from surefoot.promql.series import Mask, Times, Values
from surefoot.promql.windows import Indexes, Windows

WIDTH = 16_384
"""Windows at a time; fewer cost more calls than they save in the cache."""

_TAME = 1e150  # squares and sums of what is smaller do not overflow
_SECOND = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """Some windows, the fullest first.

    Attributes:
        steps: Which they are, shape (m,).
        first: Index of each one's first sample.
        active: How many of them have a sample at position 0, 1, and so on.
    """

    steps: Indexes
    first: Indexes
    active: list[int]


def lanes(w: Windows) -> Iterator[Lane]:
    """Cut the windows that hold a sample into lanes."""
    counts = w.counts
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    for start in range(0, len(order), WIDTH):
        steps = order[start : start + WIDTH]
        falling = -counts[steps]
        yield Lane(steps, w.first[steps], np.searchsorted(falling, -np.arange(-int(falling[0]))).tolist())


class Sums:
    """Compensated sums in place: `Kahan`'s bits, as long as nothing overflows.

    Both find the exact error of an addition; this way (Knuth's) needs no comparison.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.sum = np.zeros(shape)
        self.lost = np.zeros(shape)
        self._grown = np.empty(shape)
        self._scratch = np.empty((2, *shape))

    def add(self, increment: Values) -> None:
        """Add to the first ones, as many as there are increments; those are overwritten."""
        stop = increment.shape[-1]
        total, lost = self.sum[..., :stop], self.lost[..., :stop]
        grown, arrived, rest = (one[..., :stop] for one in (self._grown, *self._scratch))
        np.add(total, increment, out=grown)
        np.subtract(grown, total, out=arrived)
        np.subtract(grown, arrived, out=rest)
        np.subtract(increment, arrived, out=increment)
        np.subtract(total, rest, out=rest)
        rest += increment
        lost += rest
        if grown.shape == self.sum.shape:
            self.sum, self._grown = self._grown, self.sum
        else:
            total[...] = grown


def tame(w: Windows) -> bool:
    """Tell whether no value is NaN, infinite or so large that sums might overflow."""
    return not len(w.values) or bool(np.abs(w.values).max() < _TAME)


def total(w: Windows) -> Values:
    """Add up tame values, compensated; running sums do it where they are exact."""
    if (found := exact.window_sums(w)) is not None:
        return found
    result = np.zeros(len(w.first))
    for lane in lanes(w):
        sums = Sums((len(lane.steps),))
        for value in _values(w.values, lane):
            sums.add(value)
        result[lane.steps] = sums.sum + sums.lost
    return result


def average(w: Windows) -> Values:
    """Average tame values as a running mean, compensated."""
    result = np.zeros(len(w.first))
    for lane in lanes(w):
        mean = Sums((len(lane.steps),))
        scratch = np.empty(len(lane.steps))
        for number, value in enumerate(_values(w.values, lane), start=1):
            share = scratch[: len(value)]
            np.divide(mean.sum[: len(value)], number, out=share)
            np.divide(value, number, out=value)
            np.subtract(value, share, out=value)
            mean.add(value)
        result[lane.steps] = mean.sum + mean.lost
    return result


def spread(w: Windows) -> Values:
    """Add up the squares of tame values' distances to their mean by Welford's method, compensated."""
    result = np.zeros(len(w.first))
    for lane in lanes(w):
        mean, squares = Sums((len(lane.steps),)), Sums((len(lane.steps),))
        scratch = np.empty((2, len(lane.steps)))
        for number, value in enumerate(_values(w.values, lane), start=1):
            stop = len(value)
            delta, grown = scratch[0, :stop], scratch[1, :stop]
            np.add(mean.sum[:stop], mean.lost[:stop], out=grown)
            np.subtract(value, grown, out=delta)
            np.divide(delta, number, out=grown)
            mean.add(grown)
            np.add(mean.sum[:stop], mean.lost[:stop], out=grown)
            np.subtract(value, grown, out=value)
            np.multiply(value, delta, out=value)
            squares.add(value)
        result[lane.steps] = squares.sum + squares.lost
    return result


def moments(w: Windows, origin: Times) -> tuple[Values, Values, Values, Values]:
    """Add up x, y, xy and xx, compensated, where y are tame values and x seconds since each window's origin."""
    result = np.zeros((4, len(w.first)))
    times = w.times.astype(np.float64)  # milliseconds are whole and small: exact
    for lane in lanes(w):
        sums, parts = Sums((4, len(lane.steps))), np.empty((4, len(lane.steps)))
        since = origin[lane.steps].astype(np.float64)
        for x, y in zip(_values(times, lane), _values(w.values, lane), strict=True):
            stop = len(y)
            given = parts[:, :stop]
            np.subtract(x, since[:stop], out=given[0])
            given[0] /= _SECOND
            given[1] = y
            np.multiply(given[0], y, out=given[2])
            np.multiply(given[0], given[0], out=given[3])
            sums.add(given)
        result[:, lane.steps] = sums.sum + sums.lost
    return result[0], result[1], result[2], result[3]


def constant(w: Windows) -> Mask:
    """Tell in which windows tame values do not change."""
    changes = np.concatenate(([0, 0], np.cumsum(w.values[1:] != w.values[:-1])))
    least = np.minimum(w.first + 1, len(changes) - 1)
    return np.where(w.filled, changes[np.maximum(w.last, 1)] == changes[least], True)  # noqa: FBT003  # numpy's


def smoothed(w: Windows, smoothing: float, trend: float) -> Values:
    """Smooth twice (Holt's linear method); return the last level."""
    result = np.zeros(len(w.first))
    for lane in lanes(w):
        level = before = slope = np.zeros(0)
        for position, value in enumerate(_values(w.values, lane)):
            stop = len(value)
            if not position:
                level = value.copy()
                before = np.zeros(stop)
                continue
            here, behind = level[:stop], before[:stop]
            if position == 1:
                slope = value - here
            else:
                np.subtract(here, behind, out=behind)
                behind *= trend
                slope[:stop] *= 1 - trend
                slope[:stop] += behind
            behind[...] = here
            here += slope[:stop]
            here *= 1 - smoothing
            np.multiply(value, smoothing, out=value)
            here += value
        result[lane.steps] = level
    return result


def extreme(w: Windows, *, largest: bool) -> Values:
    """Take the smallest or largest value of each window, the first of equal ones; NaN only if there is no other.

    Two stretches of a power of two cover a window, from its first sample on and up to its last.
    """
    result, counts = w.at(w.first), w.counts
    table, size = w.values, 1
    while True:
        meant = np.flatnonzero((counts >= size) & (counts < 2 * size))
        if len(meant):
            result[meant] = _better(table[w.first[meant]], table[w.last[meant] - size], largest=largest)
        if 2 * size > int(counts.max(initial=0)):
            return result
        table = _better(table[:-size], table[size:], largest=largest)
        size *= 2


def _better(earlier: Values, later: Values, *, largest: bool) -> Values:
    wins: Mask = later > earlier if largest else later < earlier
    return np.where(wins | np.isnan(earlier), later, earlier)


def _values(samples: Values, lane: Lane) -> Iterator[Values]:
    """Go through the windows from their first sample on; what is given may be overwritten."""
    index, room = lane.first.copy(), np.empty(len(lane.first))
    for stop in lane.active:
        found = room[:stop]
        np.take(samples, index[:stop], out=found, mode="clip")
        yield found
        index += 1
