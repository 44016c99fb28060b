"""Which objective, windows and factors history supports, for a wanted number of pages.

For fixed windows a page fires where the highest leg's lesser ratio, in units of its burn factor, exceeds the
budget: one pass over that score counts the pages of every objective at once. The objectives that are shown are
counted exactly, with their own capped legs, guards and roundings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import numpy as np

from surefoot.domain.rules.burning import Burning, burning
from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Leg, factor, first_detection
from surefoot.promql.duration import format_duration
from surefoot.promql.series import Values
from surefoot.prove.burning import burnt
from surefoot.prove.history import Unit
from surefoot.prove.incidents import Incident, quality
from surefoot.prove.intervals import firings
from surefoot.prove.noise import per_week
from surefoot.prove.past import AlertPast, Interval, ObjectivePast, Range
from surefoot.prove.ratios import CountedRatios
from surefoot.spec.model.policy import Policy
from surefoot.spec.system import Slo

OBJECTIVES = (90.0, 95.0, 97.0, 98.0, 99.0, 99.5, 99.7, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995, 99.999)
_LONG = ((timedelta(hours=1), timedelta(hours=2)), (timedelta(hours=6), timedelta(hours=12)))
_SHARES = ((1.0, 2.0, 5.0), (5.0, 10.0, 15.0))
_SHORTER = 12
_SHOWN = 5
_MILLISECOND = timedelta(milliseconds=1)
_PAGING = ("page", "fast", "medium")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One objective that could be.

    Attributes:
        pages: A week, over the history, counted exactly.
        spent: Share of its budget that the history's events spend; None without events.
        current: Whether it is the present one.
    """

    objective: float
    pages: float
    spent: float | None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Windows and factors of a page that could be, at the present objective.

    Attributes:
        legs: For people: ``1h/5m 14.4×``.
        pages: A week.
        outage: How long a total outage goes unnoticed, from the closed form; None: for ever.
        recall: Share of the known incidents of the service that it would have told about.
    """

    legs: tuple[str, ...]
    pages: float
    outage: timedelta | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Tuning:
    """What history says about one objective.

    Attributes:
        wanted: Pages a week, at most.
        suggested: The tightest candidate that pages no more and whose budget history keeps; None: there is none.
        curve: Objective and pages a week, from the one pass; for a plot.
        pairs: Windows and factors that page no more, the best first.
    """

    subject: str
    wanted: float
    candidates: tuple[Candidate, ...]
    suggested: Candidate | None
    curve: tuple[tuple[float, float], ...]
    pairs: tuple[Pairs, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tuner:
    """Asks one objective's history."""

    unit: Unit
    slo: Slo
    past: ObjectivePast
    ratios: CountedRatios
    over: Range
    policy: Policy
    wanted: float
    incidents: Sequence[Incident] = ()
    grace: int = 0

    def tune(self) -> Tuning:
        """Count the pages of candidates and choose."""
        own = self.slo.objective
        candidates = tuple(self._candidate(one) for one in sorted({*OBJECTIVES, own}))
        kept = [one for one in candidates if one.pages <= self.wanted and one.spent is not None and one.spent <= 1]
        suggested = max(kept, key=lambda one: one.objective, default=None)
        return Tuning(self.unit.subject, self.wanted, candidates, suggested, tuple(self._curve()), self._pairs())

    def _candidate(self, objective: float) -> Candidate:
        slo = replace(self.slo, objective=objective)
        alerts = [one for one in burning(slo, self.policy) if one.tier in _PAGING and one.legs]
        b = budget_ratio(objective)
        count = sum(len(found) for found in self._pages(alerts, b))
        spent = self.past.bad / (b * self.past.total) if self.past.total else None
        return Candidate(objective, per_week(count, self.over), spent, objective == self.slo.objective)

    def _pages(self, alerts: Sequence[Burning], b: float) -> Iterator[list[Interval]]:
        times = self.ratios.scene.evaluations
        first = len(times) - len(self.over.times)
        for group in range(len(self.ratios.groups)):
            every = burnt(self.ratios, group, alerts, b, len(times), near=1.0)
            for alert, found in zip(alerts, every, strict=True):
                hold = 0 if alert.lasting is None else alert.lasting // _MILLISECOND
                fired = firings(found.active, times, hold, 0)
                yield [
                    Interval(int(times[max(start, first)]), None if end is None else int(times[end]))
                    for start, end in fired
                    if end is None or end > first
                ]

    def _curve(self) -> Iterator[tuple[float, float]]:
        budgets = np.geomspace(0.2, 0.00001, 200)
        legs = [leg for _, alert in self.unit.burns if alert.tier in _PAGING for leg in alert.legs]
        if not legs:
            return
        counts = np.zeros(len(budgets), np.int64)
        for group in range(len(self.ratios.groups)):
            counts += crossings(self._score(group, legs), budgets)
        for b, count in zip(budgets.tolist(), counts.tolist(), strict=True):
            yield 100 * (1 - b), per_week(count, self.over)

    def _score(self, group: int, legs: Sequence[Leg]) -> Values:
        times = self.ratios.scene.evaluations
        at = slice(len(times) - len(self.over.times), len(times))
        score = np.zeros(len(self.over.times))
        for leg in legs:
            short = self.ratios.at(group, leg.short // _MILLISECOND, at)
            long = self.ratios.at(group, leg.long // _MILLISECOND, at)
            low = np.where(short.present & long.present, np.minimum(short.ratio, long.ratio), 0.0)
            score = np.maximum(score, low / leg.factor)
        return score

    def _pairs(self) -> tuple[Pairs, ...]:
        b = budget_ratio(self.slo.objective)
        found = []
        for legs in self._grid(b):
            alert = Burning("page", legs, tuple(0 for _ in legs), None, ())
            pages = list(self._pages([alert], b))
            weekly = per_week(sum(map(len, pages)), self.over)
            if weekly <= self.wanted:
                named = tuple(f"{format_duration(x.long)}/{format_duration(x.short)} {x.factor:g}×" for x in legs)
                found.append(Pairs(named, weekly, first_detection(legs, b, 1.0), self._recall(pages)))
        found.sort(key=lambda one: (-(one.recall or 0), one.outage or timedelta.max, -one.pages))
        return tuple(found[:_SHOWN])

    def _grid(self, b: float) -> Iterator[tuple[Leg, ...]]:
        """Yield pairs of legs whose windows the scene holds and that a total outage can reach."""
        scene = self.ratios.scene
        for windows, shares in product(product(*_LONG), product(*_SHARES)):
            legs = tuple(
                Leg(long, long / _SHORTER, factor(share, self.slo.period, long), share)
                for long, share in zip(windows, shares, strict=True)
            )
            lengths = [window // _MILLISECOND for leg in legs for window in (leg.long, leg.short)]
            on_grid = all(length % scene.step == 0 and length <= scene.longest for length in lengths)
            if on_grid and all(leg.factor * b < 1 for leg in legs) and legs[0].factor > legs[1].factor:
                yield legs

    def _recall(self, pages: Sequence[Sequence[Interval]]) -> float | None:
        own = [one for one in self.incidents if one.service in ("", self.unit.service)]
        alert = AlertPast(self.unit.subject, self.unit.service, "", "page", "", ())
        alerts = [replace(alert, intervals=tuple(fired)) for fired in pages]
        return quality(alerts, own, self.grace, self.over.end).recall


def crossings(score: Values, budgets: Values) -> "np.typing.NDArray[np.int64]":
    """Count how often a score rises above each of many thresholds, in one pass.

    Args:
        score: Shape (evaluations,); it starts as if it had been 0.
        budgets: The thresholds, descending, shape (budgets,).

    Returns:
        Rises above each, shape (budgets,).
    """
    ascending = budgets[::-1]
    before, after = np.concatenate(([0.0], score[:-1])), score
    rising = after > before
    # A rise from x to y crosses the thresholds c with x <= c < y.
    first = np.searchsorted(ascending, before[rising], side="left")
    stop = np.searchsorted(ascending, after[rising], side="left")
    size = len(ascending) + 1
    change = np.bincount(first, minlength=size) - np.bincount(stop, minlength=size)
    return np.cumsum(change)[: len(ascending)][::-1]
