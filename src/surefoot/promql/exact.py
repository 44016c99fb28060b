"""Sums without any rounding: the bits of Prometheus' compensated loop, in any order and so at any speed.

Floats are whole multiples of some power of two. While the errors of a compensated loop are multiples of it and
stay below 2^53 of it, the loop loses nothing, and what it returns is the exact sum, rounded once. A sum in two
parts returns the same: each value is cut into a multiple of a coarser power of two and what is left, and both kinds
add up without rounding. (The cut is that of Rump, Ogita and Oishi, *Accurate floating-point summation*, 2008.)
"""

import math
from dataclasses import dataclass

import numpy as np

from surefoot.promql.series import Values
from surefoot.promql.windows import Windows

_BITS = 53
_SHIFT = 1.5 * 2.0**52  # of a unit: what is added to this keeps its multiples of the unit
_FEW = 4096  # samples, of which running sums are not halved
_LEAST, _MOST = 1e-150, 1e150  # outside, products and cuts might leave the range of floats


@dataclass(frozen=True, slots=True)
class Span:
    """What some values lie in.

    Attributes:
        unit: A power of two of which they all are multiples.
        largest: No magnitude is larger.
    """

    unit: float
    largest: float

    @classmethod
    def between(cls, smallest: float, largest: float) -> "Span | None":
        """Return the span of floats by their magnitudes, zeros apart; None if those are extreme."""
        if largest == 0:
            return cls(1.0, 0.0)
        if not _LEAST < smallest <= largest < _MOST:
            return None
        return cls(math.ldexp(1.0, math.frexp(smallest)[1] - _BITS), largest)

    def cut(self, count: int) -> float | None:
        """Return the unit by which to cut so many values; 0 if they add up exactly uncut; None if no cut helps."""
        whole = 2 * count * self.largest
        if whole <= math.ldexp(self.unit, _BITS):
            return 0.0
        coarse = math.ldexp(1.0, math.frexp(whole)[1] - _BITS)
        return coarse if count * coarse <= math.ldexp(self.unit, _BITS) else None


def magnitudes(values: Values) -> tuple[float, float]:
    """Return the smallest and the largest magnitude, zeros apart; zeros if there is no other value."""
    sizes = np.abs(values)
    largest = float(sizes.max(initial=0.0))
    smallest = float(sizes.min(initial=largest))
    return (smallest or float(sizes.min(initial=largest, where=sizes > 0))), largest


def window_sums(w: Windows) -> Values | None:
    """Add up each window by running sums; None if those are not exact, or a value is NaN or infinite."""
    values = w.values
    span = Span.between(*magnitudes(values))
    if span is None:
        return None
    if span.unit < 1.0 and bool((values == np.floor(values)).all()):
        span = Span(1.0, span.largest)
    cut = span.cut(len(values))
    if cut is None:
        return _halved(w)
    if not cut:
        return _differences(w, values)
    coarse = values + cut * _SHIFT
    coarse -= cut * _SHIFT
    return _differences(w, coarse) + _differences(w, values - coarse)


def _halved(w: Windows) -> Values | None:
    """Add up the earlier and the later windows apart: running sums over fewer samples stay exact more easily."""
    middle = len(w.first) // 2
    if not middle or len(w.values) <= _FEW:
        return None
    parts = []
    for half in (slice(middle), slice(middle, None)):
        first, last = w.first[half], w.last[half]
        start = int(first[0])  # first and last never fall along the steps
        held = slice(start, int(last[-1]))
        found = window_sums(
            Windows(w.labels, w.times[held], w.values[held], first - start, last - start, w.starts[half], w.ends[half])
        )
        if found is None:
            return None
        parts.append(found)
    return np.concatenate(parts)


def row_sums(values: Values, cut: float, scratch: Values) -> Values:
    """Add up each row, where the cut suits as many values as a row has.

    Args:
        values: Shape (rows, n), overwritten.
        cut: As `Span.cut` gives it.
        scratch: Of the same shape.
    """
    if not cut:
        return _row_sums(values)
    np.add(values, cut * _SHIFT, out=scratch)
    scratch -= cut * _SHIFT
    values -= scratch
    return _row_sums(scratch) + _row_sums(values)


def _row_sums(values: Values) -> Values:
    return np.asarray(np.einsum("ij->i", values))  # sooner than `sum`, since it need not care for rounding


def _differences(w: Windows, values: Values) -> Values:
    """Add up each window as the difference of two running sums."""
    running = np.concatenate(([0.0], values))
    np.cumsum(running, out=running)
    return running[w.last] - running[w.first]
