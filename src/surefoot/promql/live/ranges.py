"""Windows over one series that end now: what `surefoot.promql.rates` and `over_time` do for many steps."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from math import isinf, isnan
from types import MappingProxyType

from surefoot.promql.live.memory import Buffer
from surefoot.promql.semantics import Semantics

_SECOND = 1000.0
_NEAR = 1.1


def edges(times: "array[int]", start: int, end: int, *, left_open: bool) -> tuple[int, int]:
    """Find the first index inside a window and the one behind the last."""
    first = (bisect_right if left_open else bisect_left)(times, start)
    return first, max(first, bisect_right(times, end))


def extrapolated(
    buffer: Buffer, end: int, length: int, semantics: Semantics, *, counter: bool, per_second: bool
) -> float | None:
    """Compute ``rate``, ``increase`` or ``delta`` in the engine's order of operations; None below two samples."""
    times, start = buffer.times, end - length
    first, behind = edges(times, start, end, left_open=semantics.left_open)
    gaps = behind - first - 1
    if gaps < 1:
        return None
    first_at, last_at = times[first], times[behind - 1]
    value = buffer.values[first]
    result = buffer.values[behind - 1] - value
    if counter and buffer.resets:
        low, high = bisect_right(buffer.resets, first_at), bisect_right(buffer.resets, last_at)
        for hidden in buffer.hidden[low:high]:
            result += hidden
    to_start, to_end = (first_at - start) / _SECOND, (end - last_at) / _SECOND
    sampled = (last_at - first_at) / _SECOND
    gap = sampled / gaps
    near = gap * _NEAR
    clamped = counter and result > 0 and value >= 0
    to_zero = sampled * (value / result) if clamped else to_start
    if semantics.clamp_after:
        if to_start >= near:
            to_start = gap / 2
        to_start = min(to_start, to_zero) if clamped else to_start
        stretched = sampled + to_start + (gap / 2 if to_end >= near else to_end)
    else:
        to_start = min(to_start, to_zero)
        stretched = sampled + (to_start if to_start < near else gap / 2)
        stretched += to_end if to_end < near else gap / 2
    factor = stretched / sampled
    if per_second:
        factor /= length / _SECOND
    return result * factor


def total(values: Iterable[float]) -> float:
    """Add up, compensated (Neumaier), as `surefoot.promql.kahan` does."""
    result = lost = 0.0
    for value in values:
        grown = result + value
        lost += (result - grown) + value if abs(result) >= abs(value) else (value - grown) + result
        result = grown
    return result if isinf(result) else result + lost


def average(values: Iterable[float]) -> float:
    """Average as a running mean, compensated; infinities of one sign stay."""
    mean = lost = 0.0
    for number, value in enumerate(values, start=1):
        if isinf(mean) and ((mean > 0) == (value > 0) if isinf(value) else not isnan(value)):
            continue
        increment = value / number - mean / number
        grown = mean + increment
        lost += (mean - grown) + increment if abs(mean) >= abs(increment) else (increment - grown) + mean
        mean = grown
    return mean if isinf(mean) else mean + lost


def smallest(values: Iterable[float]) -> float:
    """Take the smallest; NaN only if there is nothing else."""
    best = float("nan")
    for value in values:
        if isnan(best) or value < best:
            best = value
    return best


def largest(values: Iterable[float]) -> float:
    """Take the largest; NaN only if there is nothing else."""
    best = float("nan")
    for value in values:
        if isnan(best) or value > best:
            best = value
    return best


OVER_TIME: Mapping[str, Callable[["array[float]"], float]] = MappingProxyType(
    {
        "sum_over_time": total,
        "avg_over_time": average,
        "min_over_time": smallest,
        "max_over_time": largest,
        "count_over_time": lambda values: float(len(values)),
        "last_over_time": lambda values: values[-1],
        "present_over_time": lambda _: 1.0,
    }
)
KEEPS_NAME = frozenset({"last_over_time"})
