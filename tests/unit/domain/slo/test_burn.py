import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import (
    Capped,
    Leg,
    cap,
    daily_burn,
    dead_below,
    detection,
    factor,
    first_detection,
    go_float,
    last_reset,
    reachable,
    reset,
    spent,
    threshold,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MONTH = 30 * DAY
PAGE_FAST = Leg(HOUR, 5 * MINUTE, 14.4, 2)
PAGE_SLOW = Leg(6 * HOUR, 30 * MINUTE, 6.0, 5)
TICKET_FAST = Leg(DAY, 2 * HOUR, 3.0, 10)
TICKET_SLOW = Leg(3 * DAY, 6 * HOUR, 1.0, 10)
LEGS = (PAGE_FAST, PAGE_SLOW, TICKET_FAST, TICKET_SLOW)


@pytest.mark.req("SLO-4", "SLO-9")
@pytest.mark.parametrize(
    ("share", "period", "long", "printed"),
    [
        (2, 30, HOUR, "14.4"),
        (5, 30, 6 * HOUR, "6"),
        (10, 30, DAY, "3"),
        (10, 30, 3 * DAY, "1"),
        (2, 28, HOUR, "13.44"),
        (5, 28, 6 * HOUR, "5.6000000000000005"),
        (10, 28, DAY, "2.8000000000000003"),
        (10, 28, 3 * DAY, "0.9333333333333333"),
        (8, 7, HOUR, "13.44"),
        (12.5, 7, 6 * HOUR, "3.5"),
        (20, 7, DAY, "1.4000000000000001"),
        (42, 7, 3 * DAY, "0.98"),
        (1, 30, HOUR / 2, "14.4"),
        (2, 30, 3 * HOUR, "4.8"),
        (5, 30, 12 * HOUR, "3"),
        (5, 30, 36 * HOUR, "1"),
    ],
)
def test_factors_print_as_sloths(share, period, long, printed):
    assert go_float(factor(share, period * DAY, long)) == printed


@pytest.mark.req("SLO-4")
@pytest.mark.parametrize(("share", "burn"), [(10, 3.0), (1, 0.3)])
def test_a_share_a_day_is_a_burn(share, burn):
    assert daily_burn(share, MONTH) == burn


@pytest.mark.req("SLO-9")
@pytest.mark.parametrize(
    ("x", "printed"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (30.0, "30"),
        (0.0009999999999999432, "0.0009999999999999432"),
        (0.00010000000000005117, "0.00010000000000005117"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (0.000012345, "1.2345e-05"),
        (-1e-100, "-1e-100"),
        (999999.0, "999999"),
        (1e6, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (123456789.0, "1.23456789e+08"),
        (1e21, "1e+21"),
        (1e100, "1e+100"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
    ],
)
def test_floats_print_as_gos(x, printed):
    assert go_float(x) == printed


@pytest.mark.req("SLO-4", "SLO-9")
@pytest.mark.skipif("SUREFOOT_CORPORA" not in os.environ, reason="SUREFOOT_CORPORA names no corpora")
@pytest.mark.parametrize("spec", ["getting-started", "home-wifi", "kubernetes-apiserver", "multifile"])
def test_thresholds_of_sloths_own_examples_are_reproduced(spec):
    examples = Path(os.environ["SUREFOOT_CORPORA"]) / "sloth-examples"
    objectives = re.findall(r"^\s*(?:- )?objective: ([\d.]+)", (examples / f"{spec}.yml").read_text(), re.MULTILINE)
    printed = re.findall(r"> \(([^\s)]+) \* ([^\s)]+)\)", (examples / "expected" / f"{spec}.yml").read_text())
    ours = {
        (go_float(factor(share, MONTH, leg.long)), go_float(budget_ratio(float(objective))))
        for objective in objectives
        for share, leg in zip((2, 5, 10, 10), LEGS, strict=True)
    }
    assert printed
    assert set(printed) == ours


@pytest.mark.req("SLO-4")
def test_threshold_is_factor_times_budget_not_divided_by_the_window():
    assert threshold(PAGE_FAST, 0.001) == pytest.approx(0.0144)


@pytest.mark.req("SLO-4")
@pytest.mark.parametrize(
    ("leg", "e", "seconds"),
    [(PAGE_FAST, 1.0, 51.84), (PAGE_FAST, 0.1, 518.4), (PAGE_SLOW, 1.0, 129.6), (TICKET_SLOW, 0.002, 129600)],
)
def test_detection_in_closed_form(leg, e, seconds):
    assert detection(leg, 0.001, e) == timedelta(seconds=seconds)


@pytest.mark.req("SLO-4")
def test_an_outage_at_the_threshold_never_fires():
    assert detection(PAGE_FAST, 0.001, 14.4 * 0.001) is None
    assert reset(PAGE_FAST, 0.001, 14.4 * 0.001) is None


@pytest.mark.req("SLO-4")
def test_reset_waits_for_the_short_window():
    assert reset(PAGE_FAST, 0.001, 1.0) == timedelta(seconds=295.68)


@pytest.mark.req("SLO-4")
@pytest.mark.parametrize("leg", LEGS)
def test_a_leg_spends_its_share(leg):
    assert spent(leg, MONTH) == pytest.approx(leg.share / 100)


@pytest.mark.req("SLO-4")
def test_an_alert_fires_with_its_first_leg_and_ends_with_its_last():
    legs = (PAGE_FAST, PAGE_SLOW)
    assert first_detection(legs, 0.001, 1.0) == detection(PAGE_FAST, 0.001, 1.0)
    assert first_detection(legs, 0.001, 0.01) == detection(PAGE_SLOW, 0.001, 0.01)
    assert first_detection(legs, 0.001, 0.006) is None
    assert last_reset(legs, 0.001, 1.0) == reset(PAGE_SLOW, 0.001, 1.0)
    assert last_reset(legs, 0.001, 0.006) is None


@pytest.mark.req("SLO-4", "INT-6")
@pytest.mark.parametrize(
    ("leg", "objective"), [(PAGE_FAST, 93.06), (PAGE_SLOW, 83.33), (TICKET_FAST, 66.67), (TICKET_SLOW, 0.0)]
)
def test_below_which_objective_a_leg_is_dead(leg, objective):
    assert dead_below(leg.factor) == pytest.approx(objective, abs=0.005)


@pytest.mark.req("INT-6")
def test_a_total_outage_at_ninety_percent_pages_only_after_3_hours_36():
    b = budget_ratio(90)
    assert not reachable(PAGE_FAST, b)
    assert first_detection((PAGE_FAST, PAGE_SLOW), b, 1.0) == timedelta(hours=3, minutes=36)


@pytest.mark.req("SLO-4", "INT-6")
def test_an_unreachable_leg_takes_the_next_lower_reachable_factor_and_is_reported():
    capped = Leg(HOUR, 5 * MINUTE, 6.0, 2 * 6.0 / 14.4)
    assert cap(LEGS, budget_ratio(90)) == ((capped, *LEGS[1:]), (Capped(PAGE_FAST, capped),))


@pytest.mark.req("SLO-4", "INT-6")
def test_reachable_legs_stay_as_they_are():
    assert cap(LEGS, budget_ratio(99.9)) == (LEGS, ())


@pytest.mark.req("SLO-4", "INT-6")
def test_a_leg_without_a_low_enough_factor_is_dropped_and_reported():
    assert cap((PAGE_FAST,), budget_ratio(90)) == ((), (Capped(PAGE_FAST, None),))


@pytest.mark.req("SLO-4", "INT-6")
def test_lower_factors_may_come_from_the_whole_policy():
    kept, notes = cap((PAGE_FAST, PAGE_SLOW), budget_ratio(80), factors=(14.4, 6.0, 3.0, 1.0))
    assert [leg.factor for leg in kept] == [3.0, 3.0]
    assert [note.leg for note in notes] == [PAGE_FAST, PAGE_SLOW]


@pytest.mark.parametrize(("long", "short"), [(5 * MINUTE, HOUR), (HOUR, timedelta(0))])
def test_windows_out_of_order_are_refused(long, short):
    with pytest.raises(ValueError, match="the short one, second, must not be longer"):
        Leg(long, short, 14.4, 2)


def test_a_factor_must_be_positive():
    with pytest.raises(ValueError, match=r"use one above 0, such as 14\.4"):
        Leg(HOUR, HOUR, 0.0, 2)
