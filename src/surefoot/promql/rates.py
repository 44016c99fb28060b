"""Rates and trends over windows, operation by operation as Prometheus computes them (promql/functions.go)."""

import numpy as np

from surefoot.promql.kahan import Kahan
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Mask, Times, Values
from surefoot.promql.windows import Windows

_SECOND = 1000.0
_NEAR = 1.1


def extrapolated(w: Windows, semantics: Semantics, *, counter: bool, per_second: bool) -> tuple[Values, Mask]:
    """Compute ``rate``, ``increase`` (counters) and ``delta`` (gauges).

    The difference of the last and the first sample, plus what resets hid, is stretched to the window's
    edges, unless a sample is too far from an edge or a counter would start below zero.
    """
    present = w.counts > 1
    first, last = w.at(w.first), w.at(w.last - 1)
    with np.errstate(all="ignore"):
        result = last - first
        if counter:
            result = _with_resets(w, result)
        first_at, last_at = w.moments(w.first), w.moments(w.last - 1)
        to_start = (first_at - w.starts) / _SECOND
        to_end = (w.ends - last_at) / _SECOND
        sampled = (last_at - first_at) / _SECOND
        gap = sampled / (w.counts - 1)
        near = gap * _NEAR
        to_zero = sampled * (first / result)
        clamp = counter & (result > 0) & (first >= 0)
        if semantics.clamp_after:
            to_start = np.where(to_start >= near, gap / 2, to_start)
            to_start = np.where(clamp & (to_zero < to_start), to_zero, to_start)
            to_end = np.where(to_end >= near, gap / 2, to_end)
            stretched = sampled + to_start + to_end
        else:
            to_start = np.where(clamp & (to_zero < to_start), to_zero, to_start)
            stretched = sampled + np.where(to_start < near, to_start, gap / 2)
            stretched = stretched + np.where(to_end < near, to_end, gap / 2)
        factor = stretched / sampled
        if per_second:
            factor = factor / ((w.ends - w.starts) / _SECOND)
        return result * factor, present


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
    steps = len(w.first)
    origin = w.moments(w.first) if at is None else at
    sums = [Kahan(steps) for _ in range(4)]
    count = np.zeros(steps)
    first = w.at(w.first)
    constant = np.ones(steps, bool)
    with np.errstate(all="ignore"):
        for position in range(int(w.counts.max(initial=0))):
            here = w.counts > position
            y = w.at(w.first + position)
            x = (w.moments(w.first + position) - origin) / _SECOND
            constant &= ~here | (y == first)
            count = count + here
            for total, increment in zip(sums, (x, y, x * y, x * x), strict=True):
                total.add(here, increment)
        sum_x, sum_y, sum_xy, sum_xx = (total.value for total in sums)
        cov = sum_xy - sum_x * sum_y / count
        var = sum_xx - sum_x * sum_x / count
        slope = cov / var
        intercept = sum_y / count - slope * sum_x / count
        flat = np.where(np.isinf(first), np.nan, first)
        slope = np.where(constant, np.where(np.isinf(first), np.nan, 0.0), slope)
        return slope, np.where(constant, flat, intercept), w.counts > 1


def holt_winters(w: Windows, smoothing: float, trend: float) -> tuple[Values, Mask]:
    """Smooth twice (Holt's linear method): level and trend."""
    level_before = np.zeros(len(w.first))
    slope = w.at(w.first + 1) - w.at(w.first)
    level = w.at(w.first)
    with np.errstate(all="ignore"):
        for position in range(1, int(w.counts.max(initial=0))):
            here = w.counts > position
            if position > 1:
                fresh = trend * (level - level_before) + (1 - trend) * slope
                slope = np.where(here, fresh, slope)
            scaled = smoothing * w.at(w.first + position)
            next_level = scaled + (1 - smoothing) * (level + slope)
            level_before = np.where(here, level, level_before)
            level = np.where(here, next_level, level)
    return level, w.counts > 1


def _with_resets(w: Windows, result: Values) -> Values:
    """Add the value before each reset inside a window, oldest first."""
    resets = np.flatnonzero(w.values[1:] < w.values[:-1]) + 1
    if not len(resets):
        return result
    lowest = np.searchsorted(resets, w.first, side="right")
    highest = np.searchsorted(resets, w.last, side="left")
    for number in range(int((highest - lowest).max(initial=0))):
        inside = lowest + number < highest
        which = resets[np.minimum(lowest + number, len(resets) - 1)]
        result = np.where(inside, result + w.values[which - 1], result)
    return result
