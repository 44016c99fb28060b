"""Findings as text: the source line with the place marked, why it matters, how to mend it, whom to ask."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from surefoot.cli.report.told import told
from surefoot.domain.intake import Decision, decide
from surefoot.finding import Finding, Severity, Span

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_DIM = "\x1b[2m"
_COLOURS = {
    Severity.ERROR: "\x1b[31m",
    Severity.QUESTION: "\x1b[35m",
    Severity.WARNING: "\x1b[33m",
    Severity.INFO: "\x1b[36m",
}
_DECISION_COLOURS = {Decision.ACCEPT: "\x1b[32m", Decision.CLARIFY: "\x1b[33m", Decision.BLOCK: "\x1b[31m"}
_Paint: TypeAlias = Callable[..., str]
_WIDEST = 120  # of an excerpt; a longer line is cut around the place
_BEFORE = 40
_TAB = 4


def render(
    findings: Sequence[Finding], lines: Mapping[str, Sequence[str]], *, style: bool = False, ignored: int = 0
) -> str:
    """Write findings in their order, then the decision and the counts on the last line.

    Args:
        findings: Sorted by place.
        lines: File name to its lines, for the excerpts.
        style: Whether to use colours; only a terminal shows them.
        ignored: How many findings a comment in the spec answers.

    Example::

        error L02 rules.yml:5:69: θ = 14.4 × 0.1 = 1.44 ≥ 1: no error ratio can exceed it
            5 |   expr: ... > 14.4 * 0.1
              |               ^^^^
            why:  an alert that cannot fire looks like safety and is none
            mend: write a factor below 10, or drop the leg
            ask:  service owner

    Returns:
        Text that ends with a line break.
    """
    paint = _paint if style else _plain
    parts = [_finding(finding, lines, paint) for finding in findings]
    return "\n".join([*parts, _summary(findings, ignored, paint)]) + "\n"


def _paint(text: str, *codes: str) -> str:
    return f"{''.join(codes)}{text}{_RESET}" if text else text


def _plain(text: str, *_codes: str) -> str:
    return text


def _finding(finding: Finding, lines: Mapping[str, Sequence[str]], paint: _Paint) -> str:
    colour = _COLOURS[finding.severity]
    head = paint(f"{finding.severity.value} {finding.rule}", _BOLD, colour)
    where = f" {finding.span}:" if finding.span else ""
    rows = [f"{head}{where} {paint(finding.message, _BOLD)}"]
    if finding.span:
        rows += _excerpt(finding.span, lines, colour, paint)
    rows += [f"    {paint(f'{label:<5} ', _DIM)}{text}" for label, text in told(finding)]
    return "\n".join(rows) + "\n"


def _excerpt(span: Span, lines: Mapping[str, Sequence[str]], colour: str, paint: _Paint) -> list[str]:
    """Show the line of a place and mark it; tabs become spaces, so that the marks stand under it."""
    source = lines.get(span.file, ())
    if not 0 < span.line <= len(source) or not source[span.line - 1].strip():
        return []
    raw = source[span.line - 1]
    last = span.end_column - 1 if span.end_line == span.line else len(raw)
    text = raw.expandtabs(_TAB).rstrip()
    first = len(raw[: span.column - 1].expandtabs(_TAB))
    width = max(1, len(raw[:last].expandtabs(_TAB)) - first)
    text, first, width = _cut(text, first, width)
    number = f"{span.line:>5}"
    return [
        f"{paint(f'{number} |', _DIM)} {text}",
        f"{paint('      |', _DIM)} {' ' * first}{paint('^' * width, colour)}",
    ]


def _cut(text: str, first: int, width: int) -> tuple[str, int, int]:
    """Keep a long line to what surrounds the place."""
    if len(text) <= _WIDEST:
        return text, first, width
    start = min(max(0, first - _BEFORE), len(text) - _WIDEST)
    cut = text[start : start + _WIDEST]
    if start:
        cut = "…" + cut[1:]
    if start + _WIDEST < len(text):
        cut = cut[:-1] + "…"
    return cut, first - start, max(1, min(width, _WIDEST - (first - start)))


def _summary(findings: Sequence[Finding], ignored: int, paint: _Paint) -> str:
    decision = decide(findings)
    counts = Counter(finding.severity for finding in findings)
    shown = [_counted(counts[severity], severity) for severity in Severity if counts[severity]]
    shown += [f"{ignored} ignored"] if ignored else []
    return f"{paint(decision.value, _BOLD, _DECISION_COLOURS[decision])}: {', '.join(shown) or 'nothing to mend'}"


def _counted(count: int, severity: Severity) -> str:
    if severity is Severity.INFO:
        return f"{count} {severity.value}"
    return f"{count} {severity.value}{'s' if count > 1 else ''}"
