import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import pytest

from surefoot.resilience.breaker import Breaker, Phase
from surefoot.resilience.errors import BreakerOpen, BulkheadFull
from surefoot.resilience.pipeline import Pipeline, protect
from surefoot.resilience.settings import BreakerSettings, Mode, PipelineSettings
from tests.unit.resilience.moments import Moments, heard, told

pytestmark = pytest.mark.req("RES-1")


def made(at: float = 1000.0, **fields: Any) -> Any:
    clock = Moments(at)
    hooks, events = heard()
    return Breaker(BreakerSettings(**fields), "dep", clock=clock, hooks=hooks), clock, events


def fail(breaker: Any, times: int = 1, seconds: float = 0.0) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit(), seconds, breaker.clock.now())


def succeed(breaker: Any, times: int = 1, seconds: float = 0.0) -> None:
    for _ in range(times):
        breaker.good(breaker.admit(), seconds, breaker.clock.now())


def opened(**fields: Any) -> Any:
    breaker, clock, events = made(**{"consecutive": 1, **fields})
    fail(breaker)
    events.clear()
    return breaker, clock, events


def transitions(events: Any) -> Any:
    return [
        (detail["from"], detail["to"])
        for event in events
        if event.kind == "state_change"
        for detail in [dict(event.detail)]
    ]


def test_five_failures_in_a_row_open_it_by_default():
    breaker, _, events = made()
    fail(breaker, 4)
    succeed(breaker)
    fail(breaker, 4)
    assert breaker.phase == "closed"
    fail(breaker)
    assert breaker.phase == "open"
    assert transitions(events) == [("closed", "open")]
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == 30.0


def test_whoever_sleeps_exactly_retry_after_is_let_in():
    breaker, clock, _ = opened(at=0.1, reset=0.7)
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    clock.sleep(caught.value.retry_after)
    breaker.admit()


def test_a_share_equal_to_the_bound_opens_it():
    breaker, _, _ = made(share=0.07, calls=100, min_calls=100)
    succeed(breaker, 93)
    fail(breaker, 6)
    assert breaker.phase == "closed"
    fail(breaker)
    assert breaker.phase == "open"


def test_the_minimum_is_capped_at_the_size_of_a_count_window():
    breaker, _, _ = made(share=1.0, calls=4, min_calls=20)
    fail(breaker, 4)
    assert breaker.phase == "open"


def test_the_success_that_reaches_the_minimum_may_open_it():
    breaker, _, _ = made(share=0.5, calls=10, min_calls=4)
    fail(breaker, 3)
    succeed(breaker)
    assert breaker.phase == "open"


def test_slow_calls_open_it_even_when_they_are_good():
    breaker, _, _ = made(share=1.0, calls=10, min_calls=5, slow_share=0.8, slow_over=0.5)
    succeed(breaker, 1, seconds=0.1)
    succeed(breaker, 3, seconds=0.5)
    assert breaker.phase == "closed"
    succeed(breaker, 1, seconds=9.0)
    assert breaker.phase == "open"


def test_slow_calls_count_beside_a_streak_over_the_last_hundred():
    breaker, _, _ = made(consecutive=50, min_calls=2, slow_share=0.5, slow_over=0.5)
    succeed(breaker, 2, seconds=1.0)
    assert breaker.phase == "open"


@pytest.mark.parametrize(
    ("share", "window", "reset"),
    [
        pytest.param(0.5, 10, 30, id="payment"),
        pytest.param(0.3, 60, 60, id="email"),
        pytest.param(0.5, 5, 10, id="search"),
    ],
)
def test_the_presets_open_by_their_share_in_their_window(share, window, reset):
    breaker, clock, _ = made(share=share, window=window, min_calls=20, reset=reset)
    fail(breaker, 19)
    clock.at += window  # all of it is forgotten
    succeed(breaker, 20)
    fail(breaker, ceil(20 * share / (1 - share)) - 1)
    assert breaker.phase == "closed"
    fail(breaker)
    assert breaker.phase == "open"
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == reset


def test_time_passing_lets_a_success_open_it():
    breaker, clock, _ = made(share=0.5, window=2, min_calls=2)
    succeed(breaker, 10)
    clock.at += 1
    fail(breaker, 2)
    assert breaker.phase == "closed"
    clock.at += 1  # the ten are forgotten
    succeed(breaker)
    assert breaker.phase == "open"


def test_a_slow_call_is_counted_in_a_warm_window_too():
    clock = Moments()
    pipeline = Pipeline(
        PipelineSettings("dep", breaker=BreakerSettings(share=1.0, calls=9, min_calls=2, slow_share=0.5, slow_over=1)),
        clock=clock,
    )

    @pipeline
    def call(seconds):
        clock.at += seconds

    for seconds in (0, 0, 0, 1, 1, 1):
        call(seconds)
    with pytest.raises(BreakerOpen):
        call(0)


# half-open


def test_it_closes_after_all_trial_calls_and_not_before():
    breaker, clock, events = opened(consecutive=None, share=0.5, calls=10, min_calls=1, half_open=3)
    clock.at += 30
    succeed(breaker, 2)
    assert breaker.phase == "half-open"
    succeed(breaker)
    assert breaker.phase == "closed"
    assert transitions(events) == [("open", "half-open"), ("half-open", "closed")]


def test_a_share_of_failed_trials_reopens_after_all_of_them():
    breaker, clock, _ = opened(consecutive=None, share=0.5, calls=10, min_calls=1, half_open=4)
    clock.at += 30
    fail(breaker, 2)
    assert breaker.phase == "half-open"
    succeed(breaker, 2)
    assert breaker.phase == "open"


def test_slow_trials_reopen():
    breaker, clock, _ = opened(half_open=2, slow_share=0.5, slow_over=0.5)
    clock.at += 30
    succeed(breaker, 1, seconds=0.6)
    succeed(breaker, 1, seconds=0.1)
    assert breaker.phase == "open"


def test_any_failed_trial_reopens_one_that_counts_in_a_row():
    breaker, clock, _ = opened(half_open=3)
    clock.at += 30
    succeed(breaker)
    fail(breaker)
    assert breaker.phase == "open"


def test_breaks_grow_while_trials_fail_and_start_anew_after_closing():
    breaker, clock, _ = opened(reset=30, reset_factor=2, reset_longest=100, half_open=1)
    breaks = []
    for _ in range(4):
        with pytest.raises(BreakerOpen) as caught:
            breaker.admit()
        breaks.append(caught.value.retry_after)
        clock.at += caught.value.retry_after
        fail(breaker)
    assert breaks == [30, 60, 100, 100]
    clock.at += 100
    succeed(breaker)
    fail(breaker)
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == 30


def test_late_success_does_not_close_an_open_circuit():
    breaker, clock, _ = made(consecutive=2, half_open=1)
    late = [breaker.admit() for _ in range(3)]
    fail(breaker, 2)
    breaker.good(late[0], 0.0, clock.at)
    assert breaker.phase == "open"
    clock.at += 30
    breaker.admit()
    breaker.good(late[1], 0.0, clock.at)
    breaker.failed(late[2], 0.0, clock.at)
    assert breaker.phase == "half-open"
    assert breaker.calls_ok == 2  # the totals know them
    assert breaker.calls_failed == 3


def test_a_late_result_does_not_enter_the_window_after_closing():
    breaker, clock, _ = made(consecutive=2, half_open=1)
    late = [breaker.admit() for _ in range(5)]
    fail(breaker, 2)
    clock.at += 30
    succeed(breaker)
    for window in late:
        breaker.failed(window, 0.0, clock.at)
    assert breaker.phase == "closed"


def test_fifty_callers_do_not_flood_half_open():
    breaker, clock, _ = opened(half_open=3)
    clock.at += 30
    gate = threading.Barrier(50)

    def call(_):
        gate.wait()
        try:
            return breaker.admit()
        except BreakerOpen as refusal:
            return refusal.retry_after  # None: nobody knows when the trial is decided

    with ThreadPoolExecutor(50) as pool:
        admitted = [window for window in pool.map(call, range(50)) if window]
    assert len(admitted) == 3
    assert breaker.calls_rejected == 47


def test_a_neutral_result_gives_the_trial_back():
    breaker, clock, _ = opened(half_open=1)
    clock.at += 30
    for _ in range(5):
        breaker.neutral(breaker.admit())
    assert breaker.phase == "half-open"
    succeed(breaker)
    assert breaker.phase == "closed"


def test_half_open_is_not_stuck_when_trials_never_end():
    breaker, clock, events = opened(half_open=2, half_open_wait=20, reset=30)
    clock.at += 30
    lost = breaker.admit()
    clock.at += 20
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == 60  # undecided is no better than failed
    clock.at += 60
    succeed(breaker, 2)
    breaker.good(lost, 0.0, clock.at)
    assert breaker.phase == "closed"
    assert transitions(events) == [
        ("open", "half-open"),
        ("half-open", "open"),
        ("open", "half-open"),
        ("half-open", "closed"),
    ]


def test_a_trial_that_ends_after_the_longest_wait_does_not_close():
    breaker, clock, _ = opened(half_open=1, half_open_wait=20)
    clock.at += 30
    window = breaker.admit()
    clock.at += 20
    breaker.good(window, 20.0, clock.at)
    assert breaker.phase == "open"


# modes


def test_forced_open_refuses_and_says_no_time():
    breaker, clock, events = made(mode=Mode.FORCED_OPEN)
    clock.at += 1e9
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after is None
    breaker.configure(BreakerSettings())
    breaker.admit()
    assert transitions(events) == [("forced-open", "closed")]


def test_disabled_passes_all_and_counts_nothing():
    breaker, _, _ = made(consecutive=1, mode=Mode.DISABLED)
    fail(breaker, 10)
    succeed(breaker)
    breaker.neutral(breaker.admit())
    assert breaker.phase == "closed"
    assert (breaker.calls_ok, breaker.calls_failed, breaker.calls_neutral) == (0, 0, 0)


def test_metrics_only_never_refuses_and_says_once_that_it_would():
    breaker, _, events = made(consecutive=2, mode=Mode.METRICS_ONLY)
    fail(breaker, 10)
    breaker.admit()
    assert [event.kind for event in events] == ["would_open"]
    assert breaker.calls_failed == 10


def test_reset_closes_and_is_silent_when_closed():
    breaker, _, events = opened()
    breaker.reset()
    breaker.reset()
    breaker.admit()
    assert transitions(events) == [("open", "closed")]


# configuration at run time


def test_configuring_keeps_an_open_break():
    breaker, clock, events = opened(reset=30)
    breaker.configure(BreakerSettings(share=0.5, window=10))
    clock.at += 29
    with pytest.raises(BreakerOpen):
        breaker.admit()
    assert not transitions(events)


def test_configuring_keeps_the_results_of_a_count_window():
    breaker, _, _ = made(share=0.9, calls=10, min_calls=4)
    fail(breaker, 3)
    succeed(breaker, 3)
    breaker.configure(BreakerSettings(share=0.5, calls=20, min_calls=4))
    succeed(breaker)
    assert breaker.phase == "closed"  # three of seven
    fail(breaker)
    assert breaker.phase == "open"


def test_a_lower_share_is_asked_at_the_next_result_even_a_good_one():
    breaker, _, _ = made(share=0.9, calls=10, min_calls=4)
    fail(breaker, 3)
    succeed(breaker, 3)
    breaker.configure(BreakerSettings(share=0.4, calls=10, min_calls=4))
    assert breaker.seat is not None
    assert not breaker.seat.warm
    succeed(breaker)
    assert breaker.phase == "open"


def test_a_result_on_its_way_during_a_change_of_window_is_harmless():
    breaker, clock, _ = made(share=0.5, calls=10, min_calls=1)
    window = breaker.admit()
    breaker.configure(BreakerSettings(share=0.5, window=10, min_calls=1))
    breaker.failed(window, 0.0, clock.at)
    assert breaker.phase == "closed"
    fail(breaker)
    assert breaker.phase == "open"


# transitions made elsewhere


def test_a_newer_transition_made_elsewhere_is_followed_and_an_older_one_not():
    breaker, clock, events = made()
    assert breaker.adopt(Phase.OPEN, 7, 12.0)
    assert not breaker.adopt(Phase.CLOSED, 7)
    with pytest.raises(BreakerOpen) as caught:
        breaker.admit()
    assert caught.value.retry_after == 12.0
    clock.at += 12
    succeed(breaker, 3)  # adopted breaks end here as well: half-open, then closed
    assert breaker.phase == "closed"
    assert breaker.generation == 9
    assert transitions(events) == [("closed", "open"), ("open", "half-open"), ("half-open", "closed")]


def test_adopting_the_present_state_is_silent():
    breaker, _, events = made()
    assert breaker.adopt(Phase.CLOSED, 3)
    assert breaker.generation == 3
    assert not events


# as part of a protected call


def test_cancellation_is_no_failure_and_gives_the_trial_back():
    pipeline = protect("dep", breaker=BreakerSettings(consecutive=1, half_open=1, reset=0.001))

    @pipeline
    async def call(how):
        if how == "hang":
            await asyncio.sleep(60)
        if how == "fail":
            raise ConnectionError

    async def main() -> None:
        with pytest.raises(ConnectionError):
            await call("fail")
        await asyncio.sleep(0.002)
        for _ in range(3):
            task = asyncio.ensure_future(call("hang"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await call("well")

    asyncio.run(main())
    assert told(pipeline, "breaker")["state"] == "closed"


def test_an_ignored_error_is_not_counted():
    pipeline = protect("dep", breaker=BreakerSettings(consecutive=1))

    @pipeline(ignore=KeyError)
    def call(error):
        raise error

    with pytest.raises(KeyError):
        call(KeyError())
    with pytest.raises(BulkheadFull):
        call(BulkheadFull("own"))
    with pytest.raises(OSError, match=r"^$"):
        call(OSError())
    with pytest.raises(BreakerOpen):
        call(OSError())
    calls = told(pipeline, "breaker")["calls"]
    assert calls == {"ok": 0, "failed": 1, "neutral": 2, "rejected": 1}


def test_no_lock_is_held_across_the_call():
    pipeline = protect("dep", breaker=BreakerSettings(share=0.5, window=10))

    @pipeline
    def call(_):
        time.sleep(0.1)

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(16)))
    assert time.monotonic() - began < 0.8  # in turn it would be 1.6


def test_the_wall_clock_set_back_changes_nothing(monkeypatch):
    pipeline = protect("dep", breaker=BreakerSettings(consecutive=1, reset=0.01, half_open=1))

    @pipeline
    def call(error=None):
        if error:
            raise error

    with pytest.raises(OSError, match=r"^$"):
        call(OSError())
    monkeypatch.setattr(time, "time", lambda: -1e9)
    time.sleep(0.011)
    call()
    assert told(pipeline, "breaker")["state"] == "closed"


def test_a_listener_may_call_the_breaker():
    breaker, _, _ = made(consecutive=1)
    breaker.hooks.add(lambda _: breaker.state())
    fail(breaker)
    assert breaker.phase == "open"


@pytest.mark.parametrize("fields", [{"calls": 50}, {"window": 60}])
def test_threads_lose_no_result(fields):
    pipeline = protect(
        "dep", breaker=BreakerSettings(share=1.0, min_calls=10**9 if "window" in fields else 50, **fields)
    )

    @pipeline(bad=lambda result: result)
    def call(bad):
        return bad

    def work(_):
        for index in range(2000):
            call(index % 7 == 0)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)
    state = told(pipeline, "breaker")
    assert state["state"] == "closed"
    assert state["calls"] == {"ok": 8 * 1714, "failed": 8 * 286, "neutral": 0, "rejected": 0}
    assert state["buffered"]["calls"] == (50 if "calls" in fields else 16000)


def test_the_state_is_json_with_shares_from_the_minimum_on():
    breaker, _, _ = made(share=0.9, calls=10, min_calls=4)
    fail(breaker, 3)
    assert breaker.state()["failure_share"] is None
    succeed(breaker)
    state = breaker.state()
    assert state["failure_share"] == 0.75
    assert state["slow_share"] == 0.0
    assert state["buffered"] == {"calls": 4, "failed": 3, "slow": 0}
    assert state["streak"] == 0


def test_a_refusal_is_told_to_those_who_listen():
    breaker, _, events = opened()
    with pytest.raises(BreakerOpen):
        breaker.admit()
    assert [(event.kind, dict(event.detail)) for event in events] == [("rejected", {"state": "open"})]
