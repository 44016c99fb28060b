"""Quantiles of samples, interpolated as Prometheus does."""

import math

import numpy as np

from surefoot.promql.series import Values


def quantile(q: float, values: Values) -> float:
    """Interpolate between the two samples around rank ``q * (n - 1)``; NaN sorts first.

    Returns:
        -Inf below 0, +Inf above 1, NaN for a NaN quantile or no samples.
    """
    if not len(values) or math.isnan(q):
        return math.nan
    if q < 0:
        return -math.inf
    if q > 1:
        return math.inf
    ordered = np.sort(values)
    nans = int(np.isnan(ordered).sum())
    ordered = np.roll(ordered, nans)  # numpy sorts NaN last, Prometheus first
    rank = q * (len(ordered) - 1)
    lower = max(0, math.floor(rank))
    upper = min(len(ordered) - 1, lower + 1)
    weight = rank - math.floor(rank)
    with np.errstate(all="ignore"):
        return float(ordered[lower] * (1 - weight) + ordered[upper] * weight)
