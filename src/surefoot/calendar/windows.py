"""The periods over which a budget is counted: rolling, or calendar months and quarters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias, assert_never

from surefoot.calendar.wallclock import day_of, first_instant

Unit: TypeAlias = Literal["month", "quarter"]


@dataclass(frozen=True, slots=True)
class Rolling:
    """The stretch of a fixed duration that ends now.

    Raises:
        ValueError: The duration is not positive.
    """

    duration: timedelta

    def __post_init__(self) -> None:
        if self.duration <= timedelta(0):
            raise ValueError(f"a rolling window of {self.duration} holds nothing: use one such as 30d")


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """The calendar month or quarter that now lies in, between local midnights.

    Attributes:
        unit: ``month`` or ``quarter``.
        zone: IANA name of the zone whose midnights count.
    """

    unit: Unit
    zone: str


Window: TypeAlias = Rolling | CalendarWindow


def bounds(window: Window, now: datetime) -> tuple[datetime, datetime]:
    """Find where the window that now belongs to starts and ends.

    Args:
        window: A rolling window ends now. A calendar window contains now (start <= now < end), and
            the next one starts at its end.
        now: An aware datetime.

    Returns:
        Start and end, in UTC. Their difference is the window's length; with daylight saving it is
        no whole number of days.

    Raises:
        ValueError: ``now`` is naive, or the zone is unknown.
    """
    match window:
        case Rolling(duration):
            if now.tzinfo is None:
                raise ValueError(f"{now.isoformat()} names no instant: give it an offset, such as +00:00")
            end = now.astimezone(UTC)
            return end - duration, end
        case CalendarWindow(unit, zone):
            first = _first_day(day_of(now, zone), unit)
            return first_instant(first, zone), first_instant(_next_first_day(first, unit), zone)
        case _:
            assert_never(window)


def length(window: Window, now: datetime) -> timedelta:
    """Measure the window that now belongs to, as the difference of two instants."""
    start, end = bounds(window, now)
    return end - start


def nominal(window: Window, nominal_days: Mapping[str, int]) -> timedelta:
    """Tell the length that burn factors are computed with, the same for every month.

    Args:
        window: A rolling window is its own length.
        nominal_days: Days by unit, such as ``{"month": 30, "quarter": 90}``.

    Raises:
        ValueError: The unit has no nominal length.
    """
    match window:
        case Rolling(duration):
            return duration
        case CalendarWindow(unit):
            if unit not in nominal_days:
                raise ValueError(f"no nominal length for a {unit}: add one in days to the policy")
            return timedelta(days=nominal_days[unit])
        case _:
            assert_never(window)


def _months(unit: Unit) -> int:
    return 1 if unit == "month" else 3


def _first_day(day: date, unit: Unit) -> date:
    return day.replace(month=day.month - (day.month - 1) % _months(unit), day=1)


def _next_first_day(first: date, unit: Unit) -> date:
    years, month = divmod(first.month - 1 + _months(unit), 12)
    return date(first.year + years, month + 1, 1)
