from datetime import date
from pathlib import Path

import pytest

from surefoot.domain.oncall.plan import DaysOff
from tests.rotas import version

pytestmark = pytest.mark.req("ONC-1")


def test_days_off_are_dates_and_days_of_every_year():
    days = DaysOff(frozenset({date(2026, 1, 2)})) | DaysOff(yearly=frozenset({(12, 25)}))
    assert date(2026, 1, 2) in days
    assert date(2030, 12, 25) in days
    assert date(2027, 1, 2) not in days


def test_a_person_without_a_zone_or_holidays_has_those_of_the_schedule(tmp_path: Path):
    found = version(
        tmp_path,
        "people: {ana: {name: Ana, timezone: Asia/Tokyo, holidays: h}, bo: {name: Bo}}\n"
        "holidays: {h: {days: [2026-01-07]}, g: {days: [2026-01-08]}}\n"
        "schedules: {s: {timezone: Europe/Berlin, holidays: g, layers: [{rotate: [ana, bo]}]}}\n",
    )
    plan = found.plans["s"]
    zones = [found.zone(person, plan) for person in ("ana", "bo", "zoe")]
    assert zones == ["Asia/Tokyo", "Europe/Berlin", "Europe/Berlin"]
    assert date(2026, 1, 7) in found.days_off("ana", plan)
    assert date(2026, 1, 7) not in found.days_off("bo", plan)
    assert (found.title("bo"), found.title("zoe")) == ("Bo", "zoe")
