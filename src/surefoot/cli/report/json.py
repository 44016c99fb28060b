"""Findings as JSON, for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence

import orjson

from surefoot.domain.intake import decide
from surefoot.finding import Finding, Severity


def render(findings: Sequence[Finding], lines: Mapping[str, Sequence[str]], *, ignored: int = 0) -> str:
    """Write ``{"decision", "counts", "findings"}``; keys stay as they are from version to version.

    A finding has ``rule``, ``severity``, ``file``, ``line``, ``column``, ``end_line``, ``end_column``,
    ``message``, ``why``, ``cure``, ``ask``, ``default`` and ``subject``. Places count from 1 and are null
    where no file holds them.

    Args:
        findings: Sorted by place.
        lines: Not needed here; every form is called alike.
        ignored: How many findings a comment in the spec answers.
    """
    del lines
    severities = Counter(finding.severity for finding in findings)
    counts = {severity.value: severities[severity] for severity in Severity} | {"ignored": ignored}
    content = {
        "decision": decide(findings).value,
        "counts": counts,
        "findings": [_finding(finding) for finding in findings],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def _finding(finding: Finding) -> dict[str, str | int | None]:
    span = finding.span
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "message": finding.message,
        "why": finding.why,
        "cure": finding.cure,
        "ask": finding.ask.value,
        "default": finding.default,
        "subject": finding.subject,
    }
