"""What alerts do to an incident: open it, join it, open it again, let it rest (INC-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from surefoot.spec.model.forms import Severity
from surefoot.spec.model.policy_oncall import Flapping, IncidentNumbers, Storm


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident, as far as its alerts are concerned.

    Attributes:
        firing: How many of its alerts fire.
        quiet_since: When the last of them ended; None while one fires.
        resolved: When it was; None while it is open.
        by_hand: Whether a person resolved it.
    """

    severity: Severity
    firing: int
    quiet_since: datetime | None = None
    resolved: datetime | None = None
    by_hand: bool = False


class Entry(StrEnum):
    """What an alert that begins to fire does."""

    OPEN = "open"
    JOIN = "join"
    REOPEN = "reopen"
    LINK = "open a linked one"


class Rest(StrEnum):
    """What happens when no alert fires: nothing (yet), the incident resolves, or paging stops and it waits."""

    NOTHING = "nothing"
    RESOLVE = "resolve"
    STOP_PAGING = "stop paging"


def entry(standing: Standing | None, numbers: IncidentNumbers, now: datetime) -> Entry:
    """Decide what a new episode does, given the latest incident with its key."""
    if standing is None:
        return Entry.OPEN
    if standing.resolved is None:
        return Entry.JOIN
    return Entry.REOPEN if now - standing.resolved <= numbers.reopen else Entry.LINK


def rest(standing: Standing, numbers: IncidentNumbers, now: datetime, *, held: bool) -> tuple[Rest, datetime | None]:
    """Decide what becomes of an incident when no alert of it fires.

    Args:
        standing: The incident.
        numbers: How long it has to be quiet, and which severities resolve by themselves.
        now: Aware.
        held: Whether a source of its alerts is overdue: then "resolved" may only mean that nothing is sent.

    Returns:
        What to do now, and when to look again if that is nothing yet.
    """
    if standing.resolved is not None or standing.firing or standing.quiet_since is None:
        return Rest.NOTHING, None
    ready = standing.quiet_since + numbers.quiet
    if now < ready or held:
        return Rest.NOTHING, max(ready, now + numbers.quiet) if held else ready
    return (Rest.RESOLVE if standing.severity in numbers.auto_resolve else Rest.STOP_PAGING), None


def reopens_at(standing: Standing, numbers: IncidentNumbers) -> datetime | None:
    """Tell when an incident opens again that a person resolved while its alerts fire; None if none does."""
    if standing.resolved is None or not standing.by_hand or not standing.firing:
        return None
    return standing.resolved + numbers.reopen_by_hand


def flaps_until(changes: Iterable[datetime], numbers: Flapping, now: datetime) -> datetime | None:
    """Tell until when an alert counts as flapping; None if it does not.

    Every further change prolongs it. Once it was quiet, counting starts anew.

    Args:
        changes: Moments at which it began or ended.
        numbers: How many changes within which time, and how long it has to be quiet.
        now: Aware; what lies ahead does not count.
    """
    recent: list[datetime] = []
    until: datetime | None = None
    for at in sorted(change for change in changes if change <= now):
        if until is not None and at >= until:
            until, recent = None, []
        recent = [earlier for earlier in recent if earlier > at - numbers.within] + [at]
        if until is not None or len(recent) >= numbers.changes:
            until = at + numbers.quiet
    return until if until is not None and now < until else None


def storms(begins: Iterable[datetime], numbers: Storm, now: datetime) -> bool:
    """Tell whether a team is in a storm: more new episodes than the policy's number in the time before now."""
    return sum(1 for at in begins if now - numbers.within < at <= now) > numbers.episodes
