from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"


def test_seven_days_in_step_leave_somebody_out(tmp_path: Path):
    layer = "{rotate: [ana, ana, ana, ana, ana, ana, bo], every: 1d, only: mon, count: calendar, start: 2026-01-05}"
    (found,) = of("C20", f"{PEOPLE}\nschedules: {{s: {{layers: [{layer}]}}}}\n", tmp_path)
    assert found.message == "`bo` takes turns in the layer `1` of `s` and never is on call"


def test_turns_reach_everybody(tmp_path: Path):
    layer = "{rotate: [ana, ana, ana, ana, ana, ana, bo], every: 1d, only: mon, start: 2026-01-05}"
    assert of("C20", f"{PEOPLE}\nschedules: {{s: {{layers: [{layer}]}}}}\n", tmp_path) == []
