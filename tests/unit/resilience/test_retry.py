import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from surefoot.resilience.breaker import Breaker
from surefoot.resilience.errors import BreakerOpen, RateLimited
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.retry import Retry
from surefoot.resilience.settings import (
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    PipelineSettings,
    RetrySettings,
)
from tests.unit.resilience.moments import Moments, heard, told

pytestmark = pytest.mark.req("RES-2")


class Busy(Exception):  # noqa: N818
    def __init__(self, retry_after: Any) -> None:
        self.retry_after = retry_after


def made(**fields: Any) -> Any:
    clock = Moments()
    hooks, events = heard()
    settings = PipelineSettings("dep", **{"retry": RetrySettings(jitter="none"), **fields})
    return Pipeline(settings, clock=clock, hooks=hooks), clock, events


def script(*outcomes: Any) -> Any:
    left = list(outcomes)

    def call():
        outcome = left.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return call, left


def test_three_repetitions_after_one_two_and_four_seconds_by_default():
    pipeline, clock, events = made()
    call, left = script(OSError(1), OSError(2), OSError(3), "good", "unused")
    assert pipeline(call)() == "good"
    assert clock.slept == [1, 2, 4]
    assert left == ["unused"]
    assert [dict(event.detail)["attempt"] for event in events] == [1, 2, 3]
    assert told(pipeline, "retry")["calls"]["ok_later"] == 1


def test_the_last_error_is_raised_when_repetitions_are_used_up():
    pipeline, _, _ = made()
    call, left = script(*(OSError(index) for index in range(5)))
    with pytest.raises(OSError, match="3"):
        pipeline(call)()
    assert len(left) == 1
    assert told(pipeline, "retry")["calls"]["failed_later"] == 1


def test_coroutines_are_repeated_likewise():
    pipeline, clock, _ = made()
    call, _ = script(OSError(1), "good")

    @pipeline
    async def coroutine():
        return call()

    assert asyncio.run(coroutine()) == "good"
    assert clock.slept == [1]


def test_only_chosen_errors_are_repeated():
    pipeline, clock, _ = made()
    call, _ = script(KeyError("a"))
    with pytest.raises(KeyError):
        pipeline(on=OSError)(call)()
    assert not clock.slept


@pytest.mark.parametrize("refusal", [BreakerOpen("x"), RateLimited("x", 0.001)])
def test_a_refusal_of_our_own_is_never_repeated(refusal):
    pipeline, clock, _ = made()
    call, _ = script(refusal)
    with pytest.raises(type(refusal)):
        pipeline(on=Exception)(call)()
    assert not clock.slept


def test_a_bad_result_is_repeated_and_at_last_returned():
    pipeline, clock, _ = made(retry=RetrySettings(retries=2, jitter="none"))
    call, _ = script(500, 502, 503)
    assert pipeline(bad=lambda status: status >= 500)(call)() == 503
    assert clock.slept == [1, 2]
    call, _ = script(500, 200)
    assert pipeline(bad=lambda status: status >= 500)(call)() == 200


def test_nothing_is_repeated_with_the_breaker_open():
    pipeline, clock, _ = made(breaker=BreakerSettings(consecutive=2))
    call, left = script(OSError(1), OSError(2), "unused")
    with pytest.raises(OSError, match="2"):
        pipeline(call)()
    assert clock.slept == [1]
    assert left == ["unused"]


def test_every_attempt_asks_the_breaker():
    pipeline, _, _ = made(breaker=BreakerSettings(consecutive=3), retry=RetrySettings(retries=9, jitter="none"))
    call, left = script(*(OSError(index) for index in range(9)))
    with pytest.raises(OSError, match="2"):
        pipeline(call)()
    assert len(left) == 6


# delays


def delays(settings: Any, draw: Any, count: int = 6) -> Any:
    retry = Retry(settings, "dep", uniform=draw)
    found = []
    last = 0.0
    for done in range(count):
        last = retry.delay(done, last)
        found.append(last)
    return found


def test_full_jitter_draws_between_nothing_and_the_growing_bound():
    asked: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    delays(RetrySettings(), draw)
    assert asked == [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 30)]


def test_decorrelated_jitter_grows_from_the_last_delay():
    asked: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    found = delays(RetrySettings(jitter="decorrelated"), draw)
    assert found == [3, 9, 27, 30, 30, 30]
    assert asked[:4] == [(1, 3), (1, 9), (1, 27), (1, 81)]


def test_a_power_too_large_for_a_float_is_the_cap():
    assert Retry(RetrySettings(factor=10, jitter="none"), "dep").delay(5000, 0.0) == 30


def test_policies_draw_apart_unless_given_a_generator():
    draws = [Retry(RetrySettings(), "dep").delay(0, 0.0) for _ in range(2)]
    assert draws[0] != draws[1]
    same = [Retry(RetrySettings(), "dep", uniform=lambda low, high: (low + high) / 3).delay(0, 0.0) for _ in range(2)]
    assert same[0] == same[1]


# what the dependency asks for


def test_retry_after_is_a_lower_bound():
    pipeline, clock, _ = made()
    call, _ = script(Busy(7), Busy(0.5), "good")
    assert pipeline(call)() == "good"
    assert clock.slept == [7, 2]


def test_retry_after_above_the_cap_stops_at_once():
    pipeline, clock, _ = made()
    call, _ = script(Busy(30.1))
    with pytest.raises(Busy):
        pipeline(call)()
    assert not clock.slept


def test_a_bad_result_may_ask_too_and_a_function_may_read_it():
    pipeline, clock, _ = made()
    replies = [SimpleNamespace(status=503, headers={"retry-after": "9"}), SimpleNamespace(status=200)]
    call = pipeline(
        bad=lambda reply: reply.status == 503, retry_after=lambda reply: float(reply.headers["retry-after"])
    )(lambda: replies.pop(0))
    assert call().status == 200
    assert clock.slept == [9]


@pytest.mark.parametrize("asked", [None, True, -1, float("nan"), "soon"])
def test_what_is_no_number_of_seconds_asks_for_nothing(asked):
    pipeline, clock, _ = made()
    call, _ = script(Busy(asked), "good")
    assert pipeline(call)() == "good"
    assert clock.slept == [1]


# the deadline


def test_retry_does_not_overshoot_the_deadline():
    pipeline, clock, _ = made(deadline=3)
    call, _ = script(OSError(1), OSError(2), "unused")
    began = clock.at
    with pytest.raises(OSError, match="2"):
        pipeline(call)()
    assert clock.at - began == 1  # the second delay, of 2 s, would leave no time
    call, _ = script(Busy(3.5))
    with pytest.raises(Busy):
        pipeline(call)()
    assert clock.at - began == 1


# the budget


def test_the_budget_ends_repetition():
    pipeline, clock, _ = made(budget=BudgetSettings(share=0.2, floor=0))
    call, _ = script(OSError(1))
    with pytest.raises(OSError, match="1"):
        pipeline(call)()
    assert not clock.slept
    assert told(pipeline, "budget") == {"in_flight": 0, "repeating": 0, "refused": 1}


@pytest.mark.parametrize("end", [OSError(9), KeyboardInterrupt(), "good"])
def test_a_repeated_call_gives_its_place_back_however_it_ends(end):
    pipeline, _, _ = made(budget=BudgetSettings(floor=1), retry=RetrySettings(retries=1))
    for _ in range(3):
        call, _ = script(OSError(1), end)
        with contextlib.suppress(OSError, KeyboardInterrupt):
            pipeline(call)()
    assert told(pipeline, "budget") == {"in_flight": 0, "repeating": 0, "refused": 0}


def test_a_call_asleep_holds_its_place():
    pipeline = Pipeline(
        PipelineSettings("dep", retry=RetrySettings(retries=1, base=60, cap=60, jitter="none"), budget=BudgetSettings())
    )

    @pipeline
    async def call():
        raise OSError

    async def main() -> Any:
        tasks = [asyncio.ensure_future(call()) for _ in range(5)]
        await asyncio.sleep(0.01)
        state = told(pipeline, "budget")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return state

    assert asyncio.run(main()) == {"in_flight": 3, "repeating": 3, "refused": 2}
    assert told(pipeline, "budget") == {"in_flight": 0, "repeating": 0, "refused": 2}


@pytest.mark.parametrize(("before", "meanwhile"), [(BudgetSettings(), None), (None, BudgetSettings())])
def test_a_call_gives_its_place_back_to_the_budget_that_it_took_it_from(before, meanwhile):
    pipeline, _, _ = made(budget=before)
    budget = pipeline.policies.get("budget")
    calls = []

    @pipeline
    def call():
        calls.append(1)
        if len(calls) == 1:
            raise OSError
        pipeline.configure(PipelineSettings("dep", retry=RetrySettings(), budget=meanwhile))

    call()
    budget = budget or pipeline.policies["budget"]
    assert budget.state() == {"in_flight": 0, "repeating": 0, "refused": 0}


def test_a_refused_inner_place_ends_the_call_at_once():
    pipeline, clock, _ = made(bulkhead=BulkheadSettings(1))

    @pipeline
    def call(depth):
        if depth:
            call(depth - 1)

    with pytest.raises(Exception, match="dep"):
        call(1)
    assert not clock.slept


def test_other_settings_hold_at_the_next_failure():
    pipeline, clock, _ = made()
    call, _ = script(OSError(1), OSError(2))
    protected = pipeline(call)
    pipeline.configure(PipelineSettings("dep", retry=RetrySettings(retries=0)))
    with pytest.raises(OSError, match="1"):
        protected()
    assert not clock.slept


def test_a_break_that_is_over_does_not_end_repetition():
    clock = Moments()
    retry = Retry(RetrySettings(), "dep", clock=clock)
    retry.breaker = Breaker(BreakerSettings(consecutive=1), "dep", clock=clock)
    retry.breaker.failed(retry.breaker.admit(), 0.0, clock.at)
    assert retry.again(0, 0.0, OSError(), None) is None
    clock.at += 30
    assert retry.again(0, 0.0, OSError(), None) is not None
