"""Checks: one file = one rule, documented by its docstring.

A module defines ``CHECK``. Its docstring has the headings *What it does*, *Why it matters*, *Example*
and *Use instead*, the last two with a YAML block each: it is what ``surefoot explain`` prints, the
reference page, and the test, which asserts that *Example* is reported and *Use instead* is not. A block
with ``groups:`` is a rule file; any other is a workspace in one file.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from surefoot import registry
from surefoot.finding import Finding, Role, Severity, Span
from surefoot.spec.rulefile import RuleFile
from surefoot.spec.system import System


@dataclass(frozen=True, slots=True)
class Check:
    """One rule.

    Attributes:
        id: ``L01``; the letter is the family: S reading, I intake, C contradiction, L lint of rules,
            P proof (documented here, found by ``surefoot prove``).
        name: The rule in a few words, such as ``burn factor divided by the window``.
        severity: Of its findings.
        why: The one sentence that each finding carries.
        ask: Who can answer it.
        system: Examines a resolved spec. None if only rule files are examined, or while reading.
        dated: Examines what a resolved spec says about the time from a day on, such as its schedules.
        rules: Examines rule files together. None if only a spec is examined, or while reading.
        needs: What is missing to decide it in full, shown by ``explain``; empty if nothing is.
    """

    id: str
    name: str
    severity: Severity
    why: str
    ask: Role = Role.OWNER
    system: "Callable[[System], Iterator[Finding]] | None" = None
    rules: "Callable[[Sequence[RuleFile]], Iterator[Finding]] | None" = None
    dated: "Callable[[System, date], Iterator[Finding]] | None" = None
    needs: str = ""

    def finding(self, span: Span | None, message: str, cure: str, *, subject: str = "", default: str = "") -> Finding:
        """Make a finding of this rule."""
        return Finding(self.id, self.severity, span, message, self.why, cure, self.ask, default, subject)


@cache
def all_checks() -> dict[str, Check]:
    """Return every rule by its id, sorted."""
    return registry.discover(sys.modules[__name__], Check, lambda check: check.id)


def examine(system: System, today: date) -> Iterable[Finding]:
    """Run every rule that examines a spec."""
    for check in all_checks().values():
        if check.system is not None:
            yield from check.system(system)
        if check.dated is not None:
            yield from check.dated(system, today)


def examine_rules(files: Sequence[RuleFile]) -> Iterable[Finding]:
    """Run every rule that examines rule files."""
    for check in all_checks().values():
        if check.rules is not None:
            yield from check.rules(files)
