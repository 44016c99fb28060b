"""Aggregations over windows: ``avg_over_time`` and its kin, ``changes``, ``resets``."""

import numpy as np

from surefoot.promql import quantile, sliding
from surefoot.promql.kahan import Kahan
from surefoot.promql.series import Mask, Values
from surefoot.promql.windows import Windows

Reduced = tuple[Values, Mask]
_CELLS = 1 << 20  # of windows laid out side by side


def average(w: Windows) -> Reduced:
    """Average as a running mean, compensated; infinities of one sign stay."""
    if sliding.tame(w):
        return sliding.average(w), w.filled
    mean, lost = np.zeros(len(w.first)), np.zeros(len(w.first))
    with np.errstate(all="ignore"):
        for number, (here, value) in enumerate(w.positions(), start=1):
            stuck = np.isinf(mean) & np.where(np.isinf(value), (mean > 0) == (value > 0), ~np.isnan(value))
            mean, lost = Kahan.step(mean, lost, value / number - mean / number, here & ~stuck)
    return np.where(np.isinf(mean), mean, mean + lost), w.filled


def total(w: Windows) -> Reduced:
    """Add up, compensated."""
    if sliding.tame(w):
        return sliding.total(w), w.filled
    result = Kahan(len(w.first))
    with np.errstate(all="ignore"):
        for here, value in w.positions():
            result.add(here, value)
        return result.value, w.filled


def count(w: Windows) -> Reduced:
    """Count the samples."""
    return w.counts.astype(np.float64), w.filled


def last(w: Windows) -> Reduced:
    """Take the last sample."""
    return w.at(w.last - 1), w.filled


def present(w: Windows) -> Reduced:
    """Give 1 where there is a sample."""
    return np.ones(len(w.first)), w.filled


def smallest(w: Windows) -> Reduced:
    """Take the smallest; NaN only if there is nothing else."""
    return sliding.extreme(w, largest=False), w.filled


def largest(w: Windows) -> Reduced:
    """Take the largest; NaN only if there is nothing else."""
    return sliding.extreme(w, largest=True), w.filled


def variance(w: Windows) -> Reduced:
    """Compute the population variance by Welford's method, compensated."""
    if sliding.tame(w):
        with np.errstate(all="ignore"):
            return sliding.spread(w) / w.counts, w.filled
    steps = len(w.first)
    mean, mean_lost = np.zeros(steps), np.zeros(steps)
    spread, spread_lost = np.zeros(steps), np.zeros(steps)
    with np.errstate(all="ignore"):
        for number, (here, value) in enumerate(w.positions(), start=1):
            delta = value - (mean + mean_lost)
            mean, mean_lost = Kahan.step(mean, mean_lost, delta / number, here)
            grown = delta * (value - (mean + mean_lost))
            spread, spread_lost = Kahan.step(spread, spread_lost, grown, here)
        return (spread + spread_lost) / w.counts, w.filled


def deviation(w: Windows) -> Reduced:
    """Compute the population standard deviation."""
    found, there = variance(w)
    with np.errstate(all="ignore"):
        return np.sqrt(found), there


def changes(w: Windows) -> Reduced:
    """Count how often the value changed; NaN to NaN is no change."""
    before, after = w.values[:-1], w.values[1:]
    return _count_events(w, (before != after) & ~(np.isnan(before) & np.isnan(after)))


def resets(w: Windows) -> Reduced:
    """Count how often the value fell."""
    return _count_events(w, w.values[1:] < w.values[:-1])


def quantiles(w: Windows, q: Values) -> Reduced:
    """Take a quantile of each window, interpolated.

    Args:
        w: The windows.
        q: The quantile of each step.
    """
    result = np.empty(len(w.first))
    deepest = max(int(w.counts.max(initial=0)), 1)
    positions = np.arange(deepest)[:, np.newaxis]
    width = max(_CELLS // deepest, 1)
    for start in range(0, len(result), width):
        part = slice(start, start + width)
        indexes = w.first[part] + positions
        found = w.at(indexes.ravel()).reshape(indexes.shape)
        result[part] = quantile.quantiles(q[part], found, positions < w.counts[part])
    return result, w.filled


def _count_events(w: Windows, events: Mask) -> Reduced:
    """Count the events between neighbours that both lie inside a window, by prefix sums."""
    running = np.concatenate(([0, 0], np.cumsum(events))) if len(w.values) else np.zeros(2, np.int64)
    upper = running[np.maximum(w.last, 1)]
    lower = running[np.minimum(w.first + 1, len(running) - 1)]
    return np.where(w.filled, upper - lower, 0).astype(np.float64), w.filled
