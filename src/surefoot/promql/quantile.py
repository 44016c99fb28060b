"""Quantiles of samples, interpolated as Prometheus does."""

import numpy as np

from surefoot.promql.series import Mask, Values


def quantiles(q: Values, values: Values, present: Mask) -> Values:
    """Interpolate in each column between the two samples around rank ``q * (n - 1)``; NaN sorts first.

    Args:
        q: The quantile of each column, shape (steps,).
        values: Shape (samples, steps).
        present: Which samples count, shape (samples, steps).

    Returns:
        Shape (steps,): -Inf for a quantile below 0, +Inf above 1, NaN for NaN or where there is no sample.
    """
    count = present.sum(axis=0)
    if not len(values):
        return np.full(len(q), np.nan)
    strange = present & np.isnan(values)
    # NaN goes to the front as -Inf and absence to the end as +Inf; how many are NaN is remembered.
    ordered = np.sort(np.where(present, np.where(strange, -np.inf, values), np.inf), axis=0)
    nans = strange.sum(axis=0)
    columns = np.arange(len(q))
    with np.errstate(all="ignore"):
        rank = np.where((q >= 0) & (q <= 1), q, 0.0) * (count - 1)
        floor = np.floor(rank)
        lower = np.maximum(0, floor).astype(np.int64)
        upper = np.minimum(np.maximum(count - 1, 0), lower + 1)
        low = np.where(lower < nans, np.nan, ordered[lower, columns])
        high = np.where(upper < nans, np.nan, ordered[upper, columns])
        weight = rank - floor
        found = low * (1 - weight) + high * weight
        found = np.where(q < 0, -np.inf, np.where(q > 1, np.inf, found))
        return np.where((count > 0) & ~np.isnan(q), found, np.nan)
