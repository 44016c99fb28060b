from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from surefoot.calendar.hours import WeeklyHours, contains, parse_hours

pytestmark = pytest.mark.req("SLO-4")

VIENNA = "Europe/Vienna"
OFFICE = parse_hours("mon-fri 09:00-17:00", VIENNA)


def vienna(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(VIENNA), fold=fold)


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        (vienna("2025-07-04T08:59:59"), False),
        (vienna("2025-07-04T09:00"), True),
        (vienna("2025-07-04T16:59:59"), True),
        (vienna("2025-07-04T17:00"), False),
        (vienna("2025-07-05T12:00"), False),
        (datetime(2025, 7, 4, 7, tzinfo=UTC), True),
        (datetime(2025, 1, 3, 7, tzinfo=UTC), False),
    ],
)
def test_hours_follow_the_wall_clock_summer_and_winter(instant, inside):
    assert contains(OFFICE, instant) is inside


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        (vienna("2025-07-04T22:00"), True),
        (vienna("2025-07-05T05:59"), True),
        (vienna("2025-07-05T06:00"), False),
        (vienna("2025-07-05T22:00"), False),
        (vienna("2025-07-04T05:00"), False),
    ],
)
def test_an_overnight_interval_belongs_to_the_day_it_starts_on(instant, inside):
    assert contains(parse_hours("fri 22:00-06:00", VIENNA), instant) is inside


def test_a_sunday_night_reaches_into_monday():
    assert contains(parse_hours("sun 22:00-06:00", VIENNA), vienna("2025-07-07T03:00"))


def test_equal_times_span_twenty_four_hours():
    hours = WeeklyHours((0,), time(6), time(6), VIENNA)
    assert contains(hours, vienna("2025-07-07T06:00"))
    assert contains(hours, vienna("2025-07-08T05:59"))
    assert not contains(hours, vienna("2025-07-08T06:00"))
    assert not contains(hours, vienna("2025-07-07T05:59"))


def test_an_hour_that_daylight_saving_repeats_is_inside_twice():
    hours = parse_hours("sun 02:00-03:00", VIENNA)
    assert contains(hours, vienna("2025-10-26T02:30"))
    assert contains(hours, vienna("2025-10-26T02:30", fold=1))


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("mon-fri 09:00-17:00", (0, 1, 2, 3, 4), time(9), time(17)),
        ("  Sat,sun   8:30-12:00 ", (5, 6), time(8, 30), time(12)),
        ("fri-mon 22:00-06:00", (0, 4, 5, 6), time(22), time(6)),
        ("mon,wed-fri,thu 00:00-24:00", (0, 2, 3, 4), time(0), time(0)),
        ("tue-tue 12:00-24:00", (1,), time(12), time(0)),
    ],
)
def test_hours_are_read(text, days, start, end):
    assert parse_hours(text, VIENNA) == WeeklyHours(days, start, end, VIENNA)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"lacks days or hours: write days and hours, such as 'mon-fri 09:00-17:00'"),
        ("mon-fri", r"lacks days or hours"),
        ("mon-fri 9-17", r"'9-17' in 'mon-fri 9-17' is no pair of times"),
        ("mon 09:00-17:00 10:00-11:00", r"is no pair of times"),
        ("mo-fr 09:00-17:00", r"'mo' in 'mo-fr 09:00-17:00' is no day: use mon tue"),
        ("mon- 09:00-17:00", r"'' in 'mon- 09:00-17:00' is no day"),
        ("mon 09:60-17:00", r"is no time of day: use 00:00 to 24:00"),
        ("mon 24:00-25:00", r"is no time of day"),
    ],
)
def test_unreadable_hours_are_refused_with_the_cure(text, message):
    with pytest.raises(ValueError, match=message):
        parse_hours(text, VIENNA)
