from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"


def test_hours_without_anybody_are_summed_up_and_the_first_is_named(tmp_path: Path):
    (found,) = of("C16", f"{PEOPLE}\nschedules: {{s: {{layers: [{{rotate: ana, only: mon-fri}}]}}}}\n", tmp_path)
    assert found.message == (
        "nobody is on call in `s` for 115 days: 2026-11-01 00:00 to 2026-11-02 00:00 and 57 more times"
    )
    assert found.subject == "s"


def test_a_short_gap_is_told_in_minutes(tmp_path: Path):
    schedule = "schedules: {s: {layers: [{rotate: ana, only: '00:10-24:00'}]}}"
    spec = f"{PEOPLE}\npolicy: {{oncall: {{simulate: 1d}}}}\n{schedule}\n"
    assert of("C16", spec, tmp_path)[0].message.startswith("nobody is on call in `s` for 10 minutes: ")


def test_a_schedule_without_a_gap_is_fine(tmp_path: Path):
    assert of("C16", f"{PEOPLE}\nschedules: {{s: {{layers: [{{rotate: ana}}]}}}}\n", tmp_path) == []
