"""Shifts as a calendar that people subscribe to."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from surefoot.calendar.ical import Event, calendar
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.timeline import Shift, shifts

_DIGITS = 32


def person_feed(version: Version, person: str, start: datetime, end: datetime) -> str:
    """Write the shifts of one person in all schedules that touch a span; `start` is also the time of writing."""
    found = (shift for shift in _all(version, start, end) if shift.person == person)
    events = (_event(shift, version, f"On call: {_role(shift, version)}") for shift in found)
    return calendar(f"On call: {version.title(person)}", events, start)


def team_feed(version: Version, team: str, start: datetime, end: datetime) -> str:
    """Write everybody's shifts in the schedules of one team."""
    found = (shift for shift in _all(version, start, end) if version.plans[shift.schedule].team == team)
    events = (_event(shift, version, f"{version.title(shift.person)}: {_role(shift, version)}") for shift in found)
    return calendar(f"On call: {team}", events, start)


def uid(shift: Shift) -> str:
    """Name a shift: the same one is named the same whenever, and from wherever, it is asked for."""
    parts = (
        shift.schedule,
        shift.person,
        shift.why.kind,
        shift.why.layer,
        str(shift.why.turn),
        shift.start.isoformat(),
    )
    return f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:_DIGITS]}@surefoot"


def _all(version: Version, start: datetime, end: datetime) -> Iterator[Shift]:
    found = (shift for plan in version.plans.values() for shift in shifts(plan, start, end))
    return iter(sorted(found, key=lambda shift: (shift.start, shift.schedule, shift.person)))


def _role(shift: Shift, version: Version) -> str:
    roles = " and ".join(version.roles(shift.schedule))
    return f"{shift.schedule} ({roles})" if roles else shift.schedule


def _event(shift: Shift, version: Version, summary: str) -> Event:
    return Event(uid(shift), shift.start, shift.end, summary, f"{version.title(shift.person)}, {shift.why}")
