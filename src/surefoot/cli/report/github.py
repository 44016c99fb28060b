"""Findings as GitHub's workflow commands, which become annotations of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Mapping, Sequence

from surefoot.cli.report.told import message
from surefoot.domain.intake import decide
from surefoot.finding import Finding, Severity, Span

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.QUESTION: "warning",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
_MESSAGE = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_MESSAGE, (":", "%3A"), (",", "%2C"))


def render(findings: Sequence[Finding], lines: Mapping[str, Sequence[str]]) -> str:
    """Write one command for each finding, then the decision as a plain line of the log.

    Args:
        findings: Sorted by place.
        lines: Not needed here; every form is called alike.

    Example:
        ``::error file=rules.yml,line=5,col=69,endColumn=73,title=L02::no error ratio can exceed it%0A...``
    """
    del lines
    return "".join(f"{_command(finding)}\n" for finding in findings) + f"{decide(findings).value}\n"


def _command(finding: Finding) -> str:
    properties = [*(_place(finding.span) if finding.span else ()), ("title", finding.rule)]
    shown = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties)
    return f"::{_COMMANDS[finding.severity]} {shown}::{_escaped(message(finding), _MESSAGE)}"


def _place(span: Span) -> list[tuple[str, str]]:
    place = [("file", span.file), ("line", str(span.line)), ("col", str(span.column))]
    if span.end_line == span.line:  # GitHub takes columns only within one line
        return [*place, ("endColumn", str(span.end_column))]
    return [("file", span.file), ("line", str(span.line)), ("endLine", str(span.end_line))]


def _escaped(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for character, code in pairs:
        text = text.replace(character, code)
    return text
