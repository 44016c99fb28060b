"""Whole evaluations of rules, compared sample for sample with promtool's."""

import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from surefoot.promql.engine import Engine, Steps
from surefoot.promql.notation import read_labels, read_series
from surefoot.promql.rules import Conditions, before, evaluate_groups
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Storage
from surefoot.prove.rulefiles import run_file
from surefoot.spec.rules import read_rules
from surefoot.spec.source import parse

pytestmark = [pytest.mark.real]
Tool = Callable[[str], str]
EVERYTHING = '{__name__=~".+"}'
SAMPLE = re.compile(r'(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}) ([-+0-9.eE]+|NaN|[-+]Inf)(?:, |$)')

EXPRS = [
    "m{0} * 2",
    "sum by (a) (m{0})",
    "m{0} > 3",
    "rate(m{0}[3m])",
    "m1 and m0",
    "m1 unless on (a) m0",
    "r{1} + 1",
    "sum without (b) (r{1})",
    "max_over_time(r{1}[2m])",
    "count(ALERTS) by (alertname, alertstate)",
    'ALERTS{{alertstate="firing"}}',
    "ALERTS_FOR_STATE % 1000",
    "absent(r{1})",
    "r{1} offset 1m",
    "scalar(m0) + 1",
    "avg_over_time(m{0}[4m:30s])",
    "vector(1) > 0",
]
DURATIONS = ["0s", "1m", "2m", "90s"]


def _story(seed: int) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """Make up rules and series."""
    dice = random.Random(seed)  # noqa: S311  # the same story for the same seed, no secret
    groups: list[dict[str, object]] = []
    for group in range(3):
        rules: list[dict[str, object]] = []
        for number in range(3):
            expr = dice.choice(EXPRS).format(dice.randrange(2), dice.randrange(9))
            if dice.random() < 0.55:
                rule: dict[str, object] = {"record": f"r{group * 3 + number}", "expr": expr}
            else:
                rule = {
                    "alert": f"A{group * 3 + number}",
                    # An alert about alerts would give all of them its own name.
                    "expr": f"sum by (a, b) ({expr})" if "ALERTS" in expr else expr,
                    "for": dice.choice(DURATIONS),
                    "keep_firing_for": dice.choice(DURATIONS),
                    "annotations": {"text": "{{ $value | humanize }} {{ $labels.a }}"},
                }
            if dice.random() < 0.3:
                rule["labels"] = {"extra": dice.choice(["x", "{{ $labels.a }}"]) if "alert" in rule else "x"}
            rules.append(rule)
        groups.append({"name": f"g{group}", "rules": rules})
    items = ["_", "_x2", "stale", "NaN"] + [str(number) for number in range(8)] + ["1x3", "0+2x3", "5x2"]
    series = [
        {"series": f'm{metric}{{a="{a}",b="{b}"}}', "values": " ".join(dice.choices(items, k=30))}
        for metric in range(2)
        for a in "xy"
        for b in "12"
    ]
    return groups, series


@pytest.mark.req("SLO-10", "MON-2")
@pytest.mark.parametrize("seed", range(12))
def test_rules_record_and_alert_as_in_promtool(tool: Tool, tmp_path: Path, seed: int):
    groups, series = _story(seed)
    times = range(25)
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": groups}), "utf-8")
    test = {
        "interval": "30s",
        "input_series": series,
        "promql_expr_test": [
            {"expr": EVERYTHING, "eval_time": f"{minute}m", "exp_samples": [{"labels": "never", "value": 1}]}
            for minute in times
        ],
    }
    file = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "group_eval_order": ["g0", "g1", "g2"]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump({**file, "tests": [test]}), "utf-8")
    done = subprocess.run(
        [tool("promtool"), "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    storage = Storage([read_series(f"{one['series']} {one['values']}", 30_000) for one in series])
    files, _ = read_rules(parse("rules.yml", (tmp_path / "rules.yml").read_bytes())[0])
    run = evaluate_groups(files[0].groups, storage, 0, times[-1] * 60_000, Conditions(60_000))
    if run.failures:
        assert "same labelset" in output or "many-to-many" in output, (run.failures, output)
        return
    lines = re.findall(r"time: (?:(\d+)m|(0s)),\n +exp: .*\n +got: (.*)", output)
    assert len(lines) == len(times), output
    for minutes, _, line in lines:
        at = int(minutes or 0) * 60_000
        theirs = {read_labels(labels): repr(float(value)) for labels, value in SAMPLE.findall(line)}
        found = Engine(before(storage, times[-1] * 60_000)).evaluate(EVERYTHING, Steps(at, at, 1))
        assert isinstance(found, Block)
        rows = zip(found.labels, found.values, found.present, strict=True)
        ours = {labels: repr(float(values[0])) for labels, values, present in rows if present[0]}
        assert ours == theirs, f"at {at} ms"


BROKEN = """
rule_files: [rules.yml]
tests:
  - interval: 1m
    name: outage
    input_series: [{{series: 'm{{a="b"}}', values: '0 6 7 8 9 1 1'}}]
    alert_rule_test:
      - eval_time: {at}
        alertname: A
        exp_alerts: [{{exp_labels: {{a: b, x: y}}, exp_annotations: {{s: {text}}}}}]
    promql_expr_test: [{{expr: 'm > {limit}', eval_time: 2m, exp_samples: [{{labels: 'm{{a="b"}}', value: {value}}}]}}]
"""
RULES = """
groups:
  - {name: g, rules: [{alert: A, expr: m > 5, for: 2m, labels: {x: y}, annotations: {s: 'is {{ $value }}'}}]}
"""


@pytest.mark.req("MON-2")
@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({}, True),
        ({"at": "4m59s"}, True),
        ({"at": "2m"}, False),
        ({"at": "5m"}, False),
        ({"text": "'is 9.0'"}, False),
        ({"value": "7.0000001"}, False),
        ({"value": ".nan"}, False),
        ({"limit": "7"}, False),
        ({"limit": "7 +"}, False),
        ({"limit": "7[1m]"}, False),
        ({"value": "'seven'"}, False),
        ({"at": "4 minutes"}, False),
    ],
)
def test_test_files_get_the_verdict_of_promtool(tool: Tool, tmp_path: Path, changes: dict[str, str], *, passes: bool):
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    path = tmp_path / "test.yml"
    path.write_text(BROKEN.format(**{"at": "4m", "text": "is 9", "limit": "5", "value": "7", **changes}), "utf-8")
    done = subprocess.run([tool("promtool"), "test", "rules", str(path)], capture_output=True, text=True, check=False)
    verdict = run_file(path, Semantics())
    assert (done.returncode == 0, verdict.passed) == (passes, passes), done.stdout + done.stderr
