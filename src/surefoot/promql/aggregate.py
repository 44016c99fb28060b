"""Aggregations across series, adding in the order in which the series come."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from surefoot.promql import quantile, ranking
from surefoot.promql.blocks import Row, rows, stack
from surefoot.promql.error import EvaluationError
from surefoot.promql.kahan import Kahan
from surefoot.promql.labels import check_label
from surefoot.promql.series import NAME, Block, Labels, Mask, Values, drop, keep

Member = tuple[Labels, Values, Mask]
Reduce = Callable[[Sequence[Member], int], Values]
_LARGEST_K = 2**62


def group(block: Block, labels: Sequence[str], *, without: bool) -> dict[Labels, list[Member]]:
    """Sort the rows of a block into groups by the labels that stay."""
    groups: dict[Labels, list[Member]] = {}
    for row in rows(block):
        key = drop(row[0], (*labels, NAME)) if without else keep(row[0], labels)
        groups.setdefault(key, []).append(row)
    return groups


def reduce(block: Block, groups: Mapping[Labels, Sequence[Member]], how: Reduce) -> Block:
    """Reduce each group to one row, present where any member is."""
    steps = block.values.shape[1]
    with np.errstate(all="ignore"):
        made = [(key, how(members, steps), np.any([m[2] for m in members], axis=0)) for key, members in groups.items()]
    return stack(made, steps)


def total(members: Sequence[Member], steps: int) -> Values:
    """Add up, plainly."""
    result = np.zeros(steps)
    seen = np.zeros(steps, bool)
    all_seen = False
    for _, values, present in members:
        if all_seen and present.all():
            result += values
            continue
        result = np.where(present, np.where(seen, result + values, values), result)
        seen |= present
        all_seen = bool(seen.all())
    return result


def total_compensated(members: Sequence[Member], steps: int) -> Values:
    """Add up, compensated (Prometheus 2.55.1 and later)."""
    result = Kahan(steps)
    for _, values, present in members:
        result.add(present, values)
    return result.value


def average(members: Sequence[Member], steps: int) -> Values:
    """Average as a running mean; infinities of one sign stay."""
    mean, number = np.zeros(steps), np.zeros(steps)
    for _, values, present in members:
        number = number + present
        first = present & (number == 1)
        stuck = np.isinf(mean) & np.where(np.isinf(values), (mean > 0) == (values > 0), ~np.isnan(values))
        fresh = mean + (values / number - mean / number)
        mean = np.where(first, values, np.where(present & ~stuck, fresh, mean))
    return mean


def count(members: Sequence[Member], steps: int) -> Values:  # noqa: ARG001  # all reductions look alike
    """Count the samples."""
    return np.asarray(np.sum([present for _, _, present in members], axis=0), np.float64)


def ones(members: Sequence[Member], steps: int) -> Values:  # noqa: ARG001  # all reductions look alike
    """Give 1."""
    return np.ones(steps)


def smallest(members: Sequence[Member], steps: int) -> Values:
    """Take the smallest; NaN only if there is nothing else."""
    return _extreme(members, steps, np.less)


def largest(members: Sequence[Member], steps: int) -> Values:
    """Take the largest; NaN only if there is nothing else."""
    return _extreme(members, steps, np.greater)


def variance(members: Sequence[Member], steps: int) -> Values:
    """Compute the population variance by Welford's method."""
    mean, spread, number = np.zeros(steps), np.zeros(steps), np.zeros(steps)
    for _, values, present in members:
        number = number + present
        delta = values - mean
        moved = np.where(number == 1, values, mean + delta / number)
        spread = np.where(present & (number > 1), spread + delta * (values - moved), spread)
        mean = np.where(present, moved, mean)
    return spread / number


def deviation(members: Sequence[Member], steps: int) -> Values:
    """Compute the population standard deviation."""
    return np.sqrt(variance(members, steps))


REDUCTIONS: Mapping[str, Reduce] = MappingProxyType(
    {
        "sum": total,
        "avg": average,
        "count": count,
        "group": ones,
        "min": smallest,
        "max": largest,
        "stdvar": variance,
        "stddev": deviation,
    }
)


def quantiles(q: Values) -> Reduce:
    """Take a quantile of each group at each step."""

    def how(members: Sequence[Member], steps: int) -> Values:  # noqa: ARG001  # all reductions look alike
        values = np.array([m[1] for m in members])
        present = np.array([m[2] for m in members])
        return quantile.quantiles(q, values, present)

    return how


def topk(block: Block, groups: Mapping[Labels, Sequence[Member]], k: Values, *, largest: bool) -> Block:
    """Keep the k largest (or smallest) samples of each group at each step, labels unchanged.

    NaN counts as the least wanted; which of equal samples stays is what Prometheus' heap happens to keep.

    Raises:
        EvaluationError: k is not a number that fits.
    """
    unfit = k[~np.isfinite(k) | (np.abs(k) > _LARGEST_K)]
    if len(unfit):
        raise EvaluationError(f"Scalar value {_float_text(float(unfit[0]))} overflows int64")
    steps = block.values.shape[1]
    numbers = np.trunc(k)
    ranked: list[Row] = []
    for members in groups.values():
        values = np.array([m[1] for m in members])
        present = np.array([m[2] for m in members])
        kept = np.zeros(present.shape, bool)
        for number in np.unique(numbers[numbers >= 1]):
            at = numbers == number
            kept[:, at] = ranking.kept(values[:, at], present[:, at], int(number), largest=largest)
        order: Sequence[int] = range(len(members))
        if steps == 1 and numbers[0] >= 1:
            there = np.flatnonzero(present[:, 0])
            order = there[ranking.best_first(values[there, 0].tolist(), int(numbers[0]), largest=largest)].tolist()
        ranked += [(members[row][0], values[row], kept[row]) for row in order]
    return stack(ranked, steps, ordered=True)


def count_values(block: Block, label: str, labels: Sequence[str], *, without: bool) -> Block:
    """Count equal values; each becomes a row whose label holds the value's text.

    The label is set before the rows are grouped, so it replaces one of the same name.

    Raises:
        EvaluationError: The label's name is not valid.
    """
    check_label(label)
    steps = block.values.shape[1]
    counts: dict[Labels, Values] = {}
    for row_labels, values, present in rows(block):
        key = drop(row_labels, (*labels, NAME, label)) if without else keep(row_labels, (*labels,))
        bits = np.where(np.isnan(values), np.nan, values).view(np.int64)  # apart from each other: 0 and -0
        for pattern in np.unique(bits[present]):
            text = _float_text(float(np.int64(pattern).view(np.float64)))
            named = tuple(sorted({**dict(key), label: text}.items()))
            counts.setdefault(named, np.zeros(steps))[present & (bits == pattern)] += 1
    return stack(((named, found, found > 0) for named, found in counts.items()), steps)


def _extreme(members: Sequence[Member], steps: int, better: Callable[[Values, Values], Mask]) -> Values:
    best, seen = np.zeros(steps), np.zeros(steps, bool)
    for _, values, present in members:
        take = present & (~seen | better(values, best) | np.isnan(best))
        best = np.where(take, values, best)
        seen |= present
    return best


def _float_text(value: float) -> str:
    """Write a float as Go's ``strconv.FormatFloat(v, 'f', -1, 64)`` does."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return np.format_float_positional(value, trim="-")
