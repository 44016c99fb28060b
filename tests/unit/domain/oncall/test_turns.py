from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.calendar.moments import wall_at
from surefoot.domain.oncall.turns import Turns, on_day
from surefoot.domain.oncall.turns import utc as instant
from surefoot.spec.model.rotation import Unit
from tests.rotas import utc

pytestmark = pytest.mark.req("ONC-1")
BERLIN = "Europe/Berlin"


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_turns_go_on_in_both_directions():
    turns = Turns(BERLIN, wall("2026-01-05 09:00"), "week", 1)
    assert turns.begins(0) == utc("2026-01-05 08:00")
    assert turns.begins(-1) == utc("2025-12-29 08:00")
    assert turns.begins(30) == utc("2026-08-03 07:00")
    assert turns.at(utc("2026-01-05 07:59")) == -1
    assert turns.at(utc("2026-01-05 08:00")) == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-03-23", 167), ("2026-10-19", 169), ("2026-06-01", 168)])
def test_a_week_has_an_hour_less_or_more_when_clocks_change(day: str, hours: int):
    turns = Turns(BERLIN, wall(f"{day} 09:00"), "week", 1)
    assert turns.begins(1) - turns.begins(0) == timedelta(hours=hours)


def test_elapsed_turns_are_equally_long_and_drift():
    turns = Turns(BERLIN, wall("2026-03-23 09:00"), "week", 1, elapsed=True)
    assert turns.begins(1) - turns.begins(0) == timedelta(hours=168)
    assert turns.drift(utc("2026-12-31")) == utc("2026-03-30 08:00")
    assert turns.at(utc("2026-03-30 07:59")) == 0
    assert Turns("UTC", wall("2026-03-23 09:00"), "week", 1, elapsed=True).drift(utc("2026-12-31")) is None
    assert Turns(BERLIN, wall("2026-03-23 09:00"), "week", 1).drift(utc("2026-12-31")) is None


def test_a_month_without_the_day_hands_over_on_its_last():
    turns = Turns("UTC", wall("2026-01-31 09:00"), "month", 1, day=31)
    assert [f"{turns.begins(k):%m-%d}" for k in range(-2, 4)] == [
        "11-30",
        "12-31",
        "01-31",
        "02-28",
        "03-31",
        "04-30",
    ]
    assert turns.at(utc("2026-02-28 08:59")) == 0
    assert turns.at(utc("2026-02-28 09:00")) == 1
    assert on_day(wall("2026-11-15"), 3, 31) == wall("2027-02-28")


def test_a_naive_moment_is_on_the_wall_and_an_aware_one_is_an_instant():
    assert instant(wall("2026-07-01 09:00"), BERLIN) == utc("2026-07-01 07:00")
    assert instant(wall("2026-07-01T09:00:00+05:00"), BERLIN) == utc("2026-07-01 04:00")


@given(
    zone=st.sampled_from([BERLIN, "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
    unit=st.sampled_from(["hour", "day", "week", "month"]),
    count=st.integers(1, 40),
    minute=st.integers(0, 60 * 24 * 400),
    elapsed=st.booleans(),
    day=st.integers(-500, 2000),
)
def test_turns_meet_and_every_instant_has_one(
    *, zone: str, unit: Unit, count: int, minute: int, elapsed: bool, day: int
):
    anchor = wall("2024-01-31 00:00") + timedelta(minutes=minute)
    turns = Turns(zone, anchor, unit, count, elapsed, anchor.day)
    at = utc("2026-01-01") + timedelta(days=day)
    turn = turns.at(at)
    assert turns.begins(turn) <= at < turns.begins(turn + 1)
    starts = [turns.begins(turn + k) for k in range(-3, 4)]
    assert all(one <= other for one, other in pairwise(starts))
    if not elapsed and unit != "month":
        assert wall_at(turns.begins(turn), zone) >= turns.wall(turn)
