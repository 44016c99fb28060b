"""Absent alerts from gaps are those of the general engine, whatever the samples."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.promql.rules import Conditions, evaluate_groups
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import NAME, Series, Storage, is_stale, stale_marker
from surefoot.prove.absences import absences
from surefoot.prove.past import Range
from surefoot.spec.rulefile import Rule, RuleGroup

pytestmark = pytest.mark.req("SLO-10")

_STEP = 60
_seconds = st.none() | st.integers(0, 6).map(lambda steps: timedelta(milliseconds=steps * 30))


@st.composite
def _series(draw: st.DrawFn, number: int) -> Series:
    # Lengths around the lookback and multiples of the step, where either side of an edge matters.
    steps = draw(st.lists(st.sampled_from((1, 29, 59, 60, 61, 90, 119, 120, 121, 300, 700)), max_size=25))
    times = draw(st.integers(-400, 900)) + np.cumsum(np.array(steps, np.int64))
    values = draw(st.lists(st.sampled_from((1.0, stale_marker())), min_size=len(steps), max_size=len(steps)))
    found = np.array(values, np.float64)
    labels = {NAME: draw(st.sampled_from(("x", "x", "x", "y"))), "job": "a", "n": str(number)}
    return Series(tuple(sorted(labels.items())), times, found, is_stale(found))


_storages = st.integers(0, 3).flatmap(lambda count: st.tuples(*(_series(number) for number in range(count)))).map(list)
_rules = st.builds(
    Rule,
    st.just("alert"),
    st.sampled_from(("A", "B")),
    st.sampled_from(("absent(x)", 'absent(x{job="a"})', 'absent(x{job="a",n=~"0|1",z=""})', "absent(y)")),
    st.sampled_from(({}, {"job": ""}, {"tier": "page", "empty": ""})),
    lasting=_seconds,
    keep_firing_for=_seconds,
)


@settings(max_examples=400, deadline=None)
@given(
    _storages,
    st.lists(_rules, min_size=1, max_size=2),
    st.sampled_from((None, timedelta(milliseconds=_STEP), timedelta(milliseconds=45))),
    st.sampled_from((Semantics(), Semantics(left_open=True))),
    st.sampled_from((1, 59, 60, 61, 120)),
)
def test_what_fires_is_what_the_engine_says(
    series: list[Series], rules: list[Rule], interval: timedelta | None, semantics: Semantics, lookback: int
):
    groups = [RuleGroup(f"g{place}", (rule,), interval) for place, rule in enumerate(rules)]
    over = Range(0, 40 * _STEP, _STEP, semantics, lookback)
    conditions = Conditions(over.step, over.semantics, over.lookback)
    slow = evaluate_groups(groups, Storage([*series]), over.start, over.end, conditions).firings
    fast = absences(groups, Storage(series), over)
    assert fast is not None
    assert sorted(fast, key=repr) == sorted(slow, key=repr)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("record", "r", "absent(x)"),
        Rule("alert", "A", "absent(x offset 5m)"),
        Rule("alert", "A", "absent(x @ 5)"),
        Rule("alert", "A", "absent(x) or absent(y)"),
        Rule("alert", "A", "absent(sum(x))"),
        Rule("alert", "A", "absent(ALERTS)"),
        Rule("alert", "A", 'absent({job="a"})'),
        Rule("alert", "A", "absent_over_time(x[5m])"),
        Rule("alert", "A", "absent(x)", {"why": "{{ $value }}"}),
    ],
)
def test_everything_else_is_left_to_the_engine(rule: Rule):
    known = Rule("alert", "B", "absent(x)")
    over = Range(0, 600, _STEP)
    assert absences([RuleGroup("g", (known, rule))], Storage([]), over) is None
    assert absences([RuleGroup("g", (known, replace(known, name="C")))], Storage([]), over) is not None
