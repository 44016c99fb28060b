from datetime import timedelta
from math import comb

import pytest

from surefoot.domain.slo.burn import Leg
from surefoot.domain.slo.traffic import binomial_tail, events_for_one_page, least_failures

pytestmark = pytest.mark.req("SLO-4", "ALR-5")

LEG = Leg(timedelta(hours=1), timedelta(minutes=5), 14.4, 2)


@pytest.mark.parametrize(("b", "events"), [(0.001, 69.44), (0.0001, 694.4)])
def test_below_which_traffic_one_failure_pages(b, events):
    assert events_for_one_page(LEG, b) == pytest.approx(events, rel=1e-3)


@pytest.mark.parametrize(("n", "p", "m"), [(10, 0.1, 3), (500, 0.001, 2), (69, 0.001, 1), (5, 0.5, 5)])
def test_the_tail_is_the_binomial_one(n, p, m):
    below = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(m))
    assert binomial_tail(n, p, m) == pytest.approx(1 - below, rel=1e-9)


def test_more_failures_than_events_are_impossible():
    assert binomial_tail(3, 0.5, 4) == 0.0


def test_the_tail_of_a_huge_count_is_poissons():
    # Poisson of mean 1: P(X >= 5) = 0.0036598468
    assert binomial_tail(10**9, 1e-9, 5) == pytest.approx(0.0036598468, rel=1e-6)


@pytest.mark.parametrize(("factor", "failures"), [(14.4, 5), (6.0, 8), (3.0, 17)])
def test_failures_to_demand_at_three_nines(factor, failures):
    assert least_failures(factor, 0.001, 1e-4) == failures


def test_a_leg_that_cannot_fire_needs_no_floor():
    assert least_failures(14.4, 0.1, 1e-4) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 0.001, 1e-4), "exempt the leg"),
        ((1.001, 0.001, 1e-4), "too close to 1 for a count of failures; exempt the leg"),
        ((14.4, 0.0, 1e-4), "ratios above 0 and below 1"),
        ((14.4, 0.001, 1.0), "ratios above 0 and below 1"),
    ],
)
def test_arguments_out_of_range_are_refused_with_the_cure(arguments, message):
    with pytest.raises(ValueError, match=message):
        least_failures(*arguments)
