from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.calendar.hours import parse_hours
from surefoot.domain.oncall.rota import Rota, served
from surefoot.domain.oncall.turns import Turns
from tests.rotas import utc

pytestmark = pytest.mark.req("ONC-1")
MONDAY = datetime.fromisoformat("2026-01-05 00:00")


def rota(
    every: int, *only: str, calendar: bool = False, begins: datetime | None = None, until: datetime | None = None
) -> Rota:
    turns = Turns("UTC", MONDAY, "day", every)
    hours = tuple(parse_hours(text, "UTC") for text in only)
    pattern = () if calendar else served(turns, hours)
    return Rota("l", ("ana", "bo", "chen"), turns, hours, begins, until, served=pattern)


def days(found: Rota, start: str, end: str) -> str:
    return " ".join(found.person(number)[0] + f"{a:%d}" for a, _, number in found.pieces(utc(start), utc(end)))


def test_turns_count_the_windows_that_are_served():
    """Five working days and three people: everybody gets every weekday in time."""
    assert days(rota(1, "mon-fri 09:00-17:00"), "2026-01-05", "2026-01-15") == "a05 b06 c07 a08 b09 c12 a13 b14"


def test_turns_on_the_calendar_count_days_without_a_window_too():
    found = rota(1, "mon-fri 09:00-17:00", calendar=True)
    assert days(found, "2026-01-05", "2026-01-15") == "a05 b06 c07 a08 b09 b12 c13 a14"


def test_turns_are_counted_backwards_as_well():
    assert days(rota(1, "mon-fri 09:00-17:00"), "2025-12-29", "2026-01-06") == "b29 c30 a31 b01 c02 a05"


def test_a_window_across_a_handover_is_split_there():
    assert [number for _, _, number in rota(1, "mon 22:00-06:00").pieces(utc("2026-01-05"), utc("2026-01-07"))] == [
        0,
        1,
    ]


def test_bounds_cut_and_the_numbers_of_turns_stay():
    found = rota(7, begins=utc("2026-01-14"), until=utc("2026-01-20"))
    assert [(f"{a:%d}", f"{b:%d}", n) for a, b, n in found.pieces(utc("2026-01-01"), utc("2026-02-01"))] == [
        ("14", "19", 1),
        ("19", "20", 2),
    ]
    assert list(found.pieces(utc("2026-02-01"), utc("2026-03-01"))) == []
    assert found.spans(0) == []
    assert found.spans(1) == [(utc("2026-01-14"), utc("2026-01-19"))]


@given(
    st.sampled_from(["hour", "day"]),
    st.integers(1, 50),
    st.lists(st.sampled_from(["mon 09:00-17:00", "sat-sun 00:00-24:00", "fri 22:00-06:00"]), min_size=1, unique=True),
    st.integers(-300, 300),
)
def test_a_number_leads_to_its_turn_and_back(unit: str, count: int, only: list[str], number: int):
    turns = Turns("UTC", MONDAY, "hour" if unit == "hour" else "day", count)
    hours = tuple(parse_hours(text, "UTC") for text in only)
    found = Rota("l", ("ana", "bo"), turns, hours, served=served(turns, hours))
    turn = found.turn(number)
    assert found.number(turn) == number
    assert found.number(turn + 1) == number + 1
    assert {piece[2] for piece in found.pieces(turns.begins(turn), turns.begins(turn + 1))} == {number}
