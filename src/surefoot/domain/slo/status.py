"""Where an objective stands: its current value, what is left of its budget, and how long that lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from surefoot.domain.slo.budget import Budget, State, Thresholds, budget_ratio, rescaled, spent_ratio, state

_PERCENT = 100.0


class Counted(StrEnum):
    """What an objective counts."""

    REQUESTS = "requests"
    SLICES = "slices"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Period:
    """A window at one instant.

    Attributes:
        rolling: Whether it ends now; else it is a calendar window that now lies in.
    """

    start: datetime
    end: datetime
    now: datetime
    rolling: bool

    @property
    def length(self) -> timedelta:
        """Return the whole length."""
        return self.end - self.start

    @property
    def elapsed(self) -> timedelta:
        """Return what of it is over."""
        return self.now - self.start


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured.

    Attributes:
        total: Events (or slices) in the window so far.
        bad: Those of them that were bad.
        coverage: Share of the window so far that there are measurements of, 0 to 1.
        recent: Error ratio of late; None if nothing was measured then.
        over: How long ``of late`` is.
    """

    total: float
    bad: float
    coverage: float
    recent: float | None
    over: timedelta


@dataclass(frozen=True, slots=True)
class Status:
    """Where an objective stands.

    Attributes:
        current: Percent of good events in the window so far.
        percent: The budget in percent of itself.
        time: The budget as time: the part of the window that may be bad.
        events: The budget in requests or slices; in a calendar window those that its whole length allows at
            the traffic so far.
        burn: How many times too fast the budget is spent of late (1: it lasts exactly one window); None if
            nothing was measured of late.
        exhausted: When nothing is left, if it goes on as of late; None if that does not happen in this window.
        state: What the remaining budget asks for.
    """

    current: float
    percent: Budget[float]
    time: Budget[timedelta]
    events: Budget[float]
    burn: float | None
    exhausted: datetime | None
    state: State


def status(objective: float, period: Period, facts: Facts, thresholds: Thresholds) -> Status | None:
    """Compute where an objective stands.

    A rolling window's budget is what its events so far allow, as the period rule records it. A calendar
    window's is what its whole length allows, at the traffic so far: on the first of the month all of it is left.

    Args:
        objective: Percent.
        period: The window.
        facts: What was measured in it.
        thresholds: Of the states.

    Returns:
        The status, or None where nothing was counted: silence is no verdict, and neither 0 nor 100 percent.

    Raises:
        ValueError: The objective is out of range, or a count is no number or negative.
    """
    if not (isfinite(facts.total) and isfinite(facts.bad) and facts.total >= 0 and facts.bad >= 0):
        raise ValueError(f"{facts.bad} bad of {facts.total} events: look at the SLI's queries")
    if facts.total == 0 or period.elapsed <= timedelta():
        return None
    b = budget_ratio(objective)
    whole = 1.0 if period.rolling else period.length / period.elapsed
    allowed = b * facts.total * whole
    events = Budget(allowed, facts.bad, allowed - facts.bad)
    burn = None if facts.recent is None else facts.recent / b
    spent = spent_ratio(events)
    return Status(
        current=_PERCENT * (1 - facts.bad / facts.total),
        percent=rescaled(events, _PERCENT),
        time=rescaled(events, period.length * b),
        events=events,
        burn=burn,
        exhausted=exhausted(spent, burn, period),
        state=state(1 - spent, thresholds),
    )


def exhausted(spent: float, burn: float | None, period: Period) -> datetime | None:
    """Project when the budget is spent, if it goes on burning as of late.

    With s spent and a burn rate B, a rolling window of length L holds s (1 - t/L) + B t/L after t, as what was
    spent leaves it at its mean pace: it is full at t = L (1 - s) / (B - s), and never if B <= 1. A calendar
    window forgets nothing: t = L (1 - s) / B, if that is before its end.

    Args:
        spent: Share of the budget.
        burn: Burn rate; None if it is not known.
        period: The window.

    Returns:
        The instant, now if nothing is left, None if it lasts or the burn rate is not known.
    """
    if spent >= 1:
        return period.now
    if burn is None or burn <= 0 or (period.rolling and burn <= 1):
        return None
    lasts = period.length * (1 - spent) / (burn - spent if period.rolling else burn)
    found = period.now + lasts
    return found if period.rolling or found < period.end else None
