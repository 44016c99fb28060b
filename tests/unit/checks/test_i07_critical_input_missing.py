"""What must be there before anything is built for a critical service (INT-3)."""

from pathlib import Path

import pytest

from surefoot.finding import Role, Severity
from tests.unit.checks.examine import of

CRITICAL = """
service: shop
tier: critical
compliance: [none]
journeys: {buy: {steps: [shop]}}
"""
SLO = "slos: {availability: {target: 99.9%, sla: 99.5%, bad: e, total: t}}\n"


@pytest.mark.req("INT-1", "INT-3")
def test_each_provider_is_asked_for_its_part(tmp_path: Path):
    found = of("I07", CRITICAL, tmp_path)
    assert [finding.ask for finding in found] == [Role.ARCHITECT, Role.PLATFORM, Role.ANALYST]
    assert {finding.severity for finding in found} == {Severity.ERROR}


@pytest.mark.req("INT-3")
@pytest.mark.parametrize("design", ["description: Sells.", "depends_on: [{service: bank}]"])
@pytest.mark.parametrize(
    "topology", ["targets: [a:1]", "selector: {job: a}", "environments: [staging]", "regions: [eu]"]
)
def test_any_form_of_the_input_counts(design: str, topology: str, tmp_path: Path):
    assert of("I07", CRITICAL + SLO + f"{design}\n{topology}\n", tmp_path) == []


def test_other_tiers_get_by_with_defaults(tmp_path: Path):
    assert of("I07", CRITICAL.replace("critical", "important"), tmp_path) == []
