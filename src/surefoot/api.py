"""The library's front door: read a workspace, check it, build it."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from surefoot import checks, outputs
from surefoot.artifact import Artifact
from surefoot.domain.intake import Decision, decide
from surefoot.errors import SpecError
from surefoot.finding import Finding, Severity
from surefoot.spec import ignore
from surefoot.spec.decode import Decoder
from surefoot.spec.formats import all_formats
from surefoot.spec.policy import merge
from surefoot.spec.resolve import resolve
from surefoot.spec.rulefile import RuleFile
from surefoot.spec.rules import is_rules, read_rules
from surefoot.spec.source import Document, Value
from surefoot.spec.system import System
from surefoot.workspace import Reader


@dataclass(frozen=True, slots=True)
class Workspace:
    """What was read and found out.

    Attributes:
        system: The resolved spec; None where the files hold rules alone, or nothing that could be read.
        rules: The rule files among what was read.
        findings: By file and place; those that a comment answers are left out.
        ignored: How many were left out.
        lines: File name to its lines, for excerpts.
    """

    system: System | None
    rules: tuple[RuleFile, ...]
    findings: tuple[Finding, ...]
    ignored: int
    lines: Mapping[str, Sequence[str]]

    @property
    def decision(self) -> Decision:
        """Return ACCEPT, CLARIFY or BLOCK (INT-3)."""
        return decide(self.findings)


def check(paths: Sequence[Path], *, today: date, policy: Mapping[str, Value] | None = None) -> Workspace:
    """Read files or a workspace folder and examine them; bad input is a finding, never an exception.

    Args:
        paths: Folders that hold a ``surefoot.yaml``, or single files: specs, rule files, Sloth, OpenSLO.
        today: Decides which snoozed findings are due again, and from when on schedules are played.
        policy: Changes of the policy for this run, over those of the spec.
    """
    with _without_collector():
        reader = Reader()
        for path in paths:
            reader.add(path)
        return _examine(reader, today, policy or {})


def load(paths: Sequence[Path], *, today: date, policy: Mapping[str, Value] | None = None) -> System:
    """Read a workspace that has to be usable.

    Raises:
        SpecError: It is not (BLOCK); the error carries every finding.
    """
    workspace = check(paths, today=today, policy=policy)
    if workspace.system is None or workspace.decision is Decision.BLOCK:
        raise SpecError(workspace.findings)
    return workspace.system


def build(system: System) -> list[Artifact]:
    """Render every artifact, sorted by path; the same bytes for the same spec."""
    with _without_collector():
        return sorted(outputs.render(system))


def render(system: System) -> Iterator[Artifact]:
    """Render artifacts one by one, for builds that are too large to be held at once."""
    return outputs.render(system)


def _examine(reader: Reader, today: date, policy: Mapping[str, Value]) -> Workspace:
    findings = list(reader.findings)
    foreign, own = _by_format(reader.documents)
    rule_documents = [document for document in own if is_rules(document.value)]
    specs = [document for document in own if not is_rules(document.value)]
    rules, problems = read_rules(rule_documents)
    findings += problems
    decoder = Decoder()
    for document in specs:
        decoder.add(document)
    brought: Mapping[str, Value] = {}
    for name, documents in foreign.items():
        read = all_formats()[name].read(documents)
        findings += read.findings
        brought = merge(brought, read.policy)
        decoder.take(documents, read.services)
    findings += decoder.findings
    system = None
    if specs or foreign:
        system, unresolved = resolve(decoder.spec(reader.runbooks), brought, policy)
        findings += unresolved
        if not any(finding.severity is Severity.ERROR for finding in findings):
            findings += checks.examine(system, today)
    findings += checks.examine_rules(rules)
    kept, ignored = ignore.apply(findings, reader.lines, today)
    kept.sort(key=lambda f: (f.span.file, f.span.line, f.span.column, f.rule) if f.span else ("", 0, 0, f.rule))
    return Workspace(system, tuple(rules), tuple(dict.fromkeys(kept)), ignored, reader.lines)


def _by_format(documents: Sequence[Document]) -> tuple[dict[str, list[Document]], list[Document]]:
    """Sort documents into those of foreign formats, by the format's name, and the others."""
    foreign: dict[str, list[Document]] = {}
    own = []
    for document in documents:
        name = _format(document.value)
        if name:
            foreign.setdefault(name, []).append(document)
        else:
            own.append(document)
    return foreign, own


def _format(value: Value) -> str | None:
    if isinstance(value, dict) and not ("apiVersion" in value or "version" in value or "kind" in value):
        return None
    return next((name for name, found in all_formats().items() if found.matches(value)), None)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking a growing spec again and again: four times faster on big ones."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
