"""The limit that follows what a dependency can take, against simulated ones."""

import heapq
import random

import pytest

from surefoot.resilience.settings import AdaptiveSettings
from surefoot.resilience.vegas import Vegas, correlation

pytestmark = pytest.mark.req("RES-3")


def simulate(vegas: Vegas, workers: int, service: float, offered: int, seconds: float, seed: int = 1) -> list[int]:
    """A dependency of so many workers; callers that always fill the limit, up to `offered` at a time."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    now = 0.0
    free = [0.0] * workers
    flying: list[tuple[float, float]] = []
    limits = []
    while now < seconds:
        while len(flying) < min(vegas.limit, offered):
            start = max(now, heapq.heappop(free))
            end = start + service * draw.uniform(0.8, 1.2)
            heapq.heappush(free, end)
            heapq.heappush(flying, (end, now))
        busy = len(flying)
        now, began = heapq.heappop(flying)
        vegas.finish(now - began, busy, now)
        limits.append(vegas.limit)
    return limits


@pytest.mark.parametrize("workers", [8, 20, 50])
def test_the_limit_settles_near_what_the_dependency_can_do_at_a_time(workers: int):
    vegas = Vegas(AdaptiveSettings(least=5, most=500), 0.0)
    limits = simulate(vegas, workers, 0.02, 1000, 200.0)
    settled = limits[len(limits) // 2 :]
    assert workers <= sum(settled) / len(settled) <= 2 * workers + 6


def test_it_follows_a_dependency_that_shrinks():
    vegas = Vegas(AdaptiveSettings(least=2, most=500), 0.0)
    simulate(vegas, 50, 0.02, 1000, 100.0)
    before = vegas.limit
    vegas._began = 0.0
    simulate(vegas, 10, 0.02, 1000, 100.0)
    assert vegas.limit < before / 2


def test_an_unused_limit_does_not_grow():
    vegas = Vegas(AdaptiveSettings(least=20, most=500), 0.0)
    assert max(simulate(vegas, 100, 0.02, 5, 60.0)) == 20


def test_failures_shrink_it_at_once_and_the_bounds_hold():
    vegas = Vegas(AdaptiveSettings(least=5, most=40), 0.0)
    vegas.limit = 40
    now = 0.0
    for _ in range(100):
        now += 0.2
        vegas.drop(now)
    assert vegas.limit == 5
    vegas.configure(AdaptiveSettings(least=10, most=40))
    assert vegas.limit == 10


def test_more_latency_without_more_throughput_shrinks_it_though_the_base_is_spoilt():
    vegas = Vegas(AdaptiveSettings(least=5, most=500), 0.0)
    vegas.limit = 50
    vegas._past.extend((load, 100.0, 1.0 + load / 1000) for load in range(30, 50))
    vegas._busiest, vegas._calls, vegas._seconds = 50, 50, 50 * 1.06
    assert vegas._close(1.0)
    assert vegas.limit < 50


def test_more_throughput_with_more_latency_does_not_shrink_it():
    vegas = Vegas(AdaptiveSettings(least=5, most=500), 0.0)
    vegas.limit = 50
    vegas._past.extend((load, load * 10.0, 1.0 + load / 10) for load in range(30, 50))
    vegas._busiest, vegas._calls, vegas._seconds = 50, 500, 500 * 6.0
    assert not vegas._close(1.0)


def test_a_column_that_does_not_vary_correlates_with_nothing():
    assert correlation([1.0, 1.0], [1.0, 2.0]) == 0.0
    assert correlation([1.0, 2.0], [2.0, 1.0]) == pytest.approx(-1.0)
