"""Weekly hours as stretches of time, joined where they touch."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from surefoot.calendar.hours import WeeklyHours
from surefoot.calendar.moments import begin_at, end_at, wall_at

Span: TypeAlias = tuple[datetime, datetime]

_DAY = timedelta(days=1)


@lru_cache(maxsize=512)
def stretches(hours: tuple[WeeklyHours, ...], start: datetime, end: datetime) -> tuple[Span, ...]:
    """List when weekly hours are, cut at both ends.

    An interval begins where the clocks first show its start, and ends where they last show its end, so
    that none of it is lost when clocks are put back. Intervals that touch or overlap are one.

    Args:
        hours: Of any zones; an overnight interval belongs to the day on which it starts.
        start: In UTC.
        end: In UTC, excluded.

    Returns:
        Stretches with start < end, in order, none touching another.
    """
    if start >= end:
        return ()
    found = sorted(span for each in hours for span in _of(each, start, end))
    return tuple(clipped(joined(found), start, end))


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Join stretches that touch or overlap; they come sorted by their start."""
    current: Span | None = None
    for start, end in spans:
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


def clipped(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """Keep what of some stretches lies between two instants."""
    for first, last in spans:
        if first < end and last > start:
            yield max(first, start), min(last, end)


def common(one: Sequence[Span], other: Sequence[Span]) -> Iterator[Span]:
    """List what two sets of stretches, each in order and disjoint, have in common."""
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            yield start, end
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1


def _of(hours: WeeklyHours, start: datetime, end: datetime) -> Iterator[Span]:
    day = wall_at(start, hours.zone).date() - 2 * _DAY  # clocks were moved by a day, once
    last = wall_at(end, hours.zone).date() + _DAY
    over = _DAY if hours.end <= hours.start else timedelta()
    while day <= last:
        if day.weekday() in hours.days:
            span = _on(day, hours, over)
            if span[0] < span[1]:
                yield span
        day += _DAY


def _on(day: date, hours: WeeklyHours, over: timedelta) -> Span:
    begins = begin_at(datetime.combine(day, hours.start), hours.zone)
    return begins, end_at(datetime.combine(day, hours.end) + over, hours.zone)
