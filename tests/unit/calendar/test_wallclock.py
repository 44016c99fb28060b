from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from surefoot.calendar.wallclock import day_of, first_instant, wall_clock

pytestmark = pytest.mark.req("SLO-3")


NEWFOUNDLAND = "America/St_Johns"


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("Europe/Vienna", date(2025, 7, 1), datetime(2025, 6, 30, 22, tzinfo=UTC)),
        # 00:00 on to 01:00
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("Asia/Beirut", date(2022, 3, 27), datetime(2022, 3, 26, 22, tzinfo=UTC)),
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22, tzinfo=UTC)),
        # 23:30 on to 00:30: the day begins at 00:30
        ("America/Toronto", date(1919, 3, 31), datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
        # 01:00 back to 00:00: the first of two midnights
        ("America/Havana", date(2020, 11, 1), datetime(2020, 11, 1, 4, tzinfo=UTC)),
        # the 30th never was
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_its_first_valid_instant(zone, day, first):
    assert first_instant(day, zone) == first
    assert first_instant(day, zone).tzinfo is UTC


def test_an_evening_repeated_after_midnight_belongs_to_the_day_that_began():
    # 2009-11-01 00:01 back to 2009-10-31 23:01
    first_pass = datetime(2009, 10, 31, 23, 30, tzinfo=ZoneInfo(NEWFOUNDLAND)).astimezone(UTC)
    second_pass = first_pass + timedelta(hours=1)
    assert day_of(first_pass, NEWFOUNDLAND) == date(2009, 10, 31)
    assert day_of(second_pass, NEWFOUNDLAND) == date(2009, 11, 1)
    for either in (first_pass, second_pass):
        assert wall_clock(either, NEWFOUNDLAND) == (date(2009, 10, 31), time(23, 30))


def test_any_offset_names_the_same_instant():
    noon = datetime(2025, 1, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    assert wall_clock(noon, "UTC") == (date(2025, 1, 1), time(7))


def test_a_naive_datetime_is_refused_with_the_cure():
    with pytest.raises(ValueError, match=r"names no instant: give it an offset"):
        wall_clock(datetime(2025, 1, 1), "UTC")  # noqa: DTZ001  # the mistake under test


@pytest.mark.parametrize(
    ("ask", "about"), [(first_instant, date(2025, 1, 1)), (day_of, datetime(2025, 1, 1, tzinfo=UTC))]
)
def test_an_unknown_zone_is_refused_with_the_cure(ask, about):
    with pytest.raises(ValueError, match=r"unknown time zone 'Europe/Wien': use an IANA name"):
        ask(about, "Europe/Wien")
