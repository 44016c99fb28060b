"""Every rule's page is true: its example is reported, what to use instead is not."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.checks import all_checks
from surefoot.checks._page import pages
from surefoot.finding import Finding, Severity
from surefoot.spec.rules import is_rules, read_rules
from surefoot.spec.source import parse
from tests.unit.checks.examined import alert, findings, group, record

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGES = pages()
EXAMINED = [rule for rule in PAGES if not rule.startswith("P")]  # a proof's rule is found by `surefoot prove`
TODAY = date(2026, 11, 1)


def reported(rule: str, text: str, folder: Path) -> list[Finding]:
    """Examine a block: rules by the one rule, anything else as a workspace."""
    documents, problems = parse("example.yml", text.encode())
    if documents and all(is_rules(document.value) for document in documents):
        files, refused = read_rules(documents)
        check = all_checks()[rule]
        return [*problems, *refused, *(check.rules(files) if check.rules else ())]
    (folder / "surefoot.yaml").write_text(text, encoding="utf-8")
    return list(api.check([folder], today=TODAY).findings)


def test_every_rule_has_a_page():
    assert PAGES.keys() == all_checks().keys()


@pytest.mark.req("INT-4")
@pytest.mark.parametrize("rule", EXAMINED)
def test_example_is_reported(rule: str, tmp_path: Path):
    found = reported(rule, PAGES[rule].example, tmp_path)
    assert rule in {finding.rule for finding in found}


@pytest.mark.parametrize("rule", PAGES)
def test_what_to_use_instead_is_not_reported(rule: str, tmp_path: Path):
    found = reported(rule, PAGES[rule].instead, tmp_path)
    assert rule not in {finding.rule for finding in found}
    assert not [finding for finding in found if finding.rule.startswith("S")]


@pytest.mark.parametrize("rule", PAGES)
def test_finding_is_complete(rule: str, tmp_path: Path):
    for finding in reported(rule, PAGES[rule].example, tmp_path):
        if finding.rule == rule:
            assert finding.span is not None
            assert all((finding.message, finding.why, finding.cure))
            assert not finding.message.endswith(".")


def test_rules_that_do_not_parse_are_left_to_s09():
    assert {found.rule for found in findings(group(alert("sum(x"), record("a", "b c")))} == {"S09"}


@pytest.mark.req("INT-6")
def test_public_rules_give_no_false_alarm(corpora: Path):
    told: Counter[str] = Counter()
    for path in sorted((corpora / "rules").glob("*/*.yaml")):
        told.update(finding.rule for finding in findings(path.read_text(encoding="utf-8")))
    assert told.keys() == {"L17", "L26"}  # no runbooks, and 30 days of raw probes


@pytest.mark.req("INT-6")
def test_rules_of_sloth_show_its_known_weaknesses_and_nothing_else(corpora: Path):
    paths = sorted((corpora / "sloth-examples" / "expected").glob("*.yml"))
    assert len(paths) == 6
    for path in paths:
        found = findings(path.read_text(encoding="utf-8"))
        assert not [finding for finding in found if finding.severity is Severity.ERROR]
        told = {finding.rule for finding in found}
        assert "L06" in told
        assert told <= {"L06", "L09", "L10", "L17", "L22", "L23"}


def test_every_lint_of_rules_is_tried_on_the_corpora_without_an_exception(corpora: Path):
    checks = [check for check in all_checks().values() if check.rules is not None]
    assert len(checks) >= 23
    for path in sorted((corpora / "promtool-tests").glob("*rules.yaml")):
        assert not [found for found in findings(path.read_text(encoding="utf-8")) if found.rule.startswith("S")]


@pytest.mark.parametrize(
    "expr",
    [
        "a" + "+a" * 390,
        "a > 1" + " or a > 1" * 190,
        "(a > 1 or b > 1) and " * 40 + "c > 1",
        "sum(" * 390 + "a" + ")" * 390,
        "rate(a[5m])" + " / rate(a[5m])" * 300,
        "1 - " * 200 + "a",
        "0 * a > 1 / 0",
        "vector(0) > 1 / 0 * 0.001",
    ],
)
def test_odd_expressions_are_judged_in_no_time(expr: str):
    assert [finding for finding in findings(group(alert(expr), record("r", expr))) if finding.rule == "S09"] == []


def test_every_public_expression_is_judged_without_an_exception(corpora: Path):
    tried = 0
    for path in sorted((corpora / "promql-2.42").glob("*.test")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("eval instant at "):
                expr = line.split(maxsplit=4)[-1]
                findings(group(alert(expr), record("r", expr)))
                tried += 1
    assert tried > 100


@pytest.mark.parametrize(
    "example", sorted(path.name for path in EXAMPLES.iterdir() if (path / "surefoot.yaml").is_file())
)
def test_rules_that_surefoot_writes_break_no_lint_of_severity_error(example: str):
    system = api.load([EXAMPLES / example], today=TODAY)
    written = [artifact for artifact in api.build(system) if "/rules/" in artifact.path and ".yml" in artifact.path]
    assert written
    for artifact in written:
        heavy = [found for found in findings(artifact.text) if found.severity is Severity.ERROR]
        assert heavy == []
