from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-1")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = """
{people}
timezone: {zone}
schedules: {{s: {{layers: [{{name: w, rotate: [ana, bo], every: 1w, length: {length}, start: 2026-01-05 09:00}}]}}}}
"""


def test_the_first_hand_over_at_another_time_is_named(tmp_path: Path):
    (found,) = of("C26", SPEC.format(people=PEOPLE, zone="Europe/Berlin", length="elapsed"), tmp_path)
    assert found.message == "the hand-over of the layer `w` of `s` is at another time from 2026-03-30 10:00 on"


@pytest.mark.parametrize(("zone", "length"), [("UTC", "elapsed"), ("Europe/Berlin", "wall")])
def test_clocks_that_do_not_change_and_turns_of_the_wall_do_not_drift(zone: str, length: str, tmp_path: Path):
    assert of("C26", SPEC.format(people=PEOPLE, zone=zone, length=length), tmp_path) == []
