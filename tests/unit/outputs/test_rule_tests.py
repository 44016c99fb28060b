from pathlib import Path

import pytest
import yaml

from surefoot.outputs import prometheus_rules, rule_tests
from surefoot.promql.semantics import Semantics
from surefoot.prove.rulefiles import run_file
from tests.workspaces import resolved, written

SPEC = """
service: shop
targets: [shop-1:80]
slos:
  served: {target: 99.9%, bad: 'requests_total{code="500"}', total: requests_total}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    system = resolved(tmp_path, SPEC)
    written(prometheus_rules.OUTPUT, system, tmp_path)
    return [tmp_path / artifact.path for artifact in written(rule_tests.OUTPUT, system, tmp_path)]


@pytest.mark.req("MON-2", "SLO-10")
@pytest.mark.parametrize("version", ["2.42", "3.0"])
def test_the_tests_pass_on_our_engine_however_ranges_are_closed(files: list[Path], version: str):
    for path in files:
        verdict = run_file(path, Semantics.of(version))
        assert verdict.passed, verdict.mismatches
        assert verdict.checks


def test_each_grid_has_a_file_of_its_own(files: list[Path]):
    intervals = [yaml.safe_load(path.read_text("utf-8"))["evaluation_interval"] for path in files]
    assert len(set(intervals)) == len(intervals)
    assert [path.name for path in files] == [f"shop_{interval}_test.yml" for interval in intervals]


def test_no_test_tells_a_series_twice(files: list[Path]):
    for path in files:
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"]:
            names = [series["series"] for series in test["input_series"]]
            assert len(set(names)) == len(names)


def test_a_service_without_alerts_has_no_tests(tmp_path: Path):
    system = resolved(tmp_path, "services: {quiet: {}}")
    assert not list(rule_tests.OUTPUT.render(system))


def test_beyond_the_policy_s_number_of_objectives_none_are_built(tmp_path: Path):
    system = resolved(tmp_path, f"policy: {{prometheus: {{rule_tests: 0}}}}\n{SPEC}")
    assert not list(rule_tests.OUTPUT.render(system))
