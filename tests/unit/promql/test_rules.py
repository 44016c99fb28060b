from datetime import timedelta

import numpy as np
import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.notation import read_labels, read_series
from surefoot.promql.rules import Conditions, evaluate_groups
from surefoot.promql.series import Storage
from surefoot.spec.rulefile import Rule, RuleGroup

MINUTE = 60_000


def record(name: str, expr: str, **labels: str) -> Rule:
    return Rule("record", name, expr, labels)


def alert(name: str, expr: str, **more: object) -> Rule:
    return Rule("alert", name, expr, **more)  # type: ignore[arg-type]


def storage(*lines: str) -> Storage:
    return Storage([read_series(line, MINUTE) for line in lines])


def recorded(found: Storage, labels: str) -> dict[int, float | str]:
    """Minutes to values; "stale" for the marker."""
    (series,) = [one for one in found.series if one.labels == read_labels(labels)]
    rows = zip(series.times, series.values, series.stale, strict=True)
    return {int(time) // MINUTE: "stale" if stale else float(value) for time, value, stale in rows}


def run(found: Storage, *groups: RuleGroup, end: int = 5, **conditions: object):
    return evaluate_groups(groups, found, 0, end * MINUTE, Conditions(**conditions))  # type: ignore[arg-type]


@pytest.mark.req("SLO-10")
def test_a_rule_sees_what_an_earlier_one_recorded_at_the_same_time():
    found = storage("m 0+1x5")
    run(found, RuleGroup("g", (record("a", "m * 2"), record("b", "a + 1", kind="x"))))
    assert recorded(found, 'b{kind="x"}') == {minute: 2.0 * minute + 1 for minute in range(6)}


@pytest.mark.req("SLO-10")
def test_a_rule_sees_what_a_later_group_recorded_the_evaluation_before():
    found = storage("m 0+1x5")
    run(found, RuleGroup("one", (record("b", "a + 1"),)), RuleGroup("two", (record("a", "m * 2"),)))
    assert recorded(found, "b") == {minute: 2.0 * (minute - 1) + 1 for minute in range(1, 6)}


def test_a_rule_may_read_itself():
    found = storage("m 1x5")
    run(found, RuleGroup("g", (record("n", "n + 1 or m"),)))
    assert list(recorded(found, "n").values()) == [1, 2, 3, 4, 5, 6]


def test_a_series_that_ends_is_marked():
    found = storage("m 5 5 1 1 5 1")
    run(found, RuleGroup("g", (record("high", "m > 3"),)))
    assert recorded(found, "high") == {0: 5, 1: 5, 2: "stale", 4: 5, 5: "stale"}


def test_stepwise_and_at_once_record_the_same():
    lines = ('m{a="x"} 5 5 1 _x3 stale 4 9 1 5', 'm{a="y"} 1x4 7 7 stale _ 3x4')
    rules = (record("high", "m > 3"), alert("High", "high", lasting=timedelta(minutes=1)))
    at_once, stepwise = storage(*lines), storage(*lines)
    run(at_once, RuleGroup("g", rules), end=12)
    # The third rule reads itself and the first reads it, so all three take turns.
    turns = (record("high", "m > 3 or never{never=~'.+'}"), rules[1], record("never", "high > 1000"))
    run(stepwise, RuleGroup("g", turns), end=12)
    ours = {one.labels: one for one in at_once.series}
    assert ours.keys() == {one.labels for one in stepwise.series}
    for one in stepwise.series:
        np.testing.assert_array_equal(one.times, ours[one.labels].times)
        np.testing.assert_array_equal(one.values.view(np.uint64), ours[one.labels].values.view(np.uint64))


@pytest.mark.req("SLO-10")
def test_firings_have_their_beginning_and_end():
    found = storage('m{job="api"} 0 9 9 9 0 9 9 9')
    rule = alert("High", "m > 5", lasting=timedelta(minutes=1), labels={"severity": "page"})
    firings = run(found, RuleGroup("g", (rule,)), end=7).firings
    assert [(f.since // MINUTE, f.fired // MINUTE, f.resolved and f.resolved // MINUTE) for f in firings] == [
        (1, 2, 4),
        (5, 6, None),
    ]
    assert dict(firings[0].labels) == {"alertname": "High", "job": "api", "severity": "page"}
    assert recorded(found, 'ALERTS{alertname="High",alertstate="firing",job="api",severity="page"}') == {
        2: 1, 3: 1, 4: "stale", 6: 1, 7: 1,
    }  # fmt: skip
    assert recorded(found, 'ALERTS_FOR_STATE{alertname="High",job="api",severity="page"}')[7] == 300


def test_watched_alerts_have_their_annotations_as_of_the_last_sample():
    found = storage("m 9 8 0 0 0", "up 1x9")
    rule = alert(
        "High",
        "m > 5",
        keep_firing_for=timedelta(minutes=2),
        annotations={"text": '{{ $value }} {{ query "up" | len }}{{ query "1" | first | value }}'},
    )
    watched = run(found, RuleGroup("g", (rule,)), watch=frozenset((2 * MINUTE, 4 * MINUTE))).watched
    assert [(one.at // MINUTE, one.name, dict(one.annotations)) for one in watched] == [(2, "High", {"text": "8 11"})]


def test_groups_have_their_own_intervals():
    found = storage("m 0+1x9")
    slow = RuleGroup("slow", (record("s", "m"),), timedelta(minutes=3))
    run(found, slow, RuleGroup("fast", (record("f", "s"),)), end=6)
    assert recorded(found, "s") == {0: 0, 3: 3, 6: 6}
    assert recorded(found, "f") == {0: 0, 1: 0, 2: 0, 3: 3, 4: 3, 5: 3, 6: 6}


def test_a_failed_evaluation_records_nothing_and_leaves_the_others():
    found = storage('m{a="x"} 1 1 1 1', 'm{a="y"} _ 1 stale')
    result = run(found, RuleGroup("g", (record("r", "m", a="same"), alert("A", "m", labels={"a": "same"}))), end=3)
    assert recorded(found, 'r{a="same"}') == {0: 1, 2: 1, 3: 1}
    assert [(f.at // MINUTE, f.rule) for f in result.failures] == [(1, "r"), (1, "A")]
    assert "same labelset" in result.failures[0].message
    assert [(f.fired, f.resolved) for f in result.firings] == [(0, None)]


def test_a_rule_that_looks_ahead_sees_no_later_samples():
    found = storage("m 0+1x5")
    run(found, RuleGroup("g", (record("r", "m offset -2m"),)), end=3)
    assert recorded(found, "r") == {0: 0, 1: 1, 2: 2, 3: 3}


def test_a_number_is_recorded_without_labels_and_a_text_is_refused():
    found = storage()
    run(found, RuleGroup("g", (record("r", "1 + 1"),)), end=1)
    assert recorded(found, "r") == {0: 2, 1: 2}
    with pytest.raises(PromqlError, match="yields a text"):
        run(found, RuleGroup("g", (record("t", '"x"'),)))


def test_samples_that_are_there_already_stay():
    found = storage("r 7 _ 7")
    run(found, RuleGroup("g", (record("r", "vector(1)"),)), end=3)
    assert recorded(found, "r") == {0: 7, 1: 1, 2: 7, 3: 1}
