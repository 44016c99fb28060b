from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from surefoot.calendar.moments import begin_at, end_at, local, wall_at
from tests.rotas import utc

pytestmark = pytest.mark.req("ONC-1")


@pytest.mark.parametrize(
    ("zone", "wall", "begins", "ends"),
    [
        ("Europe/Berlin", "2026-07-01 09:00", "2026-07-01 07:00", "2026-07-01 07:00"),
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "2026-10-25 02:00"),
        # half an hour, at 02:00
        ("Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03 15:30", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("Asia/Kathmandu", "2026-03-29 02:30", "2026-03-28 20:45", "2026-03-28 20:45"),
        # the 30th never was
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00", "2011-12-30 10:00"),
        # a midnight that is skipped, and one that is repeated
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00", "2018-11-04 03:00"),
        ("America/Havana", "2026-11-01 00:00", "2026-11-01 04:00", "2026-11-01 05:00"),
    ],
)
def test_a_skipped_time_is_the_end_of_the_gap_and_a_repeated_one_begins_first_and_ends_last(
    zone: str, wall: str, begins: str, ends: str
):
    moment = datetime.fromisoformat(wall)
    assert begin_at(moment, zone) == utc(begins)
    assert end_at(moment, zone) == utc(ends)


def test_an_instant_is_seen_on_a_wall_and_with_its_offset():
    assert wall_at(utc("2026-10-25 00:30"), "Europe/Berlin") == datetime.fromisoformat("2026-10-25 02:30")
    assert local(utc("2026-10-25 01:30"), "Europe/Berlin").isoformat() == "2026-10-25T02:30:00+01:00"
    assert local(utc("2026-10-25 01:30"), "Europe/Berlin").tzinfo == ZoneInfo("Europe/Berlin")


def test_an_unknown_zone_is_named():
    with pytest.raises(ValueError, match="unknown time zone 'Moon/Base': use an IANA name"):
        begin_at(datetime.fromisoformat("2026-01-01"), "Moon/Base")
