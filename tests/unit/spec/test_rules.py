from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile
from surefoot.spec.rules import is_rules, read_rules
from surefoot.spec.source import Document, parse


def documents(text: str) -> list[Document]:
    found, problems = parse("r.yml", text.encode())
    assert problems == []
    return found


def read(text: str) -> tuple[RuleFile, list[Finding]]:
    files, findings = read_rules(documents(text))
    return files[0], findings


def rule_text(rest: str, head: str = "alert: A") -> str:
    return f"groups:\n- name: g\n  rules:\n  - {head}\n    {rest}\n"


def marked(text: str) -> tuple[str, str]:
    """Return the text under the mark of the only finding, and its rule."""
    _, (finding,) = read(text)
    span = finding.span
    assert span is not None
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1], finding.rule


def test_rules_are_told_from_other_documents():
    assert is_rules({"groups": []})
    assert is_rules({"kind": "PrometheusRule", "spec": {"groups": []}})
    assert not is_rules({"kind": "PrometheusRule", "spec": {}})
    assert not is_rules({"kind": "PrometheusRule"})
    assert not is_rules({"service": "x", "groups": {"a": 1}})
    assert not is_rules(["groups"])
    assert not is_rules(None)


def test_groups_and_rules_are_read_with_their_fields():
    file, findings = read(
        """
groups:
- name: g
  interval: 30s
  limit: 10
  rules:
  - record: a:b
    expr: sum(x)
    labels: {tier: 2, on: true, none: }
  - alert: A
    expr: x > 1
    for: 1h30m
    keep_firing_for: 5m
    annotations: {summary: broken}
"""
    )
    assert findings == []
    assert file.file == "r.yml"
    (group,) = file.groups
    assert (group.name, group.interval) == ("g", timedelta(seconds=30))
    record, alert = group.rules
    assert (record.kind, record.name, record.expr) == ("record", "a:b", "sum(x)")
    assert record.labels == {"tier": "2", "on": "true", "none": ""}
    assert (alert.kind, alert.lasting, alert.keep_firing_for) == ("alert", timedelta(minutes=90), timedelta(minutes=5))
    assert alert.annotations == {"summary": "broken"}
    assert alert.origin is not None
    assert str(alert.origin.span("expr")) == "r.yml:11:11"


def test_kubernetes_resource_is_read_as_the_rules_in_it():
    file, findings = read(
        "kind: PrometheusRule\nmetadata: {name: x}\nspec:\n  groups:\n  - name: g\n    rules: [{alert: A, expr: x}]\n"
    )
    assert findings == []
    assert file.groups[0].rules[0].name == "A"


def test_expression_that_is_a_number_is_text():
    file, findings = read(rule_text("expr: 1", "record: a"))
    assert (file.groups[0].rules[0].expr, findings) == ("1", [])


@pytest.mark.req("INT-4")
@pytest.mark.parametrize(
    ("text", "rule", "place", "message"),
    [
        ("groups:\n- name: g\n  rulez: []\n", "S05", "rulez", "unknown key `rulez`"),
        ("groups: []\nextra: 1\n", "S05", "extra", "unknown key `extra`"),
        ("kind: PrometheusRule\nspec: {groups: [], more: 1}\n", "S05", "more", "unknown key `more`"),
        (rule_text("expr: x\n    form: 5m"), "S05", "form", "unknown key `form`"),
        ("groups:\n- 5\n", "S06", "5", "a group must be a mapping"),
        ("groups:\n- name: g\n  rules: 5\n", "S06", "5", "`rules` must be a list"),
        ("groups:\n- name: g\n  rules:\n  - 5\n", "S06", "5", "a rule must be a mapping"),
        (rule_text("expr: x\n    for: 5"), "S06", "5", "duration '5' lacks a unit: append ms, s, m, h, d, w or y"),
        (
            rule_text("expr: x\n    for: [5m]"),
            "S06",
            "[5m]",
            "duration '' is empty: write a number and a unit, such as 5m",
        ),
        (rule_text("expr: x\n    labels: [a]"), "S06", "[a]", "`labels` must be a mapping"),
        (rule_text("expr: x\n    labels: {a: [b]}"), "S06", "[b]", "`a` must be text"),
        (rule_text("expr: x\n    for: 5m", "record: a"), "S06", "for", "a recording rule has no `for`"),
    ],
)
def test_what_prometheus_refuses_is_reported_in_its_place(text: str, rule: str, place: str, message: str):
    assert marked(text) == (place, rule)
    _, (finding,) = read(text)
    assert (finding.severity, finding.message) == (Severity.ERROR, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("groups:\n- rules: []\n", "`name` is missing"),
        (rule_text("labels: {}"), "`expr` is missing"),
        (rule_text("expr: x", "labels: {}"), "a rule has neither `record` nor `alert`"),
        (rule_text("expr: x\n    record: b"), "a rule has both `record` and `alert`"),
    ],
)
def test_missing_part_is_reported(text: str, message: str):
    _, (finding,) = read(text)
    assert (finding.rule, finding.message) == ("S06", message)


def test_misspelt_key_is_guessed():
    _, (finding,) = read(rule_text("expr: x\n    annotation: {}"))
    assert finding.cure == "did you mean `annotations`?"


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    "expr",
    [
        "expr: summ(x)",
        "expr: 'summ(x)'",
        'expr: "summ(x) > \\"1\\""',
        "expr: |\n      1 +\n      summ(x)",
        "expr: >-\n      1 +\n        summ(x)",
        "expr: 1 +\n      summ(x)",
        "expr:\n      summ(x)",
        "expr: |2-\n        summ(x)",
    ],
)
def test_promql_that_does_not_parse_is_marked_inside_its_block(expr: str):
    assert marked(rule_text(expr)) == ("summ", "S09")


def test_expression_that_breaks_off_marks_its_end():
    assert marked(rule_text("expr: x +")) == ("+", "S09")


def test_rule_with_broken_promql_is_kept():
    file, _ = read(rule_text("expr: summ(x)", "record: a"))
    assert file.groups[0].rules[0].name == "a"


def test_public_rule_files_are_read_without_findings(corpora: Path):
    paths = [*(corpora / "rules").glob("*/*.yaml"), *(corpora / "sloth-examples" / "expected").glob("*.yml")]
    assert len(paths) > 10
    for path in paths:
        found, problems = parse(path.name, path.read_bytes())
        _, findings = read_rules([document for document in found if is_rules(document.value)])
        assert [*problems, *findings] == []
