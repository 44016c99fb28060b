from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
PEOPLE = "people: {ana: {name: Ana, email: a@x.y}, bo: {name: Bo, email: b@x.y}, chen: {name: Chen, email: c@x.y}}"


def test_the_one_with_the_nights_is_told(tmp_path: Path):
    layer = "{rotate: [ana, bo], every: 12h, handover: 08:00, start: 2026-01-05 08:00}"
    (found,) = of("C21", f"{PEOPLE}\nschedules: {{s: {{layers: [{layer}]}}}}\n", tmp_path)
    assert found.message == "`s` is unfair: `bo` has 3200 hours of nights, `ana` 0"


def test_the_ratio_is_the_policys(tmp_path: Path):
    layers = "{rotate: [ana, bo, ana], every: 1w}"
    spec = f"{PEOPLE}\npolicy: {{oncall: {{unfair: 3}}}}\nschedules: {{s: {{layers: [{layers}]}}}}\n"
    assert of("C21", spec, tmp_path) == []
    assert len(of("C21", spec.replace("unfair: 3", "unfair: 1.5"), tmp_path)) == 1
