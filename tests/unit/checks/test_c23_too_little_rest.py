from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"


def test_eight_hours_are_too_few(tmp_path: Path):
    layer = "{rotate: [ana, bo], every: 8h, start: 2026-01-05 08:00}"
    ana, bo = of("C23", f"{PEOPLE}\nschedules: {{s: {{layers: [{layer}]}}}}\n", tmp_path)
    assert ana.message == "`ana` has 8 hours of rest, from 2026-11-01 16:00 on, between two shifts"
    assert "a break of 11 hours is asked for" in bo.cure


def test_two_schedules_count_together(tmp_path: Path):
    spec = (
        "{people}\nschedules:\n"
        "  one: {{layers: [{{rotate: [ana, bo], every: 1d, handover: 08:00, start: 2026-01-05 08:00}}]}}\n"
        "  two: {{layers: [{{rotate: ana, only: 'tue {hours}'}}]}}\n"
    )
    assert of("C23", spec.format(people=PEOPLE, hours="08:00-09:00"), tmp_path) == []
    assert {found.subject for found in of("C23", spec.format(people=PEOPLE, hours="12:00-13:00"), tmp_path)} == {"ana"}
