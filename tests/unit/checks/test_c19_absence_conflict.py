from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = """
{people}
schedules:
  s:
    timezone: Europe/Berlin
    layers: [{{rotate: [{people_}], every: 1w, start: 2026-11-02 09:00}}]
    absences: [{{from: {start}, until: {end}, person: ana}}]
{more}
"""


def test_a_cover_is_proposed_that_can_be_typed(tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, people_="ana, bo, chen", start="2026-11-04", end="2026-11-29", more="")
    (found,) = of("C19", spec, tmp_path)
    assert found.message == ("`ana` is away, and on call in `s` 2026-11-04 00:00 to 2026-11-09 09:00 and once more")
    assert found.cure == (
        "write to `overrides` of `s`: `{from: 2026-11-04 00:00, until: 2026-11-09 09:00, replace: ana, with: bo}`, "
        "`{from: 2026-11-23 09:00, until: 2026-11-29 00:00, replace: ana, with: bo}`"
    )


def test_what_is_proposed_mends_it(tmp_path: Path):
    cure = "    overrides: [{from: 2026-11-04 00:00, until: 2026-11-09 09:00, replace: ana, with: bo}]"
    spec = SPEC.format(people=PEOPLE, people_="ana, bo, chen", start="2026-11-04", end="2026-11-12", more=cure)
    assert of("C19", spec, tmp_path) == []


def test_nobody_is_proposed_where_nobody_is_free(tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, people_="ana", start="2026-11-04", end="2026-11-29", more="")
    assert of("C19", spec, tmp_path)[0].cure.startswith("nobody of the schedule is free then")


def test_an_absence_that_is_over_is_not_told(tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, people_="ana", start="2025-01-07", end="2025-02-01", more="")
    assert of("C19", spec, tmp_path) == []
