"""Findings as SARIF 2.1.0, which code hosts and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

import orjson

from surefoot.checks import Check, all_checks
from surefoot.checks._page import Page, pages
from surefoot.cli.report.told import message
from surefoot.domain.intake import decide
from surefoot.finding import Finding, Severity, Span

Json: TypeAlias = "dict[str, Json] | list[Json] | Sequence[Json] | Mapping[str, Json] | str | int | bool | None"

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.QUESTION: "warning",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def render(findings: Sequence[Finding], lines: Mapping[str, Sequence[str]], *, version: str) -> str:
    """Write a log with one run: the rules that have findings, and a result for each finding.

    Args:
        findings: Sorted by place.
        lines: File name to its lines, for the snippets and the fingerprints.
        version: Surefoot's own.
    """
    checks, known = all_checks(), pages()
    used = sorted({finding.rule for finding in findings})
    index = {rule: position for position, rule in enumerate(used)}
    rules: list[Json] = [_rule(rule, checks.get(rule), known.get(rule)) for rule in used]
    driver: dict[str, Json] = {"name": "Surefoot", "version": version, "semanticVersion": version, "rules": rules}
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "properties": {"decision": decide(findings).value},
        "results": [_result(finding, index, lines) for finding in findings],
    }
    log: dict[str, Json] = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _rule(rule: str, check: Check | None, page: Page | None) -> dict[str, Json]:
    if check is None:
        return {"id": rule}
    return {
        "id": rule,
        "name": _pascal(check.name),
        "shortDescription": {"text": check.name},
        "fullDescription": {"text": check.why},
        "help": {"text": f"surefoot explain {rule}"} | ({"markdown": page.text} if page else {}),
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
    }


def _result(finding: Finding, index: Mapping[str, int], lines: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    result: dict[str, Json] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": message(finding)},
        "partialFingerprints": {"surefoot/v1": _fingerprint(finding, lines)},
        "properties": {"severity": finding.severity.value, "ask": finding.ask.value, "subject": finding.subject},
    }
    if finding.span:
        result["locations"] = [{"physicalLocation": _location(finding.span, lines)}]
    return result


def _location(span: Span, lines: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    region: dict[str, Json] = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    text = _line(span, lines)
    if text:
        region["snippet"] = {"text": text}
    return {"artifactLocation": {"uri": quote(span.file)}, "region": region}


def _line(span: Span, lines: Mapping[str, Sequence[str]]) -> str:
    source = lines.get(span.file, ())
    return source[span.line - 1] if 0 < span.line <= len(source) else ""


def _fingerprint(finding: Finding, lines: Mapping[str, Sequence[str]]) -> str:
    """Recognise a finding after lines above it were added or removed."""
    span = finding.span
    parts = (finding.rule, span.file if span else "", _line(span, lines).strip() if span else "", finding.message)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _pascal(name: str) -> str:
    words = "".join(character if character.isalnum() else " " for character in name).split()
    return "".join(word[:1].upper() + word[1:] for word in words)
