"""The fast path: rates of counters over many windows in one pass, equal to the general engine's to the last bit.

A window that is a multiple of the step has both edges on the grid of evaluations. So the samples next to
every grid time are found once, and each window's rate is a difference of two slices, stretched by a factor
that depends on times alone and is shared by all series of one target. Counters of whole numbers stay exact
when resets are summed up beforehand; everything else is refused here (None) and left to the general engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surefoot.promql.kahan import Kahan
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Mask, Series, Times, Values

_EXACT = 2.0**53
_SECOND = 1000.0
_NEAR = 1.1
_SAFE = 1.0 + 1e-9  # more than the roundings of a product and a quotient

Indexes = NDArray[np.int64]
At = slice | Indexes
"""Which evaluations: a stretch, or single ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Where the samples of a target's series lie, seen from every grid time; arrays of shape (grid,).

    Attributes:
        samples: The samples' own times, milliseconds, without stale markers, shape (n,).
        times: Of the grid.
        first: Index of the first sample at or after a grid time (after it, if ranges are left-open).
        last: Index of the last sample at or before it; -1 if there is none.
        first_at: When the first sample is; of some other sample where there is none.
        last_at: When the last one is, likewise.
        lead: Seconds from the grid time to the first sample.
        lag: Seconds from the last sample to the grid time.
    """

    samples: Times
    times: Times
    first: Indexes
    last: Indexes
    first_at: Times
    last_at: Times
    lead: Values
    lag: Values


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """One counter, seen from every grid time; arrays of shape (grid,).

    Attributes:
        first_raw: Value of the first sample, as it was.
        first_sum: The same with every earlier reset added back.
        last_sum: Value of the last sample, likewise.
    """

    sight: Sight
    first_raw: Values
    first_sum: Values
    last_sum: Values


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """One window of one target's series at some evaluations: all that depends on times alone.

    Attributes:
        starts: Where the windows start on the grid.
        ends: Where they end.
        present: Which windows hold two samples.
        factor: What a difference is multiplied with, unless the counter would start below zero.
        reach: Largest of to_start / sampled: how far below zero a counter could be made to start.
    """

    starts: At
    ends: At
    present: Mask
    to_start: Values
    to_end: Values
    near: Values
    half: Values
    sampled: Values
    factor: Values
    reach: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was measured of one window at the same evaluations, so that it is not measured again.

    Attributes:
        spans: By the identity of their sight.
        rates: By the identity of their counter.
    """

    spans: dict[int, Span] = field(default_factory=dict)
    rates: dict[int, Values] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """The grid of one stretch of evaluations, from which counters are looked at.

    Attributes:
        evaluations: Evenly spaced, milliseconds, at least two.
        longest: The longest window, milliseconds, a multiple of the spacing.
    """

    evaluations: Times
    longest: int
    semantics: Semantics
    _sights: list[Sight] = field(default_factory=list)

    @property
    def step(self) -> int:
        """Milliseconds between evaluations."""
        return int(self.evaluations[1] - self.evaluations[0])

    @property
    def reach(self) -> int:
        """Grid steps before the first evaluation."""
        return self.longest // self.step

    def counter(self, series: Series) -> Counter | None:
        """Look at a counter from every grid time.

        Returns:
            The counter; None for values whose sums would not be exact: negative, fractional, huge, NaN.
        """
        times, values = series.times, series.values
        if series.stale.any():
            times, values = times[~series.stale], values[~series.stale]
        sums = _without_resets(values)
        if sums is None:
            return None
        sight = self._sight(times)
        if not len(times):
            values = sums = np.zeros(1)
        first_at, last_at = np.minimum(sight.first, len(values) - 1), np.maximum(sight.last, 0)
        first_raw = values[first_at]
        first_sum = first_raw if sums is values else sums[first_at]
        return Counter(sight, first_raw, first_sum, sums[last_at])

    def span(self, sight: Sight, window: int, at: At) -> Span:
        """Measure a window, milliseconds, a multiple of the step, at some evaluations."""
        back = window // self.step
        if isinstance(at, slice):
            ends: At = slice(at.start + self.reach, at.stop + self.reach)
            starts: At = slice(at.start + self.reach - back, at.stop + self.reach - back)
        else:
            ends, starts = at + self.reach, at + (self.reach - back)
        first, last = sight.first[starts], sight.last[ends]
        gaps = last - first
        present = gaps > 0
        to_start, to_end = sight.lead[starts], sight.lag[ends]
        with np.errstate(all="ignore"):
            sampled = (sight.last_at[ends] - sight.first_at[starts]) / _SECOND
            gap = sampled / gaps
            near, half = gap * _NEAR, gap / 2
            to_end = np.where(to_end < near, to_end, half)
            factor = (sampled + np.where(to_start < near, to_start, half) + to_end) / sampled
            factor /= window / _SECOND
            reach = float(np.max(to_start / sampled, where=present, initial=0.0))
        return Span(starts, ends, present, to_start, to_end, near, half, sampled, factor, reach)

    def rate(self, counter: Counter, span: Span, window: int) -> Values:
        """Compute ``rate(counter[window])``; any value where the span is not present."""
        result = counter.last_sum[span.ends] - counter.first_sum[span.starts]
        raw = counter.first_raw[span.starts]
        with np.errstate(all="ignore"):
            if not len(result) or raw.min() > max(result.max(), 0.0) * span.reach * _SAFE:
                return result * span.factor
            to_zero = span.sampled * (raw / result)
            to_start = span.to_start
            if self.semantics.clamp_after:
                to_start = np.where(to_start >= span.near, span.half, to_start)
                to_start = np.where((result > 0) & (to_zero < to_start), to_zero, to_start)
            else:
                to_start = np.where((result > 0) & (to_zero < to_start), to_zero, to_start)
                to_start = np.where(to_start < span.near, to_start, span.half)
            factor = (span.sampled + to_start + span.to_end) / span.sampled
            factor /= window / _SECOND
            return result * factor

    def total(self, counters: Sequence[Counter], window: int, at: At, seen: Seen) -> tuple[Values, Mask]:
        """Compute ``sum(rate(…[window]))`` over counters, adding in their order.

        Args:
            counters: At least one.
            window: Milliseconds, a multiple of the step, at most the scene's longest.
            at: Which evaluations.
            seen: Of this window and these evaluations; added to.

        Returns:
            Values and presence, shape (evaluations asked for,); not to be written to.
        """
        members = []
        for counter in counters:
            span = seen.spans.get(id(counter.sight))
            if span is None:
                span = seen.spans[id(counter.sight)] = self.span(counter.sight, window, at)
            rate = seen.rates.get(id(counter))
            if rate is None:
                rate = seen.rates[id(counter)] = self.rate(counter, span, window)
            members.append((rate, span.present))
        return _compensated(members) if self.semantics.kahan else _plain(members)

    def _sight(self, times: Times) -> Sight:
        for known in self._sights:
            if known.samples is times or np.array_equal(known.samples, times):
                return known
        start = int(self.evaluations[0]) - self.longest
        stop = int(self.evaluations[-1]) + 1
        grid = self._sights[0].times if self._sights else np.arange(start, stop, self.step, dtype=np.int64)
        last = np.searchsorted(times, grid, side="right") - 1
        last_at = _taken(times, np.maximum(last, 0))
        first = last + 1
        if not self.semantics.left_open and len(times):
            first -= last_at == grid
        first_at = _taken(times, np.minimum(first, max(len(times) - 1, 0)))
        lead, lag = (first_at - grid) / _SECOND, (grid - last_at) / _SECOND
        self._sights.append(Sight(times, grid, first, last, first_at, last_at, lead, lag))
        return self._sights[-1]


def growth(counters: Sequence[Counter]) -> Values:
    """Count events between grid times, resets added back.

    Like ``rate``, a counter's first value is not counted: nobody saw it grow.

    Returns:
        Events from each grid time to the next, over all counters, shape (grid - 1,).
    """
    grown = np.zeros(len(counters[0].sight.times) - 1) if counters else np.zeros(0)
    for counter in counters:
        seen = counter.sight.last >= 0
        if not seen.any():
            continue
        # Before its first sample a counter stands where that will find it.
        born = int(np.argmax(seen))
        origin = counter.first_sum[born - 1] if born else counter.last_sum[0]
        grown += np.diff(np.where(seen, counter.last_sum, origin))
    return grown


def _taken(samples: Times, at: Indexes) -> Times:
    return samples[at] if len(samples) else np.zeros(len(at), np.int64)


def _plain(members: Sequence[tuple[Values, Mask]]) -> tuple[Values, Mask]:
    result, seen = members[0]
    for values, present in members[1:]:
        if present.all() and seen.all():
            result = result + values
            continue
        result = np.where(present, np.where(seen, result + values, values), result)
        seen = seen | present
    return result, seen


def _compensated(members: Sequence[tuple[Values, Mask]]) -> tuple[Values, Mask]:
    result = Kahan(len(members[0][0]))
    for values, present in members:
        result.add(present, values)
    return result.value, np.any([present for _, present in members], axis=0)


def _without_resets(values: Values) -> Values | None:
    """Add back what resets hid; None where that would not be exact."""
    if not len(values):
        return values
    highest = values.max()
    if not (values.min() >= 0 and highest < _EXACT) or (values != np.floor(values)).any():
        return None
    falls = np.flatnonzero(values[1:] < values[:-1])
    if not len(falls):
        return values
    hidden = np.concatenate(([0.0], np.cumsum(values[falls])))
    sums: Values = values + np.repeat(hidden, np.diff(falls + 1, prepend=0, append=len(values)))
    return sums if sums.max() < _EXACT else None
