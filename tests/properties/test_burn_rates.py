"""The fast path of burn alerts says what the general engine says; bursts of alerts what the states say step by step."""

import random
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from bench.burncases import case, differences
from hypothesis import given
from hypothesis import strategies as st

from surefoot.promql.alerts import AlertState, Phase
from surefoot.prove.intervals import firings
from surefoot.prove.tune import crossings

pytestmark = pytest.mark.req("SLO-10")
MINUTE = 60_000


@pytest.mark.parametrize("hundred", range(3))
def test_the_fast_path_is_equal_to_the_engine_to_the_last_bit(hundred: int):
    for seed in range(hundred * 100, hundred * 100 + 100):
        found = differences(case(random.Random(seed)))  # noqa: S311  # repeatable, not secret
        assert not found, f"seed {seed}: {found[0]}"


@dataclass(frozen=True)
class Waiting:
    name: str = "A"
    labels: tuple = ()
    annotations: tuple = ()
    lasting: timedelta | None = None
    keep_firing_for: timedelta | None = None


def stepped(active: list[bool], hold: int, keep: int) -> list[tuple[int, int | None]]:
    rule = Waiting(lasting=timedelta(minutes=hold), keep_firing_for=timedelta(minutes=keep))
    rule = Waiting("A", {}, {}, rule.lasting, rule.keep_firing_for)
    state = AlertState(rule)
    found: list[tuple[int, int | None]] = []
    for index, here in enumerate(active):
        changes = state.step(index * MINUTE, [((), 1.0)] if here else [])
        over = [change.alert for change in changes if change.phase is Phase.INACTIVE]
        found += [(alert.fired // MINUTE, index) for alert in over if alert.fired is not None]
    found += [(alert.fired // MINUTE, None) for alert in state.active.values() if alert.fired is not None]
    return found


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 5), st.integers(0, 5))
def test_intervals_found_at_once_are_those_found_step_by_step(active: list[bool], hold: int, keep: int):
    times = np.arange(len(active), dtype=np.int64) * MINUTE
    found = list(firings(np.array(active), times, hold * MINUTE, keep * MINUTE))
    assert found == stepped(active, hold, keep)


@given(
    st.lists(st.sampled_from([0.0, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0]), min_size=1, max_size=50),
    st.lists(st.sampled_from([0.3, 0.1, 0.06, 0.05, 0.02, 0.005]), min_size=1, unique=True),
)
def test_one_pass_counts_the_crossings_of_every_threshold(score: list[float], budgets: list[float]):
    budgets = sorted(budgets, reverse=True)
    counted = crossings(np.array(score), np.array(budgets))
    for budget, count in zip(budgets, counted.tolist(), strict=True):
        above = [0, *(value > budget for value in score)]
        assert count == sum(not before and after for before, after in pairwise(above))
