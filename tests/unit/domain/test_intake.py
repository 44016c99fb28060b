import pytest

from surefoot.domain.intake import Decision, decide
from surefoot.finding import Finding, Severity


def of(*severities: Severity) -> list[Finding]:
    return [Finding("L01", severity, None, "m", "w", "c") for severity in severities]


@pytest.mark.req("INT-3")
def test_decision_follows_the_heaviest_finding():
    assert decide([]) is Decision.ACCEPT
    assert decide(of(Severity.WARNING, Severity.INFO)) is Decision.ACCEPT
    assert decide(of(Severity.WARNING, Severity.QUESTION)) is Decision.CLARIFY
    assert decide(of(Severity.QUESTION, Severity.ERROR, Severity.INFO)) is Decision.BLOCK
