from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-1")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = """
{people}
schedules:
  s:
    layers: [{{rotate: [ana, bo], every: 1w, start: 2026-11-02 09:00}}]
    overrides: [{{from: {start}, until: {end}, {change}}}]
"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("remove: bo", ["remove"]),
        ("replace: bo, with: chen", ["replace"]),
        ("remove: ana", []),
        ("add: chen", []),
        ("cover: chen", []),
    ],
)
def test_who_is_not_on_call_cannot_be_taken_out(change: str, told: list[str], tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, start="2026-11-03", end="2026-11-04", change=change)
    assert [found.message for found in of("C25", spec, tmp_path)] == [
        f"`bo` is not on call in `s` 2026-11-03 00:00 to 2026-11-04 00:00: there is nobody to {verb}" for verb in told
    ]


def test_what_is_over_is_not_told(tmp_path: Path):
    spec = SPEC.format(people=PEOPLE, start="2025-01-06", end="2025-01-07", change="remove: chen")
    assert of("C25", spec, tmp_path) == []
