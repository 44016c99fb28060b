import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from surefoot.resilience.budget import Budget
from surefoot.resilience.settings import BudgetSettings

pytestmark = pytest.mark.req("RES-2")


@pytest.mark.parametrize(("flying", "places"), [(0, 3), (15, 3), (19, 3), (20, 4), (100, 20)])
def test_a_fifth_of_the_calls_in_flight_may_repeat_and_three_always(flying, places):
    budget = Budget(BudgetSettings(), "dep")
    budget.flying.extend([None] * flying)
    taken = [budget.take() for _ in range(places + 2)]
    assert taken == [True] * places + [False] * 2
    assert budget.calls_refused == 2
    budget.give()
    assert budget.take()


def test_no_race_between_check_and_add():
    budget = Budget(BudgetSettings(floor=3), "dep")
    most = []

    def work(_):
        for _ in range(3000):
            if budget.take():
                most.append(budget.repeating)
                budget.give()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert max(most) <= 3
    assert budget.repeating == 0


def test_other_settings_hold_at_the_next_take():
    budget = Budget(BudgetSettings(floor=0), "dep")
    assert not budget.take()
    budget.configure(BudgetSettings(floor=1))
    assert budget.take()
