from pathlib import Path

import pytest

from surefoot.promql.semantics import Semantics
from surefoot.prove.rulefiles import run_file
from surefoot.prove.ruletest import Difference, Verdict

RULES = """
groups:
  - name: late
    interval: 1h
    rules: [{record: doubled, expr: m * 2}]
  - name: first
    rules:
      - {alert: High, expr: m > 5, for: 2m, labels: {team: shop}, annotations: {text: 'is {{ $value }}'}}
"""
TEST = """
rule_files: ["*.rules.yml"]
evaluation_interval: 1m
group_eval_order: [first, late]
tests:
  - name: outage
    input_series: [{series: 'm{job="api"}', values: '0 6 7 8 9 1 1'}]
    external_labels: {cluster: c}
    alert_rule_test:
      - eval_time: 4m30s
        alertname: High
        exp_alerts: [{exp_labels: {job: api, team: shop}, exp_annotations: {text: is 9}}]
      - {eval_time: 2m, alertname: High}
    promql_expr_test:
      - {expr: doubled, eval_time: 3m, exp_samples: [{labels: 'doubled{job="api"}', value: 16}]}
      - {expr: 1 + 1, eval_time: 3m, exp_samples: [{value: 2}]}
"""


@pytest.fixture
def verdict(tmp_path: Path):
    """Run a test file beside the rules above."""

    def run(text: str) -> Verdict:
        (tmp_path / "shop.rules.yml").write_text(RULES, "utf-8")
        (tmp_path / "test.yml").write_text(text, "utf-8")
        return run_file(tmp_path / "test.yml", Semantics())

    return run


@pytest.mark.req("MON-2")
def test_a_file_that_is_right_passes(verdict):
    found = verdict(TEST)
    assert (found.passed, found.checks, found.mismatches, found.warnings) == (True, 4, (), ())


@pytest.mark.req("MON-2")
@pytest.mark.parametrize(
    ("old", "new", "check", "differences"),
    [
        ("is 9", "is 8", "alert High at 4m30s",
         [('{alertname="High", job="api", team="shop"} text', '"is 8"', '"is 9"')]),
        ("exp_annotations: {text: is 9}", "", "alert High at 4m30s",
         [('{alertname="High", job="api", team="shop"} text', "-", '"is 9"')]),
        ("{job: api, team", "{job: web, team", "alert High at 4m30s",
         [('{alertname="High", job="web", team="shop"}', "firing", "-"),
          ('{alertname="High", job="api", team="shop"}', "-", "firing")]),
        ("eval_time: 2m", "eval_time: 3m", "alert High at 3m",
         [('{alertname="High", job="api", team="shop"}', "-", "firing")]),
        ("value: 16", "value: 17", "doubled at 3m", [('doubled{job="api"}', "17", "16")]),
        ("{value: 2}", "", "1 + 1 at 3m", [("{}", "-", "2")]),
    ],
)  # fmt: skip
def test_what_differs_is_told(verdict, old, new, check, differences):
    found = verdict(TEST.replace(old, new))
    (mismatch,) = found.mismatches
    assert (mismatch.test, mismatch.check) == ("outage", check)
    assert list(mismatch.differences) == [Difference(*difference) for difference in differences]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value: 16", "value: .nan", "NaN equals nothing"),
        ("expr: doubled", "expr: 'm +'", "nothing on its right"),
        ("expr: doubled", "expr: 'm[1m]'", "range vector"),
        ("expr: doubled", "expr: '\"x\"'", "neither a vector nor a scalar"),
        ("tests:", "test:", "unknown key `test`"),
        ("[first, late]", "[late, late]", "repeated in evaluation order"),
        ("alertname: High}", "exp_alerts: []}", "needs `alertname`"),
        ("'0 6", "'0x 6", "is no value"),
        ("'doubled{job=", "'doubled{job~", 'label="value" pairs'),
        ("value: 16", "value: six", "must be a number"),
        ("eval_time: 2m", "eval_time: 2 m", "white space"),
        ("{cluster: c}", "[c]", "must be a mapping"),
        ("{cluster: c}", "{cluster: [c]}", "must be text"),
        ("[first, late]", "first", "must be a list"),
        ("[{exp_labels", "[1, {exp_labels", "expected a mapping"),
        ("*.rules.yml", "test.yml", "no rule file"),
        ("rule_files: ", "rule_files: [", "test.yml:"),
        ("tests:", "---\ntests:", "one document, not 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(verdict, old, new, message):
    found = verdict(TEST.replace(old, new))
    assert not found.passed
    assert message in found.mismatches[0].message


def test_a_rule_that_fails_ends_its_test(tmp_path: Path):
    (tmp_path / "r.yml").write_text("groups: [{name: g, rules: [{record: r, expr: m, labels: {a: x}}]}]", "utf-8")
    series = "[{series: 'm{a=\"1\"}', values: 1}, {series: 'm{a=\"2\"}', values: 1}]"
    test = f"rule_files: [r.yml]\ntests: [{{input_series: {series}, promql_expr_test: [{{expr: r, eval_time: 0}}]}}]"
    (tmp_path / "t.yml").write_text(test, "utf-8")
    (mismatch,) = run_file(tmp_path / "t.yml", Semantics()).mismatches
    assert mismatch.check == "rule r at 0s"
    assert "same labelset" in mismatch.message


def test_missing_files(tmp_path: Path):
    (tmp_path / "t.yml").write_text("rule_files: [none.yml]", "utf-8")
    assert run_file(tmp_path / "t.yml", Semantics()).warnings == ("no file matches 'none.yml'",)
    assert "cannot be read" in run_file(tmp_path / "u.yml", Semantics()).mismatches[0].message


def test_rule_files_with_an_error_are_not_run(tmp_path: Path):
    (tmp_path / "r.yml").write_text("groups: [{name: g, rules: [{record: r, exp: m}]}]", "utf-8")
    (tmp_path / "t.yml").write_text("rule_files: [r.yml]", "utf-8")
    assert "unknown key `exp`" in run_file(tmp_path / "t.yml", Semantics()).mismatches[0].message


@pytest.mark.req("MON-2")
def test_public_test_files_pass(corpora: Path):
    paths = sorted((corpora / "promtool-tests").glob("*_test.yaml"))
    assert paths
    assert all(run_file(path, Semantics()).passed for path in paths)
