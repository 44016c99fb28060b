from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = """
{people}
schedules:
  one: {{layers: [{{rotate: [ana, bo], every: 1w, start: 2026-11-02 09:00}}]}}
  two: {{layers: [{{rotate: [{second}], every: 1w, start: 2026-11-02 09:00}}]}}
escalations: {{x: {{primary: one, secondary: {secondary}, lead: chen, executive: chen}}}}
"""


def test_primary_and_secondary_are_two_people(tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, second="bo, ana", secondary="two")
    assert of("C17", spec, tmp_path) == []


def test_both_steps_of_an_escalation(tmp_path: Path):
    ana, bo = of("C17", SPEC.format(people=PEOPLE, second="ana, bo", secondary="two"), tmp_path)
    assert ana.message.startswith("`ana` is both steps of the escalation `x` (`one` and `two`) for 202.6 days: ")
    assert "2026-11-02 09:00 to 2026-11-09 09:00" in ana.message
    assert ana.message.endswith(" and 28 more times")
    assert bo.subject == "two"


def test_two_schedules_at_once(tmp_path: Path):
    found = of("C17", SPEC.format(people=PEOPLE, second="ana, bo", secondary="one"), tmp_path)
    assert [one.message.split(" for ")[0] for one in found] == [
        "`ana` is on call in `one` and `two` at once",
        "`bo` is on call in `one` and `two` at once",
    ]
