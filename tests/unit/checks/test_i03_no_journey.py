"""Who is asked for a journey, and when nothing is built without one."""

from pathlib import Path

import pytest

from surefoot.finding import Role, Severity
from tests.unit.checks.examine import of


@pytest.mark.req("INT-2", "INT-3")
@pytest.mark.parametrize(("tier", "severity"), [("critical", Severity.ERROR), ("important", Severity.QUESTION)])
def test_service_outside_every_journey_is_named(tier: str, severity: Severity, tmp_path: Path):
    text = f"services: {{a: {{tier: {tier}}}, b: {{}}}}\njourneys: {{j: {{steps: [b]}}}}\n"
    (finding,) = of("I03", text, tmp_path)
    assert finding.severity is severity
    assert bool(finding.default) is (severity is Severity.QUESTION)
    assert (finding.subject, finding.ask) == ("a", Role.ANALYST)


def test_journey_of_another_service_counts(tmp_path: Path):
    text = "services: {a: {tier: critical}, b: {journeys: {j: {steps: [b, a]}}}}\n"
    assert of("I03", text, tmp_path) == []


@pytest.mark.req("INT-2")
def test_workspace_without_journeys_is_asked_once(tmp_path: Path):
    (finding,) = of("I03", "workspace: shop\nservices: {a: {}, b: {}}\n", tmp_path)
    assert finding.span
    assert (finding.severity, finding.span.line) == (Severity.QUESTION, 1)
