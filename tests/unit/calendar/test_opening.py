"""When weekly hours next begin and end."""

from datetime import UTC, date, datetime

import pytest

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.opening import first_inside, first_outside

OFFICE = parse_hours("mon-fri 09:00-17:00", "Europe/Berlin")
NIGHT = parse_hours("mon-sun 22:00-06:00", "Europe/Berlin")
SUNDAY = parse_hours("sun 02:30-04:00", "Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        ([OFFICE], "2026-03-02 07:59", "2026-03-02 08:00"),
        ([OFFICE], "2026-03-02 12:00", "2026-03-02 12:00"),
        ([OFFICE], "2026-03-06 16:00", "2026-03-09 08:00"),
        ([NIGHT], "2026-03-02 03:00", "2026-03-02 03:00"),  # of the night before
        ([NIGHT], "2026-03-02 05:00", "2026-03-02 21:00"),
        ([OFFICE, NIGHT], "2026-03-02 05:00", "2026-03-02 08:00"),
        ([SUNDAY], "2026-03-28 00:00", "2026-03-29 01:00"),  # 02:30 is skipped
        ([SUNDAY], "2026-10-24 00:00", "2026-10-25 00:30"),  # 02:30 comes twice
        ([], "2026-03-02 12:00", "2026-03-02 12:00"),
    ],
)
def test_hours_open_at_the_first_instant_inside(hours, now, opens):
    assert first_inside(hours, utc(now)) == utc(opens)


@pytest.mark.parametrize(
    ("hours", "now", "shuts"),
    [
        ([OFFICE], "2026-03-02 12:00", "2026-03-02 16:00"),
        ([OFFICE], "2026-03-02 20:00", "2026-03-02 20:00"),
        ([NIGHT, parse_hours("tue 06:00-07:00", "Europe/Berlin")], "2026-03-02 22:00", "2026-03-03 06:00"),
        ([SUNDAY], "2026-10-25 00:45", "2026-10-25 03:00"),
    ],
)
def test_hours_shut_at_the_first_instant_outside_all(hours, now, shuts):
    assert first_outside(hours, utc(now)) == utc(shuts)


def test_hours_without_a_pause_never_shut():
    assert first_outside([parse_hours("mon-sun 00:00-24:00", "UTC")], utc("2026-03-02 12:00")) is None
    assert first_outside([], utc("2026-03-02 12:00")) is None


def test_nothing_opens_on_closed_days():
    closed = {date(2026, 12, 24), date(2026, 12, 25)}
    assert first_inside([OFFICE], utc("2026-12-23 20:00"), closed) == utc("2026-12-28 08:00")
    always = {date.fromordinal(utc("2026-12-23 20:00").toordinal() + day) for day in range(-2, 500)}
    assert first_inside([OFFICE], utc("2026-12-23 20:00"), always) is None
