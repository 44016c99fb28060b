"""Which regimes apply is asked until somebody says so."""

from pathlib import Path

import pytest

from surefoot.checks.i04_compliance_unknown import BUILT_IN
from surefoot.finding import Severity
from surefoot.spec import policy
from surefoot.spec.model.policy_operations import OperationsPolicy
from tests.unit.checks.examine import of


@pytest.mark.req("INT-2", "INT-3")
@pytest.mark.parametrize(("tier", "severity"), [("critical", Severity.ERROR), ("normal", Severity.QUESTION)])
def test_unsaid_compliance_blocks_critical_services_only(tier: str, severity: Severity, tmp_path: Path):
    (finding,) = of("I04", f"service: shop\ntier: {tier}\n", tmp_path)
    assert finding.severity is severity


@pytest.mark.req("INT-2")
@pytest.mark.parametrize("regimes", ["none", ", ".join(BUILT_IN), "own"])
def test_known_regimes_are_answers(regimes: str, tmp_path: Path):
    text = f"service: shop\ncompliance: [{regimes}]\nregimes: {{own: {{keep_at_least: 1y}}}}\n"
    assert of("I04", text, tmp_path) == []


def test_misspelt_regime_is_recognised(tmp_path: Path):
    (finding,) = of("I04", "service: shop\ncompliance: [gdpr, GPDR]\n", tmp_path)
    assert finding.message == "the regime `GPDR` is not known"
    assert finding.cure.startswith("did you mean `gdpr`?")
    assert finding.span
    assert finding.span.column == 20


def test_built_in_regimes_are_those_with_numbers():
    assert set(BUILT_IN) == policy.area("operations", OperationsPolicy, {}, None)[0].audit.regimes.keys()
