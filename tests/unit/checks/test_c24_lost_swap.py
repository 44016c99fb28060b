from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-1")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = """
{people}
schedules:
  s:
    layers: [{{name: week, rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00, until: 2026-02-02 09:00}}]
    swaps: [{{layer: {layer}, turn: {turn}, to: bo{back}}}]
"""


def found(folder: Path, layer: str = "week", turn: int = 0, back: str = "") -> list[str]:
    spec = SPEC.format(people=PEOPLE, layer=layer, turn=turn, back=back)
    return [finding.message for finding in of("C24", spec, folder)]


def test_turns_that_are_there_can_be_swapped(tmp_path: Path):
    assert found(tmp_path) == []
    assert found(tmp_path, back=", back: 1") == []


def test_a_turn_that_a_change_removed_is_named(tmp_path: Path):
    gone = "turn 4 of the layer `week` of `s` is swapped, and not there any more"
    assert found(tmp_path, turn=4) == [gone]
    assert found(tmp_path, back=", back: 4") == [gone]


def test_a_turn_of_somebody_else_cannot_be_given_back(tmp_path: Path):
    assert found(tmp_path, back=", back: 2") == ["turn 2 of `week`, given back for turn 0, is `ana`'s, not `bo`'s"]


def test_an_unknown_layer_is_named(tmp_path: Path):
    assert found(tmp_path, layer="day") == ["there is no layer `day` to swap in"]
