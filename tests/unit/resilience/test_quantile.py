"""A running quantile."""

import random

import pytest

from surefoot.resilience.quantile import Quantile

pytestmark = pytest.mark.req("RES-3")


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_finds_the_quantile_and_follows_when_it_moves(q: float, seed: int):
    draw = random.Random(seed)  # noqa: S311  # a simulation
    estimate = Quantile(q)
    for scale in (0.05, 0.5, 0.02):
        shares = []
        for step in range(4000):
            value = draw.expovariate(1 / scale)
            if step >= 2500:
                shares.append(value <= estimate.estimate)
            estimate.observe(value)
        assert sum(shares) / len(shares) == pytest.approx(q, abs=0.03)
