"""The sums that a straight line through each window's samples is made of."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from surefoot.promql import exact, sliding
from surefoot.promql.exact import Span
from surefoot.promql.series import Times, Values
from surefoot.promql.windows import Indexes, Windows

Moments = tuple[Values, Values, Values, Values]
"""Sums of x, y, xy and xx over each window, shape (steps,); x are seconds since its origin, y the values."""

_CELLS = 40_960  # of windows laid out side by side: what is worked on stays in the cache
_SECOND = 1000.0


def moments(w: Windows, origin: Times) -> Moments:
    """Add up x, y, xy and xx, compensated, where y are tame values.

    Args:
        w: The windows.
        origin: Where x is zero, milliseconds, shape (steps,).
    """
    y = exact.window_sums(w)
    if y is None:
        return sliding.moments(w, origin)
    result = np.zeros((3, len(y)))
    table, sizes = _Table(w, origin), exact.magnitudes(w.values)
    nearest, farthest = _distances(w, origin)
    for steps in _blocks(w.counts):
        x = float(nearest[steps].min()), float(farthest[steps].max())
        cuts = _cuts(x, sizes, int(w.counts[steps[0]]))
        if cuts is None:
            part = sliding.moments(replace(w, first=w.first[steps], last=w.last[steps]), origin[steps])
            result[:, steps] = part[0], part[2], part[3]
        else:
            result[:, steps] = table.sums(steps, cuts)
    return result[0], y, result[1], result[2]


def _sliding(samples: Values, width: int) -> Values:
    """Lay so many samples from each one on side by side, without a copy."""
    return np.asarray(sliding_window_view(samples, width))


class _Table:
    """The samples of windows side by side."""

    def __init__(self, w: Windows, origin: Times) -> None:
        deepest = max(int(w.counts.max(initial=0)), 1)
        beyond = np.zeros(deepest)
        self._times = _sliding(np.concatenate((w.times.astype(np.float64), beyond)), deepest)
        self._values = _sliding(np.concatenate((w.values, beyond)), deepest)
        self._room = np.empty(max(_CELLS, deepest))
        self._first, self._counts = w.first, w.counts
        self._origin = origin.astype(np.float64)

    def sums(self, steps: Indexes, cuts: tuple[float, float, float]) -> tuple[Values, Values, Values]:
        """Add up x, xy and xx of some windows, the fullest first."""
        counts, first = self._counts[steps], self._first[steps]
        deepest, least = int(counts[0]), int(counts[-1])
        x = self._times[:, :deepest][first]
        products = self._values[:, :deepest][first]
        x -= self._origin[steps, np.newaxis]
        x /= _SECOND
        if least < deepest:
            x[:, least:][np.arange(least, deepest) >= counts[:, np.newaxis]] = 0.0
        products *= x
        scratch = self._room[: x.size].reshape(x.shape)
        xy = exact.row_sums(products, cuts[1], scratch)
        np.multiply(x, x, out=products)
        return exact.row_sums(x, cuts[0], scratch), xy, exact.row_sums(products, cuts[2], scratch)


def _blocks(counts: Indexes) -> Iterator[Indexes]:
    """Cut the windows that hold a sample into blocks, the fullest first."""
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    start = 0
    while start < len(order):
        stop = start + max(_CELLS // int(counts[order[start]]), 1)
        yield order[start:stop]
        start = stop


def _distances(w: Windows, origin: Times) -> tuple[Values, Values]:
    """Tell how near to its origin a window's samples come, those at the origin apart, and how far they are; seconds."""
    after = np.searchsorted(w.times, origin)
    beside = [np.clip(after + step, w.first, w.last - 1) for step in (-1, 0, 1)]
    near = np.abs([w.moments(index) - origin for index in beside])
    far = np.abs([w.moments(index) - origin for index in (w.first, w.last - 1)])
    return np.where(near > 0, near, np.inf).min(axis=0) / _SECOND, far.max(axis=0) / _SECOND


def _cuts(x: tuple[float, float], y: tuple[float, float], count: int) -> tuple[float, float, float] | None:
    """Tell how to cut x, xy and xx, given the magnitudes of x and y; None if any of them needs the loop.

    Rounding keeps the order: the smallest product is that of the smallest factors.
    """
    spans = Span.between(*x), Span.between(x[0] * y[0], x[1] * y[1]), Span.between(x[0] * x[0], x[1] * x[1])
    cuts = [span.cut(count) for span in spans if span is not None]
    known = [cut for cut in cuts if cut is not None]
    return (known[0], known[1], known[2]) if len(known) == len(spans) else None
