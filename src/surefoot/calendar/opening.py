"""When weekly hours next begin and end, as instants; clock changes leave no hole in them."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta

from surefoot.calendar.hours import WeeklyHours
from surefoot.calendar.moments import begin_at, end_at, wall_at

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=400)  # further ahead nothing opens that has not opened before: holidays included
_NONE: frozenset[date] = frozenset()


def first_inside(hours: Sequence[WeeklyHours], instant: datetime, closed: AbstractSet[date] = _NONE) -> datetime | None:
    """Find the first instant inside any of the hours, at or after an instant.

    Args:
        hours: None at all are always open.
        instant: Aware.
        closed: Local days on which nothing opens, such as holidays.

    Returns:
        In UTC; the instant itself if it is inside, None if nothing opens within 400 days.
    """
    here = instant.astimezone(UTC)
    if not hours:
        return here
    found = [begin for each in hours if (begin := _next(each, here, closed)) is not None]
    return min(found, default=None)


def first_outside(hours: Sequence[WeeklyHours], instant: datetime) -> datetime | None:
    """Find the first instant outside all of the hours, at or after an instant; None if they never end."""
    here = instant.astimezone(UTC)
    if not hours:
        return None
    last = here + timedelta(days=8)
    while here <= last:
        ends = [end for each in hours for begin, end in _near(each, here, _NONE) if begin <= here < end]
        if not ends:
            return here
        here = max(ends)
    return None


def _next(hours: WeeklyHours, instant: datetime, closed: AbstractSet[date]) -> datetime | None:
    for begin, end in _near(hours, instant, closed):
        if instant < end:
            return max(begin, instant)
    day = wall_at(instant, hours.zone).date()
    for ahead in range(2, _LONGEST.days):
        if (found := _span(hours, day + ahead * _DAY, closed)) is not None:
            return found[0]
    return None


def _near(hours: WeeklyHours, instant: datetime, closed: AbstractSet[date]) -> Iterator[tuple[datetime, datetime]]:
    """Give the intervals that begin on the days around an instant."""
    day = wall_at(instant, hours.zone).date()
    for near in (day - _DAY, day, day + _DAY):
        if (found := _span(hours, near, closed)) is not None:
            yield found


def _span(hours: WeeklyHours, day: date, closed: AbstractSet[date]) -> tuple[datetime, datetime] | None:
    if day.weekday() not in hours.days or day in closed:
        return None
    over = _DAY if hours.end <= hours.start else timedelta()
    begin = begin_at(datetime.combine(day, hours.start), hours.zone)
    end = end_at(datetime.combine(day, hours.end) + over, hours.zone)
    return (begin, end) if begin < end else None
