import pytest

from surefoot.domain.slo.journey import Interval, Verdict, feasible, redundant, series, step

pytestmark = pytest.mark.req("SLO-7", "INT-6")


def rounded(interval: Interval) -> tuple[float, float, float]:
    return (round(interval.low, 12), round(interval.product, 12), round(interval.high, 12))


def test_steps_in_series_lie_between_failing_apart_and_together():
    assert rounded(series(map(step, (99.9, 99.5, 99.0)))) == (0.984, 0.98406495, 0.99)


def test_the_guarantee_of_many_weak_steps_is_nothing_not_less():
    assert series([step(60)] * 3).low == 0.0


def test_no_steps_promise_everything():
    assert series([]) == Interval(1.0, 1.0, 1.0)


def test_redundant_parts_lie_between_failing_together_and_never_at_once():
    assert rounded(redundant([step(99), step(90)])) == (0.99, 0.999, 1.0)
    assert rounded(redundant([step(40), step(30)])) == (0.4, 0.58, 0.7)


def test_redundancy_of_nothing_is_refused():
    with pytest.raises(ValueError, match="name at least one"):
        redundant([])


def test_compositions_nest():
    pair = redundant([step(99), step(99)])
    assert rounded(series([step(99.9), pair])) == (0.989, 0.9989001, 0.999)


@pytest.mark.parametrize(
    ("objective", "verdict", "contradiction"),
    [
        (99.7, Verdict.GUARANTEED, False),
        (99.7002, Verdict.INDEPENDENT, False),
        (99.8, Verdict.TIGHTER, True),
        (99.9, Verdict.TIGHTER, True),
        (99.95, Verdict.IMPOSSIBLE, True),
    ],
)
def test_an_objective_is_judged_by_its_hard_dependencies(objective, verdict, contradiction):
    judged = feasible(objective, [step(99.9)] * 3)
    assert judged.verdict is verdict
    assert judged.contradiction is contradiction
    assert judged.objective == objective / 100
    assert judged.allowed == series([step(99.9)] * 3)


def test_an_objective_equal_to_its_only_dependency_is_kept():
    assert feasible(99.9, [step(99.9)]).verdict is Verdict.GUARANTEED


def test_an_objective_without_dependencies_is_free():
    assert feasible(99.999, []).verdict is Verdict.GUARANTEED
