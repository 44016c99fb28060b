"""The engine against scripts in the language of Prometheus' own tests."""

from pathlib import Path

import pytest
from bench.promqltest import Outcome, run_script

from surefoot.promql.semantics import Semantics

OWN = sorted(Path(__file__).with_name("promqltest").glob("*.test"))
CASES_OF_2_42 = 566


def _failures(outcomes: list[Outcome]) -> list[str]:
    return [f"line {o.case.line}: {o.case.query}: {o.reason}" for o in outcomes if o.verdict != "passed"]


@pytest.mark.req("SLO-10")
@pytest.mark.parametrize("path", OWN, ids=[path.stem for path in OWN])
def test_the_engine_computes_what_prometheus_2_42_computed(path: Path):
    outcomes = list(run_script(path.read_text("utf-8"), Semantics.of("2.42")))
    assert outcomes
    assert not _failures(outcomes)


@pytest.mark.req("SLO-10")
def test_the_engine_passes_every_public_test_of_prometheus_2_42(corpora: Path):
    outcomes = [
        outcome
        for path in sorted((corpora / "promql-2.42").glob("*.test"))
        for outcome in run_script(path.read_text("utf-8"), Semantics.of("2.42"))
    ]
    assert not _failures(outcomes)
    assert len(outcomes) == CASES_OF_2_42


SCRIPT = """
load 1m
  m{a="x"} 1+1x3
  m{a="y"} _ 5 stale

eval instant at 1m m
  m{a="x"} 2
  m{a="y"} 5

eval range from 0 to 3m step 1m m
  m{a="x"} 1 2 3 4
  m{a="y"} _ 5

eval instant at 1m sort_desc(m)
  expect ordered
  m{a="y"} 5
  m{a="x"} 2

eval_ordered instant at 1m sort_desc(m)
  m{a="x"} 2
  m{a="y"} 5

eval_fail instant at 1m m + on() m

eval instant at 1m m + on() m
  expect fail msg: many-to-many

eval instant at 1m m
  m{a="x"} 2.1
  m{a="y"} 5

eval instant at 1m 1 + 1
  2

eval instant at 1m "text"
  expect string "text"

eval instant at 1m m{a="x"}
  {__name__="m", a="x"} {{count:1}}

clear

eval instant at 1m m
"""


def test_a_script_is_judged_line_by_line():
    verdicts = [(o.case.line, o.verdict) for o in run_script(SCRIPT, Semantics())]
    judged = ["passed", "passed", "passed", "failed", "passed", "passed", "failed", "passed", "passed", "unsupported"]
    assert [verdict for _, verdict in verdicts] == [*judged, "passed"]
    assert verdicts[0] == (6, "passed")
