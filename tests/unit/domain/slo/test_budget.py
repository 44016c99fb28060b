from datetime import timedelta

import pytest

from surefoot.domain.slo.budget import (
    Budget,
    Consequence,
    State,
    Thresholds,
    budget_ratio,
    consequence,
    event_budget,
    objective_ratio,
    rescaled,
    slice_budget,
    spent_ratio,
    state,
    time_budget,
)

MONTH = timedelta(days=30)
MINUTE = timedelta(minutes=1)
POLICY = Thresholds(prioritise=50, freeze=25)


@pytest.mark.req("SLO-3", "SLO-9")
@pytest.mark.parametrize(
    ("objective", "budget", "good"),
    [
        (99.9, 0.0009999999999999432, 0.9990000000000001),
        (99.99, 0.00010000000000005117, 0.9998999999999999),
        (99, 0.01, 0.99),
        (95, 0.05, 0.95),
    ],
)
def test_ratios_are_unrounded_floats(objective, budget, good):
    assert budget_ratio(objective) == budget
    assert objective_ratio(objective) == good


@pytest.mark.parametrize("objective", [0, 100, -1, 100.1, float("nan")])
@pytest.mark.parametrize("ratio", [budget_ratio, objective_ratio])
def test_an_objective_that_is_no_percentage_is_refused_with_the_cure(ratio, objective):
    with pytest.raises(ValueError, match=r"write percent above 0 and below 100, such as 99\.9"):
        ratio(objective)


@pytest.mark.req("SLO-3")
@pytest.mark.parametrize(("objective", "allowed"), [(99.9, timedelta(minutes=43.2)), (99.5, timedelta(hours=3.6))])
def test_budget_as_time_over_thirty_days(objective, allowed):
    assert time_budget(objective, MONTH) == Budget(allowed, timedelta(0), allowed)


@pytest.mark.req("SLO-3")
def test_budget_in_requests_in_percent_and_as_time():
    budget, whole = event_budget(99, total=100_000, bad=400), time_budget(99, MONTH)
    assert budget is not None
    assert whole is not None
    assert budget == Budget(1000.0, 400, 600.0)
    assert spent_ratio(budget) == 0.4
    assert rescaled(budget, 100.0) == Budget(100.0, 40.0, 60.0)
    assert rescaled(budget, whole.allowed) == Budget(432 * MINUTE, 172.8 * MINUTE, 259.2 * MINUTE)


@pytest.mark.req("SLO-3")
def test_an_overdrawn_budget_goes_negative():
    assert event_budget(99, total=1000, bad=25) == Budget(10.0, 25, -15.0)
    assert time_budget(99.9, MONTH, bad=60 * MINUTE) == Budget(43.2 * MINUTE, 60 * MINUTE, -16.8 * MINUTE)


@pytest.mark.req("SLO-3")
def test_more_bad_than_total_is_counted_not_clamped():
    assert event_budget(50, total=10, bad=12) == Budget(5.0, 12, -7.0)


@pytest.mark.req("SLO-3")
def test_silence_is_no_verdict():
    assert event_budget(99.9, total=0, bad=0) is None
    assert slice_budget(99.9, recorded=0, bad=0, step=MINUTE) is None
    assert time_budget(99.9, timedelta(0)) is None


@pytest.mark.req("SLO-3", "SLO-1")
def test_slices_without_data_are_neither_good_nor_bad():
    assert slice_budget(99, recorded=10_000, bad=30, step=MINUTE) == Budget(100 * MINUTE, 30 * MINUTE, 70 * MINUTE)


@pytest.mark.parametrize("wrong", [{"total": -1, "bad": 0}, {"total": 1, "bad": -1}])
def test_negative_counts_are_refused(wrong):
    with pytest.raises(ValueError, match="counts cannot be negative"):
        event_budget(99, **wrong)


def test_a_count_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="counts cannot be negative"):
        event_budget(99, total=float("nan"), bad=0)


def test_negative_times_are_refused():
    with pytest.raises(ValueError, match="times cannot be negative"):
        time_budget(99, -MONTH)


@pytest.mark.req("SLO-5")
@pytest.mark.parametrize(
    ("remaining", "expected"),
    [
        (1.0, State.CONTINUE),
        (0.501, State.CONTINUE),
        (0.5, State.PRIORITISE),
        (0.25, State.PRIORITISE),
        (0.249, State.FREEZE),
        (0.001, State.FREEZE),
        (0.0, State.EXHAUSTED),
        (-3.0, State.EXHAUSTED),
    ],
)
def test_remaining_budget_decides_the_state(remaining, expected):
    assert state(remaining, POLICY) is expected


@pytest.mark.req("SLO-5")
@pytest.mark.parametrize("objective", [99.9, 99.99, 99.97, 99.3])
def test_float_dust_neither_saves_nor_spends_a_budget(objective):
    total = 1_000_000
    exactly = round(total * (100 - objective) / 100)
    cases = {exactly: State.EXHAUSTED, exactly / 2: State.PRIORITISE, exactly - 1: State.FREEZE}
    for bad, expected in cases.items():
        budget = event_budget(objective, total, bad)
        assert budget is not None
        assert state(1 - spent_ratio(budget), POLICY) is expected


@pytest.mark.parametrize("wrong", [(20, 30), (101, 10), (50, -1)])
def test_thresholds_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match="use 0 <= freeze <= prioritise <= 100, such as 25 and 50"):
        Thresholds(*wrong)


@pytest.mark.req("SLO-5")
def test_consequences_climb_with_each_exhaustion_and_stay_at_the_last():
    ladder = tuple(Consequence)
    assert [consequence(count, ladder) for count in range(5)] == [
        None,
        Consequence.REVIEW,
        Consequence.FREEZE,
        Consequence.SPRINT,
        Consequence.SPRINT,
    ]
    assert consequence(2, ()) is None


def test_a_negative_count_of_exhaustions_is_refused():
    with pytest.raises(ValueError, match="a count starts at 0"):
        consequence(-1, tuple(Consequence))
