import re
from pathlib import Path

import pytest

from surefoot.domain.oncall.feed import person_feed, team_feed, uid
from surefoot.domain.oncall.timeline import shifts
from tests.rotas import utc, version

pytestmark = pytest.mark.req("ONC-1")
SPEC = (
    "teams: {t: {name: Team}}\n"
    "schedules:\n"
    "  one: {team: t, layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
    "  two: {layers: [{rotate: ana, every: 1 month, start: 2026-01-01}]}\n"
    "escalations: {x: {primary: one, lead: ana, secondary: two, executive: ana}}\n"
)


def test_a_person_gets_the_shifts_of_all_schedules_in_order(tmp_path: Path):
    text = person_feed(version(tmp_path, SPEC), "ana", utc("2026-01-07"), utc("2026-01-25"))
    assert re.findall("DTSTART:(.*)\r", text) == ["20260101T000000Z", "20260105T090000Z", "20260119T090000Z"]
    assert re.findall("SUMMARY:(.*)\r", text)[:2] == ["On call: two (secondary)", "On call: one (primary)"]
    assert text.count("DTSTAMP:20260107T000000Z") == 3


def test_a_team_gets_everybody_in_its_schedules(tmp_path: Path):
    text = team_feed(version(tmp_path, SPEC), "t", utc("2026-01-07"), utc("2026-01-25"))
    assert re.findall("SUMMARY:(.*)\r", text) == ["Ana A: one (primary)", "Bo B: one (primary)", "Ana A: one (primary)"]
    assert "X-WR-CALNAME:On call: t\r\n" in text


def test_a_shift_keeps_its_uid_from_week_to_week_and_no_two_share_one(tmp_path: Path):
    found = version(tmp_path, SPEC)
    early = {uid(shift) for shift in shifts(found.plans["one"], utc("2026-01-07"), utc("2026-03-01"))}
    late = {uid(shift) for shift in shifts(found.plans["one"], utc("2026-01-22"), utc("2026-03-01"))}
    assert len(early) == 8
    assert late < early
