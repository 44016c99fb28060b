"""Findings that the writer of a file has answered: a comment beside them, always with a reason.

::

    target: 99.99%   # surefoot: ignore C02 -- the dependency is behind a cache
    # surefoot: ignore L17 until 2027-01-31 -- runbook is being written
    - alert: ApiDown

The comment counts for its own line, or, standing alone, for the next line that is not a comment.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from surefoot.finding import Finding, Severity, Span

_COMMENT = re.compile(r"(?:^|\s)# *surefoot: *(?P<rest>.*)$")
_DIRECTIVE = re.compile(
    r"ignore (?P<rules>[A-Z][0-9]+(?:, *[A-Z][0-9]+)*)"
    r"(?: until (?P<until>\d{4}-\d\d-\d\d))?(?: +-- +(?P<reason>\S.*))?$"
)
_READING = "S"
_CURE = "write `# surefoot: ignore L06 -- why`, or `# surefoot: ignore L06 until 2027-01-31 -- why`"


@dataclass(frozen=True, slots=True)
class Directive:
    """One such comment: the rules, the line that it counts for, and until when (None: for good)."""

    rules: frozenset[str]
    line: int
    until: date | None


def apply(findings: Iterable[Finding], lines: Mapping[str, Sequence[str]], today: date) -> tuple[list[Finding], int]:
    """Leave out the findings that a comment answers.

    Args:
        findings: All of them.
        lines: File name to its lines.
        today: A comment counts up to and including its date.

    Returns:
        What is left, with findings about comments that cannot be read, and how many were left out.
    """
    problems: list[Finding] = []
    answered: set[tuple[str, int, str]] = set()
    for file, text in lines.items():
        for directive in _directives(file, text, problems):
            if directive.until is None or today <= directive.until:
                answered |= {(file, directive.line, rule) for rule in directive.rules}
    every = list(findings)
    left = [f for f in every if not f.span or (f.span.file, f.span.line, f.rule) not in answered]
    return left + problems, len(every) - len(left)


def _directives(file: str, lines: Sequence[str], problems: list[Finding]) -> Iterator[Directive]:
    for number, line in enumerate(lines, start=1):
        comment = _COMMENT.search(line) if "surefoot:" in line else None
        if comment is None:
            continue
        match = _DIRECTIVE.match(comment["rest"].rstrip())
        span = Span(file, number, comment.start("rest") + 1, number, len(line) + 1)
        problem, cure = _problem(match)
        if match is None or problem:
            why = "an unexplained exception outlives its reason"
            problems.append(Finding("S11", Severity.ERROR, span, problem, why, cure))
            continue
        alone = not line[: comment.start()].strip()
        yield Directive(
            frozenset(rule.strip() for rule in match["rules"].split(",")),
            _next(lines, number) if alone else number,
            date.fromisoformat(match["until"]) if match["until"] else None,
        )


def _problem(match: "re.Match[str] | None") -> tuple[str, str]:
    """Say what is wrong with a comment and how to mend it; nothing if it can be followed."""
    if match is None:
        return "a comment for Surefoot cannot be read", _CURE
    reading = [rule.strip() for rule in match["rules"].split(",") if rule.strip().startswith(_READING)]
    if reading:
        return f"`{reading[0]}` cannot be ignored: it is about what cannot be read", "mend what it reports"
    if not match["reason"]:
        return "a finding is ignored without a reason", _CURE
    try:
        date.fromisoformat(match["until"] or "2000-01-01")
    except ValueError:
        return f"`{match['until']}` is no date", _CURE
    return "", ""


def _next(lines: Sequence[str], number: int) -> int:
    """Find the next line (counted from 1) that holds more than a comment."""
    following = (
        index
        for index, line in enumerate(lines[number:], start=number + 1)
        if line.strip() and not line.lstrip().startswith("#")
    )
    return next(following, number)
