"""Reading unit-test files of rules, and the rule files that they name."""

import glob
from pathlib import Path

from surefoot.errors import ProofError
from surefoot.finding import Severity
from surefoot.promql.semantics import Semantics
from surefoot.prove.ruletest import Mismatch, Verdict, run_suite
from surefoot.prove.suite import Suite, read_suite
from surefoot.spec.rulefile import RuleGroup
from surefoot.spec.rules import is_rules, read_rules
from surefoot.spec.source import Document, parse


def run_file(path: Path, semantics: Semantics) -> Verdict:
    """Run the unit tests of one file; what cannot be read is a verdict, too."""
    try:
        suite = _suite(path)
        groups, warnings = _groups(path.parent, suite.rule_files)
    except ProofError as error:
        return Verdict(path.as_posix(), 0, (Mismatch("", "reading", message=str(error)),))
    return run_suite(suite, groups, semantics, tuple(warnings))


def _suite(path: Path) -> Suite:
    documents = _documents(path)
    if len(documents) != 1:
        raise ProofError(f"{path}: a test file holds one document, not {len(documents)}: write `tests:`")
    return read_suite(documents[0])


def _groups(folder: Path, patterns: tuple[str, ...]) -> tuple[list[RuleGroup], list[str]]:
    groups: list[RuleGroup] = []
    warnings = []
    for pattern in patterns:
        paths = sorted(glob.glob(str(folder / pattern)))  # noqa: PTH207  # pathlib refuses absolute patterns
        if not paths:
            warnings.append(f"no file matches {pattern!r}")
        for path in paths:
            groups += _rules(Path(path))
    return groups, warnings


def _rules(path: Path) -> list[RuleGroup]:
    documents = _documents(path)
    for document in documents:
        if not is_rules(document.value):
            raise ProofError(f"{document.span(())}: this is no rule file: write `groups:`")
    files, findings = read_rules(documents)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise ProofError(f"{finding.span}: {finding.message}: {finding.cure}")
    return [group for file in files for group in file.groups]


def _documents(path: Path) -> list[Document]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProofError(f"{path}: the file cannot be read: {error.strerror or error}") from None
    documents, findings = parse(path.as_posix(), data)
    if findings:
        raise ProofError(f"{findings[0].span}: {findings[0].message}: {findings[0].cure}")
    return documents
