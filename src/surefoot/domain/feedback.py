"""What other roles must answer: the findings of a spec as one document per addressee (INT-5)."""

from collections.abc import Iterable, Mapping

from surefoot.finding import Finding, Role, Severity, Span

_ORDER = tuple(Severity)
_WHOLE = "The workspace"
_NOWHERE = Span("", 0, 0, 0, 0)
_LEAD = {
    Severity.ERROR: "must be mended before anything is built",
    Severity.QUESTION: "to answer",
    Severity.WARNING: "likely a mistake",
    Severity.INFO: "worth knowing",
}


def feedback(findings: Iterable[Finding]) -> Mapping[Role, str]:
    """Write to each role what only it can answer.

    Args:
        findings: All of them, for all roles.

    Returns:
        Role to a Markdown document, in the order of `Role`; roles with nothing to answer are left out.
        Inside, findings are grouped by whose promise they touch, heaviest first.
    """
    addressed: dict[Role, list[Finding]] = {}
    for finding in findings:
        addressed.setdefault(finding.ask, []).append(finding)
    return {role: _document(role, addressed[role]) for role in Role if role in addressed}


def _document(role: Role, findings: list[Finding]) -> str:
    subjects: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=_weight):
        subjects.setdefault(finding.subject, []).append(finding)
    parts = [f"# Feedback for: {role}", _summary(findings)]
    for subject in sorted(subjects):
        parts.append(f"## {subject or _WHOLE}")
        parts += [_section(finding) for finding in subjects[subject]]
    return "\n\n".join(parts) + "\n"


def _weight(finding: Finding) -> tuple[int, Span, str]:
    return _ORDER.index(finding.severity), finding.span or _NOWHERE, finding.rule


def _summary(findings: list[Finding]) -> str:
    counts = [
        f"{count} {_LEAD[severity]}"
        for severity in _ORDER
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    many = len(findings) > 1
    return f"{len(findings)} point{'s' if many else ''}: {', '.join(counts)}."


def _section(finding: Finding) -> str:
    lines = [
        f"### {_sentence(finding.message, end='')}",
        "",
        f"- Rule: {finding.rule}, {finding.severity}: {_LEAD[finding.severity]}",
        f"- Place: {f'`{finding.span}`' if finding.span else 'no file holds it'}",
        f"- Why it matters: {_sentence(finding.why)}",
        f"- How to answer: {_sentence(finding.cure)}",
    ]
    if finding.default:
        lines.append(f"- Until then: {_sentence(finding.default)}")
    return "\n".join(lines)


def _sentence(text: str, *, end: str = ".") -> str:
    """Start with a capital letter, unless the text starts with a name, and end as a sentence does."""
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:]
    return text if not end or text.endswith((".", "?", "!")) else text + end
