"""The fast path: rates of counters over many windows in one pass, equal to the general engine's to the last bit.

A window that is a multiple of the step has both edges on the grid of evaluations. So the samples next to
every grid time are found once, and each window's rate is a difference of two slices. Counters of whole
numbers stay exact when resets are summed up beforehand; everything else is refused here (None) and left
to the general engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Mask, Series, Times, Values

_EXACT = 2.0**53
_SECOND = 1000.0
_NEAR = 1.1
_CHUNK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One counter, seen from every grid time; arrays of shape (grid,).

    Attributes:
        reach: Grid steps before the first evaluation: the longest window.
        step: Milliseconds between grid times.
        first: Index of the first sample at or after a grid time (after it, if ranges are left-open).
        last: Index of the last sample at or before it.
        first_time: Its time, milliseconds since the grid's start; and so on.
        first_raw: Its value as it was.
        first_sum: Its value with every earlier reset added back.
    """

    reach: int
    step: int
    times: Times
    first: Times
    last: Times
    first_time: Times
    last_time: Times
    first_raw: Values
    first_sum: Values
    last_sum: Values


def grid(series: Series, evaluations: Times, longest: int, *, left_open: bool) -> Grid | None:
    """Look at a counter from every grid time.

    Args:
        series: The counter.
        evaluations: Evenly spaced, milliseconds, at least two.
        longest: The longest window, milliseconds, a multiple of the spacing.
        left_open: Whether a range excludes its start.

    Returns:
        The grid; None for values whose sums would not be exact: negative, fractional, huge, NaN.
    """
    times, values = series.times, series.values
    if series.stale.any():
        times, values = times[~series.stale], values[~series.stale]
    sums = _without_resets(values)
    if sums is None:
        return None
    step = int(evaluations[1] - evaluations[0])
    reach = longest // step
    at = np.arange(int(evaluations[0]) - reach * step, int(evaluations[-1]) + 1, step, dtype=np.int64)
    first = np.searchsorted(times, at, side="right" if left_open else "left")
    last = np.searchsorted(times, at, side="right") - 1
    if not len(times):
        times, values, sums = np.zeros(1, np.int64), np.zeros(1), np.zeros(1)
    first_at, last_at = np.minimum(first, len(times) - 1), np.maximum(last, 0)
    return Grid(
        reach,
        step,
        at,
        first,
        last,
        times[first_at],
        times[last_at],
        values[first_at],
        sums[first_at],
        sums[last_at],
    )


def rate(counter: Grid, window: int, semantics: Semantics) -> tuple[Values, Mask]:
    """Compute ``rate(counter[window])`` at every evaluation.

    Args:
        counter: The counter.
        window: Milliseconds, a multiple of the step, at most the grid's reach.
        semantics: Of which version of Prometheus.

    Returns:
        Values and presence, shape (evaluations,).
    """
    count = len(counter.times) - counter.reach
    values, present = np.empty(count), np.empty(count, bool)
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        values[part], present[part] = _rate(counter, window, semantics, part)
    return values, present


def total(counters: Sequence[Grid], window: int, semantics: Semantics) -> tuple[Values, Mask] | None:
    """Compute ``sum(rate(…[window]))`` over counters, adding in their order; None if there are none."""
    result: tuple[Values, Mask] | None = None
    for counter in counters:
        values, present = rate(counter, window, semantics)
        if result is None:
            result = values, present
            continue
        before, seen = result
        both = np.where(seen, before + values, values)
        result = np.where(present, both, before), seen | present
    return result


def _rate(counter: Grid, window: int, semantics: Semantics, part: slice) -> tuple[Values, Mask]:
    ends = slice(counter.reach + part.start, counter.reach + part.stop)
    back = window // counter.step
    starts = slice(ends.start - back, ends.stop - back)
    gaps = counter.last[ends] - counter.first[starts]
    present = gaps > 0
    with np.errstate(all="ignore"):
        result = counter.last_sum[ends] - counter.first_sum[starts]
        first_at, last_at = counter.first_time[starts], counter.last_time[ends]
        to_start = (first_at - counter.times[starts]) / _SECOND
        to_end = (counter.times[ends] - last_at) / _SECOND
        sampled = (last_at - first_at) / _SECOND
        gap = sampled / gaps
        near = gap * _NEAR
        to_zero = sampled * (counter.first_raw[starts] / result)
        clamp = (result > 0) & (to_zero < to_start)
        if semantics.clamp_after:
            to_start = np.where(to_start >= near, gap / 2, to_start)
            to_start = np.where((result > 0) & (to_zero < to_start), to_zero, to_start)
            stretched = sampled + to_start + np.where(to_end >= near, gap / 2, to_end)
        else:
            to_start = np.where(clamp, to_zero, to_start)
            stretched = sampled + np.where(to_start < near, to_start, gap / 2)
            stretched += np.where(to_end < near, to_end, gap / 2)
        factor = stretched / sampled
        factor /= window / _SECOND
        return result * factor, present


def _without_resets(values: Values) -> Values | None:
    """Add back what resets hid; None where that would not be exact."""
    if not len(values):
        return values
    with np.errstate(invalid="ignore"):
        if not np.isfinite(values).all() or (values < 0).any() or (values != np.floor(values)).any():
            return None
    falls = np.flatnonzero(values[1:] < values[:-1])
    if not len(falls):
        return values if values[-1] < _EXACT else None
    hidden = np.zeros(len(values))
    hidden[falls + 1] = values[falls]
    sums: Values = values + np.cumsum(hidden)
    return sums if sums[-1] < _EXACT else None
