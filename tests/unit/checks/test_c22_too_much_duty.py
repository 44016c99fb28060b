from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"
SPEC = f"{PEOPLE}\nschedules: {{one: {{layers: [{{rotate: [ana, bo, chen], every: 1w}}]}}}}\n"


def test_three_people_are_too_few(tmp_path: Path):
    (found,) = of("C22", SPEC, tmp_path)
    assert found.message == "on call for more than 25 % of the time: `ana` 34%, `bo` 33%, `chen` 33%"


def test_all_schedules_count_together_and_the_policy_decides(tmp_path: Path):
    spec = SPEC.replace("{one:", "{two: {layers: [{rotate: [bo, chen, ana]}]}, one:")
    (found,) = of("C22", spec, tmp_path)
    assert found.message.startswith("on call for more than 25 % of the time: `ana` 67%")
    assert of("C22", f"policy: {{oncall: {{load: 67%}}}}\n{spec}", tmp_path) == []
