"""Rates and trends over windows, operation by operation as Prometheus computes them (promql/functions.go)."""

import numpy as np

from surefoot.promql import sliding, trends
from surefoot.promql.kahan import Kahan
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Mask, Times, Values
from surefoot.promql.windows import Indexes, Windows

_SECOND = 1000.0
_NEAR = 1.1
_WIDTH = 4096  # windows at a time, so that what is worked on stays in the cache
_FEW = 200  # resets, beyond which it is better to go through all windows at once


def extrapolated(w: Windows, semantics: Semantics, *, counter: bool, per_second: bool) -> tuple[Values, Mask]:
    """Compute ``rate``, ``increase`` (counters) and ``delta`` (gauges).

    The difference of the last and the first sample, plus what resets hid, is stretched to the window's
    edges, unless a sample is too far from an edge or a counter would start below zero.
    """
    counts = w.counts
    with np.errstate(all="ignore"):
        first = w.at(w.first)
        result = w.at(w.last - 1)
        result -= first
        if counter:
            _add_resets(w, result)
        for start in range(0, len(result), _WIDTH):
            part = slice(start, start + _WIDTH)
            factor = _stretch(w, part, counts[part], (first[part], result[part]) if counter else None, semantics)
            if per_second:
                factor /= (w.ends[0] - w.starts[0]) / _SECOND
            result[part] *= factor
    return result, counts > 1


def _stretch(
    w: Windows, part: slice, counts: Indexes, counted: tuple[Values, Values] | None, semantics: Semantics
) -> Values:
    """Tell by how much some windows' differences are stretched; of counters, given the first values and differences."""
    first_at, last_at = w.moments(w.first[part]), w.moments(w.last[part] - 1)
    to_start = (first_at - w.starts[part]) / _SECOND
    to_end = (w.ends[part] - last_at) / _SECOND
    sampled = (last_at - first_at) / _SECOND
    half = sampled / (counts - 1)
    far = half * _NEAR
    half /= 2
    if counted and not semantics.clamp_after:
        _not_below_zero(to_start, sampled, *counted)
    np.copyto(to_start, half, where=to_start >= far)
    if counted and semantics.clamp_after:
        _not_below_zero(to_start, sampled, *counted)
    np.copyto(to_end, half, where=to_end >= far)
    to_start += sampled
    to_start += to_end
    to_start /= sampled
    return to_start


def _not_below_zero(to_start: Values, sampled: Values, first: Values, result: Values) -> None:
    """Shorten in place the way to a window's start to where a counter would have been zero."""
    to_zero = first / result
    to_zero *= sampled
    np.copyto(to_start, to_zero, where=(to_zero < to_start) & (result > 0) & (first >= 0))


def instant(w: Windows, *, per_second: bool) -> tuple[Values, Mask]:
    """Compute ``irate`` (a counter's rate) or ``idelta`` from the last two samples."""
    last, before = w.at(w.last - 1), w.at(w.last - 2)
    elapsed = w.moments(w.last - 1) - w.moments(w.last - 2)
    present = (w.counts > 1) & (elapsed != 0)
    with np.errstate(all="ignore"):
        result = last - before
        if per_second:
            result = np.where(last < before, last, result) / (elapsed / _SECOND)
    return result, present


def regression(w: Windows, at: Times | None) -> tuple[Values, Values, Mask]:
    """Fit a line by least squares.

    Args:
        w: The windows.
        at: Where the line's intercept is taken, milliseconds; at the first sample if None.

    Returns:
        Slope per second, intercept, and where there are at least two samples.
    """
    origin = w.moments(w.first) if at is None else at
    first = w.at(w.first)
    with np.errstate(all="ignore"):
        if sliding.tame(w):
            (sum_x, sum_y, sum_xy, sum_xx), constant = trends.moments(w, origin), sliding.constant(w)
        else:
            (sum_x, sum_y, sum_xy, sum_xx), constant = _moments(w, origin)
        count = w.counts.astype(np.float64)
        cov = sum_xy - sum_x * sum_y / count
        var = sum_xx - sum_x * sum_x / count
        slope = cov / var
        intercept = sum_y / count - slope * sum_x / count
        flat = np.where(np.isinf(first), np.nan, first)
        slope = np.where(constant, np.where(np.isinf(first), np.nan, 0.0), slope)
        return slope, np.where(constant, flat, intercept), w.counts > 1


def holt_winters(w: Windows, smoothing: float, trend: float) -> tuple[Values, Mask]:
    """Smooth twice (Holt's linear method): level and trend."""
    with np.errstate(all="ignore"):
        return sliding.smoothed(w, smoothing, trend), w.counts > 1


def _moments(w: Windows, origin: Times) -> tuple[tuple[Values, Values, Values, Values], Mask]:
    """Add up x, y, xy and xx, whatever the values are; tell where y does not change."""
    steps = len(w.first)
    sums = [Kahan(steps) for _ in range(4)]
    first = w.at(w.first)
    constant = np.ones(steps, bool)
    for position in range(int(w.counts.max(initial=0))):
        here = w.counts > position
        y = w.at(w.first + position)
        x = (w.moments(w.first + position) - origin) / _SECOND
        constant &= ~here | (y == first)
        for total, increment in zip(sums, (x, y, x * y, x * x), strict=True):
            total.add(here, increment)
    sum_x, sum_y, sum_xy, sum_xx = (total.value for total in sums)
    return (sum_x, sum_y, sum_xy, sum_xx), constant


def _add_resets(w: Windows, result: Values) -> None:
    """Add in place the value before each reset inside a window, oldest first."""
    resets = (w.values[1:] < w.values[:-1]).nonzero()[0] + 1
    if not len(resets):
        return
    begin = np.searchsorted(w.last, resets, side="right")  # first and last never fall along the steps
    end = np.searchsorted(w.first, resets, side="left")
    if len(resets) <= _FEW:
        for start, stop, before in zip(begin.tolist(), end.tolist(), w.values[resets - 1].tolist(), strict=True):
            if start < stop:
                result[start:stop] += before
        return
    lowest = np.searchsorted(resets, w.first, side="right")
    highest = np.searchsorted(resets, w.last, side="left")
    for number in range(int((highest - lowest).max(initial=0))):
        inside = lowest + number < highest
        which = resets[np.minimum(lowest + number, len(resets) - 1)]
        np.add(result, w.values[which - 1], out=result, where=inside)
