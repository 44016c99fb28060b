"""Planned work: alerts are kept and listed, and page nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from surefoot.calendar.hours import WeeklyHours, parse_hours
from surefoot.calendar.moments import begin_at, end_at
from surefoot.calendar.opening import first_inside, first_outside
from surefoot.spec.model.incident import Maintenance


@dataclass(frozen=True, slots=True)
class Work:
    """Planned work; whatever is named has to be the alert's.

    Attributes:
        weekly: When it comes round; all the time from `begins` to `until`, if never.
        begins: In UTC.
        until: In UTC, excluded.
        remind: How often the owner is told that it lasts.
    """

    name: str
    reason: str
    owner: str | None
    services: tuple[str, ...]
    environments: tuple[str, ...]
    regions: tuple[str, ...]
    labels: Mapping[str, str]
    weekly: tuple[WeeklyHours, ...]
    begins: datetime | None
    until: datetime | None
    remind: timedelta | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about."""

    service: str | None
    environment: str
    region: str
    labels: Mapping[str, str]


def work_of(name: str, model: Maintenance, zone: str) -> Work:
    """Read planned work; moments without an offset are what the wall shows.

    Args:
        name: Its name in the spec.
        model: As the spec says it.
        zone: IANA name, where it has none.
    """
    own = model.timezone or zone
    return Work(
        name,
        model.reason,
        model.owner,
        model.services,
        model.environments,
        model.regions,
        model.labels,
        tuple(parse_hours(text, own) for text in model.weekly),
        None if model.begins is None else _instant(model.begins, own, last=False),
        None if model.until is None else _instant(model.until, own, last=True),
        model.remind,
    )


def silenced_by(plan: Iterable[Work], subject: Subject, now: datetime) -> Work | None:
    """Find the work that keeps an alert from paging; of several, the one that lasts longest."""
    found = [(end, work.name, work) for work in plan if _concerns(work, subject) and (end := ends(work, now))]
    return max(found, key=lambda each: each[:2], default=(None, "", None))[2]


def ends(work: Work, now: datetime) -> datetime | None:
    """Tell when the work that goes on ends, to look at its alerts again; None if none goes on."""
    if (work.begins is not None and now < work.begins) or (work.until is not None and now >= work.until):
        return None
    if not work.weekly:
        return work.until
    if first_inside(work.weekly, now) != now:
        return None
    # Hours that never end are no reason to forget an alert: it is looked at again after a week.
    shut = first_outside(work.weekly, now) or now + timedelta(weeks=1)
    return shut if work.until is None else min(shut, work.until)


def next_reminder(work: Work, began: datetime, now: datetime) -> datetime | None:
    """Tell when the owner is next told that the work lasts; None if never, or not before it ends."""
    if work.remind is None:
        return None
    at = began + ((now - began) // work.remind + 1) * work.remind
    end = ends(work, now)
    return at if end is not None and at < end else None


def _concerns(work: Work, subject: Subject) -> bool:
    return (
        (not work.services or subject.service in work.services)
        and (not work.environments or subject.environment in work.environments)
        and (not work.regions or subject.region in work.regions)
        and all(subject.labels.get(name) == value for name, value in work.labels.items())
    )


def _instant(moment: datetime, zone: str, *, last: bool) -> datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return end_at(moment, zone) if last else begin_at(moment, zone)
