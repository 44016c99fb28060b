"""Quantiles of classic histograms."""

import math
from collections.abc import Sequence

import numpy as np

from surefoot.promql.blocks import rows, stack
from surefoot.promql.series import NAME, Block, Labels, Mask, Values, drop

_BOUND = "le"


def histogram_quantile(q: Values, block: Block) -> Block:
    """Estimate a quantile from cumulative buckets, linear inside a bucket.

    Rows without a readable ``le`` are left out. Buckets that fall are lifted to the one before.
    """
    steps = block.values.shape[1]
    groups: dict[Labels, list[tuple[float, Values, Mask]]] = {}
    for labels, values, present in rows(block):
        bound = _bound(dict(labels).get(_BOUND, ""))
        if bound is not None:
            groups.setdefault(drop(labels, (_BOUND,)), []).append((bound, values, present))
    made = []
    for labels, buckets in groups.items():
        buckets.sort(key=lambda bucket: bucket[0])
        result, there = _quantiles(q, buckets)
        made.append((drop(labels, (NAME,)), result, there))
    return stack(made, steps)


def _quantiles(q: Values, buckets: Sequence[tuple[float, Values, Mask]]) -> tuple[Values, Mask]:
    """Estimate at all steps at once where every bucket is there, and one by one elsewhere."""
    bounds = np.array([bound for bound, _, _ in buckets])
    counts = np.array([values for _, values, _ in buckets])
    present = np.array([there for _, _, there in buckets])
    plain = present.all(axis=0) & ~np.isnan(counts).any(axis=0) & (q >= 0) & (q <= 1)
    if len(bounds) < 2 or bounds[-1] != np.inf or np.any(np.diff(bounds) == 0):  # noqa: PLR2004  # as below
        plain[:] = False
    result = np.full(len(q), np.nan)
    if plain.any():
        result[plain] = _inside(q[plain], bounds, np.maximum.accumulate(counts[:, plain], axis=0))
    there: Mask = np.any(present, axis=0)
    for step in np.flatnonzero(there & ~plain):
        here = [(float(bounds[row]), float(counts[row, step])) for row in np.flatnonzero(present[:, step])]
        result[step] = _quantile(float(q[step]), here)
    return result, there


def _inside(q: Values, bounds: Values, counts: Values) -> Values:
    """Interpolate; `bounds` has shape (buckets,), `counts` (buckets, steps) and does not fall along the buckets."""
    rank = q * counts[-1]
    reached = counts[:-1] >= rank
    index = np.where(reached.any(axis=0), reached.argmax(axis=0), len(bounds) - 1)
    below = np.maximum(index - 1, 0)
    columns = np.arange(len(q))
    with np.errstate(all="ignore"):
        under = np.where(index > 0, counts[below, columns], 0.0)
        start = np.where(index > 0, bounds[below], 0.0)
        found = start + (bounds[index] - start) * ((rank - under) / (counts[index, columns] - under))
    found = np.where((index == 0) & (bounds[0] <= 0), bounds[0], found)
    found = np.where(index == len(bounds) - 1, bounds[-2], found)
    return np.where(counts[-1] == 0, np.nan, found)


def _bound(text: str) -> float | None:
    try:
        return float(text.replace("Inf", "inf"))
    except ValueError:
        return None


def _quantile(q: float, found: Sequence[tuple[float, float]]) -> float:
    if math.isnan(q):
        return math.nan
    if q < 0:
        return -math.inf
    if q > 1:
        return math.inf
    if found[-1][0] != math.inf:
        return math.nan
    buckets = _monotonic(_merged(found))
    if len(buckets) < 2:  # noqa: PLR2004  # a quantile lies between two bounds
        return math.nan
    observations = buckets[-1][1]
    if observations == 0 or math.isnan(observations):
        return math.nan
    rank = q * observations
    index = next((i for i, (_, count) in enumerate(buckets[:-1]) if count >= rank), len(buckets) - 1)
    if index == len(buckets) - 1:
        return buckets[-2][0]
    if index == 0 and buckets[0][0] <= 0:
        return buckets[0][0]
    start, end, count = 0.0, buckets[index][0], buckets[index][1]
    if index > 0:
        start = buckets[index - 1][0]
        count -= buckets[index - 1][1]
        rank -= buckets[index - 1][1]
    return start + (end - start) * (rank / count) if count else math.nan


def _merged(found: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Add up buckets with the same bound, spelt differently."""
    merged: list[tuple[float, float]] = []
    for bound, count in found:
        if merged and merged[-1][0] == bound:
            merged[-1] = bound, merged[-1][1] + count
        else:
            merged.append((bound, count))
    return merged


def _monotonic(buckets: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    lifted: list[tuple[float, float]] = []
    highest = -math.inf
    for bound, count in buckets:
        highest = max(highest, count)
        lifted.append((bound, highest))
    return lifted
