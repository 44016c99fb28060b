"""What follows from the findings: go ahead, ask first, or stop (INT-3)."""

from collections.abc import Iterable
from enum import StrEnum

from surefoot.finding import Finding, Severity


class Decision(StrEnum):
    """The verdict on a spec, best first."""

    ACCEPT = "ACCEPT"
    CLARIFY = "CLARIFY"
    BLOCK = "BLOCK"


def decide(findings: Iterable[Finding]) -> Decision:
    """Decide by the heaviest finding: an error blocks, a question is to be clarified, the rest is accepted."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Decision.BLOCK
    return Decision.CLARIFY if Severity.QUESTION in severities else Decision.ACCEPT
