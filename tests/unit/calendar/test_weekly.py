import pytest

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.weekly import clipped, common, joined, stretches
from tests.rotas import utc

pytestmark = pytest.mark.req("ONC-1")


def found(start: str, end: str, *texts: str) -> list[tuple[str, str]]:
    hours = tuple(parse_hours(text, "Europe/Berlin") for text in texts)
    return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in stretches(hours, utc(start), utc(end))]


def test_an_overnight_window_belongs_to_its_first_day():
    assert found("2026-01-09", "2026-01-12", "fri 22:00-06:00") == [("09 21:00", "10 05:00")]


def test_windows_that_touch_or_overlap_are_one():
    assert found("2026-01-10", "2026-01-12", "sat-sun 00:00-24:00") == [("10 00:00", "11 23:00")]
    assert found("2026-01-05", "2026-01-06", "mon 09:00-12:00", "mon 12:00-13:00", "mon 12:30-14:00") == [
        ("05 08:00", "05 13:00")
    ]


def test_an_end_that_is_repeated_counts_the_last_time_and_a_window_within_the_gap_is_none():
    assert found("2026-10-24 20:00", "2026-10-25 12:00", "sat 23:00-02:30") == [("24 21:00", "25 01:30")]
    assert found("2026-03-29", "2026-03-30", "sun 02:10-02:50") == []


def test_stretches_are_cut_at_both_ends():
    assert found("2026-01-05 10:00", "2026-01-05 12:00", "mon 09:00-17:00") == [("05 10:00", "05 12:00")]
    assert found("2026-01-05 10:00", "2026-01-05 10:00", "mon 09:00-17:00") == []


def test_stretches_are_joined_clipped_and_intersected():
    a, b, c, d, e = (utc(f"2026-01-0{day}") for day in range(1, 6))
    assert list(joined([(a, b), (b, c), (d, e)])) == [(a, c), (d, e)]
    assert list(joined([])) == []
    assert list(clipped([(a, b), (b, d), (d, e)], b, c)) == [(b, c)]
    assert list(common([(a, c), (d, e)], [(b, e)])) == [(b, c), (d, e)]
