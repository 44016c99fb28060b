from datetime import UTC, datetime, timedelta, timezone

import pytest

from surefoot.calendar.windows import CalendarWindow, Rolling, bounds, length, nominal

pytestmark = pytest.mark.req("SLO-3")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_rolling_window_ends_now():
    now = datetime(2025, 3, 31, 12, tzinfo=timezone(2 * HOUR))
    assert bounds(Rolling(30 * DAY), now) == (utc("2025-03-01T10:00"), utc("2025-03-31T10:00"))


def test_bounds_are_in_utc():
    now = datetime(2025, 3, 31, 12, tzinfo=timezone(2 * HOUR))
    for window in (Rolling(DAY), CalendarWindow("month", "Asia/Tokyo")):
        assert {bound.tzinfo for bound in bounds(window, now)} == {UTC}


@pytest.mark.parametrize(
    ("unit", "now", "start", "end"),
    [
        ("month", utc("2025-03-10"), utc("2025-02-28T23:00"), utc("2025-03-31T22:00")),
        ("month", utc("2024-12-31T22:59"), utc("2024-11-30T23:00"), utc("2024-12-31T23:00")),
        ("month", utc("2024-12-31T23:00"), utc("2024-12-31T23:00"), utc("2025-01-31T23:00")),
        ("quarter", utc("2025-02-28"), utc("2024-12-31T23:00"), utc("2025-03-31T22:00")),
        ("quarter", utc("2025-12-01"), utc("2025-09-30T22:00"), utc("2025-12-31T23:00")),
    ],
)
def test_a_calendar_window_runs_between_local_midnights(unit, now, start, end):
    assert bounds(CalendarWindow(unit, "Europe/Vienna"), now) == (start, end)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Europe/Vienna", utc("2025-03-10"), 31 * DAY - HOUR),
        ("Europe/Vienna", utc("2025-10-10"), 31 * DAY + HOUR),
        ("Australia/Lord_Howe", utc("2025-04-10"), 30 * DAY + HOUR / 2),
        ("Pacific/Apia", utc("2011-12-10"), 30 * DAY),
        ("UTC", utc("2025-03-10"), 31 * DAY),
    ],
)
def test_length_is_the_difference_of_two_instants(zone, now, expected):
    assert length(CalendarWindow("month", zone), now) == expected


def test_a_month_whose_midnight_comes_twice_starts_at_the_first():
    havana = CalendarWindow("month", "America/Havana")
    assert bounds(havana, utc("2020-11-01T05:30"))[0] == utc("2020-11-01T04:00")


def test_now_lies_in_the_window_although_the_wall_shows_the_month_before():
    # Newfoundland put clocks back from 2009-11-01 00:01: it is 23:30 on 31 October again.
    start, end = bounds(CalendarWindow("month", "America/St_Johns"), utc("2009-11-01T03:00"))
    assert (start, end) == (utc("2009-11-01T02:30"), utc("2009-12-01T03:30"))


def test_nominal_length_comes_from_policy_for_calendar_windows_alone():
    days = {"month": 30, "quarter": 90}
    assert nominal(Rolling(28 * DAY), days) == 28 * DAY
    assert nominal(CalendarWindow("month", "UTC"), days) == 30 * DAY
    assert nominal(CalendarWindow("quarter", "UTC"), days) == 90 * DAY


def test_a_unit_without_nominal_length_is_refused_with_the_cure():
    with pytest.raises(ValueError, match=r"no nominal length for a quarter: add one in days to the policy"):
        nominal(CalendarWindow("quarter", "UTC"), {"month": 30})


def test_an_empty_rolling_window_is_refused():
    with pytest.raises(ValueError, match=r"holds nothing: use one such as 30d"):
        Rolling(timedelta(0))


@pytest.mark.parametrize("window", [Rolling(DAY), CalendarWindow("month", "UTC")])
def test_a_naive_now_is_refused(window):
    with pytest.raises(ValueError, match="names no instant"):
        bounds(window, datetime(2025, 1, 1))  # noqa: DTZ001  # the mistake under test
