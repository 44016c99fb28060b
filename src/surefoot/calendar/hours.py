"""Business hours: wall-clock intervals that recur every week."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from surefoot.calendar.wallclock import wall_clock

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_CURE = "write days and hours, such as 'mon-fri 09:00-17:00' or 'sat,sun 22:00-06:00'"


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The same hours on some days of every week, by the clock on the wall.

    Attributes:
        days: Days on which an interval starts, 0 is Monday.
        start: First moment inside.
        end: First moment outside. At or before ``start`` it is meant on the next day; the whole
            interval then belongs to the day it starts on, and equal times span 24 hours.
        zone: IANA name.
    """

    days: tuple[int, ...]
    start: time
    end: time
    zone: str


def contains(hours: WeeklyHours, instant: datetime) -> bool:
    """Tell whether an instant lies in the hours.

    Only what the clock shows counts: an hour that daylight saving repeats is inside twice, a skipped
    one never occurs.

    Raises:
        ValueError: The instant is naive, or the zone is unknown.
    """
    day, shown = wall_clock(instant, hours.zone)
    today = day.weekday()
    if hours.start < hours.end:
        return today in hours.days and hours.start <= shown < hours.end
    yesterday = (today - 1) % 7
    return (today in hours.days and shown >= hours.start) or (yesterday in hours.days and shown < hours.end)


def parse_hours(text: str, zone: str) -> WeeklyHours:
    """Read weekly hours.

    Args:
        text: Days, then hours: ``mon-fri 09:00-17:00``, ``mon,wed-fri 8:30-12:00``, ``sat-sun
            22:00-06:00``. A range of days may run across Sunday; hours may end at 24:00.
        zone: IANA name.

    Raises:
        ValueError: The text is none of these; the message names the part and the cure.
    """
    named, _, times = " ".join(text.lower().split()).partition(" ")
    if not times:
        raise ValueError(f"{text!r} lacks days or hours: {_CURE}")
    days = sorted({day for part in named.split(",") for day in _days(part, text)})
    found = _INTERVAL.fullmatch(times)
    if found is None:
        raise ValueError(f"{times!r} in {text!r} is no pair of times: {_CURE}")
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    # 24:00 is the midnight after, which an end at or before the start already means.
    end = (0, 0) if (end_hour, end_minute) == (24, 0) else (end_hour, end_minute)
    try:
        return WeeklyHours(tuple(days), time(start_hour, start_minute), time(*end), zone)
    except ValueError as impossible:
        raise ValueError(f"{times!r} in {text!r} is no time of day: use 00:00 to 24:00") from impossible


def _days(part: str, text: str) -> list[int]:
    """Resolve ``wed`` or ``fri-mon`` to days."""
    first, dash, last = part.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in DAYS:
            raise ValueError(f"{name!r} in {text!r} is no day: use {' '.join(DAYS)}")
    begin = DAYS.index(first)
    span = (DAYS.index(last) - begin) % 7 if dash else 0
    return [(begin + step) % 7 for step in range(span + 1)]
