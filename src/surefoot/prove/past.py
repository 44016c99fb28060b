"""What a backtest finds out about alerts and objectives; times in milliseconds since 1970."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from surefoot.promql.engine import LOOKBACK_MS
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Labels, Times, Values

Tier = Literal["page", "ticket"]
How = Literal["fast path", "engine"]


@dataclass(frozen=True, slots=True)
class Range:
    """The evaluations of a backtest: milliseconds, the last one included, at least two.

    Attributes:
        semantics: Of the server that is replayed.
        lookback: How old an instant vector's sample may be there, milliseconds.
    """

    start: int
    end: int
    step: int
    semantics: Semantics = field(default_factory=Semantics)
    lookback: int = LOOKBACK_MS

    @property
    def times(self) -> Times:
        """Return them, shape (evaluations,)."""
        return np.arange(self.start, self.end + 1, self.step, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Interval:
    """One alert, firing once.

    Attributes:
        start: When it began to fire.
        end: When it ended; None if it still fired at the end.
        peak: How far above its threshold it came: 2 is twice as high; None where no burn rate stands behind it.
    """

    start: int
    end: int | None
    peak: float | None = None

    def until(self, end: int) -> int:
        """Return when it ended, at the latest `end`."""
        return end if self.end is None else self.end


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A stretch in which a burn alert nearly fired.

    Attributes:
        at: When it came nearest.
        peak: How near: 0.9 is nine tenths of the threshold; 1 or more was held back by ``min_failures`` or ``for``.
    """

    start: int
    end: int
    at: int
    peak: float


@dataclass(frozen=True, slots=True)
class AlertPast:
    """When one alert (one label set) would have fired.

    Attributes:
        subject: Whose promise it guards: ``service/objective``, the service, or the group of a rule file.
        service: By its labels; empty if they name none.
        labels: Of the alert, the rule's included.
        factors: Windows and burn factors of its legs, for people; empty for other alerts.
        how: By which evaluator it was found out.
    """

    subject: str
    service: str
    name: str
    tier: Tier
    priority: str
    labels: Labels
    intervals: tuple[Interval, ...] = ()
    near: tuple[NearMiss, ...] = ()
    factors: tuple[str, ...] = ()
    how: How = "engine"

    @property
    def key(self) -> tuple[str, str, Tier, Labels]:
        """Return what makes it the same alert in another version of the rules."""
        told_apart = tuple(pair for pair in self.labels if pair[0] not in _RULES_OWN)
        return self.subject, self.name, self.tier, told_apart

    def with_burn(
        self, intervals: tuple[Interval, ...], near: tuple[NearMiss, ...], factors: tuple[str, ...], how: How
    ) -> "AlertPast":
        """Add what is known of a burn alert."""
        return replace(self, intervals=intervals, near=near, factors=factors, how=how)


_RULES_OWN = frozenset(("alertname", "priority", "severity", "team", "surefoot_tier", "sloth_severity"))


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Events of an objective, or slices of time, in buckets of equal length.

    Attributes:
        ends: When each bucket ends, milliseconds, shape (buckets,).
        bad: Bad events in each, shape (buckets,).
        total: All events in each.
    """

    ends: Times
    bad: Values
    total: Values


@dataclass(frozen=True, slots=True, eq=False)
class ObjectivePast:
    """What one objective's history was.

    Attributes:
        b: Its error budget, a ratio.
        period: Of the budget, milliseconds.
        spending: None where there was nothing to measure.
    """

    subject: str
    service: str
    objective: float
    b: float
    period: int
    spending: Spending | None

    @property
    def bad(self) -> float:
        """Number of bad events."""
        return float(self.spending.bad.sum()) if self.spending else 0.0

    @property
    def total(self) -> float:
        """Number of all events."""
        return float(self.spending.total.sum()) if self.spending else 0.0

    @property
    def measured(self) -> float | None:
        """Percent of events that were good; None without events."""
        return 100 * (1 - self.bad / self.total) if self.total > 0 else None

    @property
    def spent(self) -> float | None:
        """Share of what the range's events allow to be bad that was spent; 1 is all of it."""
        return self.bad / (self.b * self.total) if self.total > 0 else None


@dataclass(frozen=True, slots=True)
class Silence:
    """Rules that had nothing to look at; for them a backtest says nothing, not "no alert"."""

    subject: str
    selector: str


@dataclass(frozen=True, slots=True)
class Past:
    """What one unit of rules did."""

    alerts: tuple[AlertPast, ...] = ()
    objectives: tuple[ObjectivePast, ...] = ()
    silent: tuple[Silence, ...] = ()
    problems: tuple[str, ...] = ()
