from pathlib import Path

import pytest

from tests.unit.checks.examine import of

pytestmark = pytest.mark.req("ONC-4")
SPEC = """
people: {{ana: {{name: Ana{way}}}}}
channels: {{ops: {{slack: env:SLACK}}}}
schedules: {{s: {{layers: [{{rotate: ana}}]}}}}
"""


@pytest.mark.parametrize("way", [", email: a@x.y", ", accounts: {slack: U1}", ", reach: ['channel:ops']"])
def test_one_way_is_enough(way: str, tmp_path: Path):
    assert of("C18", SPEC.format(way=way), tmp_path) == []


@pytest.mark.parametrize("way", ["", ", reach: [push, phone]"])
def test_without_a_way_the_first_shift_is_named(way: str, tmp_path: Path):
    (found,) = of("C18", SPEC.format(way=way), tmp_path)
    assert found.message == "`ana` cannot be reached, and is on call in `s` from 2026-11-01 00:00"
    assert "`email: ana@shop.example`" in found.cure
