"""Burn alerts of an objective from its error ratios: when they are active, and how near to it they came.

Most evaluations are quiet: a leg's long window is only looked at where its short one is not far below the
threshold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from surefoot.domain.rules.burning import Burning
from surefoot.domain.slo.burn import Leg, threshold
from surefoot.promql.burnrate import At, Indexes
from surefoot.promql.series import Mask, Values
from surefoot.prove.ratios import Measured, Ratios

_CHUNK = 4096  # arrays of a chunk fit the second-level cache
_SPARSE = 4  # from where on single evaluations are cheaper than a stretch
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Burnt:
    """One burn alert of one group, at every evaluation; arrays of shape (evaluations,).

    Attributes:
        active: Whether the rule's expression yields a sample.
        level: The lesser of a leg's two ratios, in units of its threshold, of the highest leg; 0 where
            it is below what counts as near or nothing was measured.
    """

    active: Mask
    level: Values


def burnt(ratios: Ratios, group: int, alerts: Sequence[Burning], b: float, count: int, *, near: float) -> list[Burnt]:
    """Evaluate the burn alerts of a group of an objective.

    Args:
        ratios: Of the objective.
        group: Which of its groups.
        alerts: Their legs and least failures.
        b: The error budget, as in the rules' text.
        count: Number of evaluations.
        near: The share of a threshold from which on levels are wanted, at most 1.
    """
    found = [Burnt(np.zeros(count, bool), np.zeros(count)) for _ in alerts]
    for start in range(0, count, _CHUNK):
        chunk = _Chunk(ratios, group, start, min(start + _CHUNK, count), near)
        legs = list(_legs(alerts, found))
        for _, leg, _ in legs:
            chunk.whole(leg.short // _MILLISECOND)
        for out, leg, failures in legs:
            chunk.judge(out, leg, failures, threshold(leg, b))
    return found


def _legs(alerts: Sequence[Burning], found: Sequence[Burnt]) -> Iterator[tuple[Burnt, Leg, int]]:
    for alert, out in zip(alerts, found, strict=True):
        for leg, failures in zip(alert.legs, alert.failures, strict=True):
            yield out, leg, failures


@dataclass(slots=True)
class _Chunk:
    """A stretch of evaluations of one group."""

    ratios: Ratios
    group: int
    start: int
    stop: int
    near: float
    _whole: dict[int, Measured] = field(default_factory=dict)

    def whole(self, window: int) -> Measured:
        """Measure a window at all evaluations of the chunk, once."""
        if window not in self._whole:
            self._whole[window] = self.ratios.at(self.group, window, slice(self.start, self.stop))
        return self._whole[window]

    def judge(self, out: Burnt, leg: Leg, failures: int, theta: float) -> None:
        """Judge one leg."""
        short, window = self.whole(leg.short // _MILLISECOND), leg.long // _MILLISECOND
        hot = np.flatnonzero(short.present & (short.ratio > theta * self.near))
        if not len(hot):
            return
        long = self._at(window, hot)
        low = np.minimum(short.ratio[hot], long.ratio)
        active = long.present & (low > theta)
        if failures:
            active &= long.counted & (long.errors * leg.long.total_seconds() >= failures)
        level = np.where(long.present, low / theta, 0.0)
        at = hot + self.start
        out.active[at] |= active
        out.level[at] = np.maximum(out.level[at], np.where(level >= self.near, level, 0.0))

    def _at(self, window: int, hot: Indexes) -> Measured:
        """Measure a window at some evaluations of the chunk."""
        if window in self._whole or len(hot) * _SPARSE > self.stop - self.start:
            all_ = self.whole(window)
            return Measured(all_.errors[hot], all_.counted[hot], all_.ratio[hot], all_.present[hot])
        at: At = hot + self.start
        return self.ratios.at(self.group, window, at)
