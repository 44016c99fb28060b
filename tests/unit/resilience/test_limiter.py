"""So many calls in a time."""

import asyncio
import contextlib
import gc
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from surefoot.resilience.deadline import deadline
from surefoot.resilience.errors import RateLimited
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.limiter import GRACE, RateLimiter
from surefoot.resilience.settings import RateSettings
from surefoot.resilience.testing import VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")

KINDS = [RateSettings(4, 1.0), RateSettings(4, 1.0, sliding=True)]


def _trace(*_: object) -> Any:
    return _trace


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads switch at every line: between calls of C alone they switch too seldom for a test to fail."""
    interval, trace = sys.getswitchinterval(), threading.gettrace()
    sys.setswitchinterval(1e-6)
    threading.settrace(_trace)
    yield
    threading.settrace(trace)
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("settings", KINDS)
def test_a_refusal_tells_when_to_come_again_and_is_right(settings: RateSettings):
    clock = VirtualClock()
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    limiter = RateLimiter(settings, "bank", clock=clock, hooks=hooks)
    call = woven(limiter, lambda: "in", clock=clock)
    assert [call() for _ in range(4)] == ["in"] * 4
    for _ in range(50):
        with pytest.raises(RateLimited) as refused:
            call()
        assert refused.value.retry_after is not None
        clock.move(refused.value.retry_after)
        for _ in range(limiter.state()["available_permissions"]):  # type: ignore[call-overload]  # a number
            assert call() == "in"
    assert limiter.calls_rejected == len(events) == 50
    assert {(event.kind, event.policy) for event in events} == {("rejected", "rate_limiter")}


def test_a_bucket_refills_evenly_and_a_window_all_at_once():
    clock = VirtualClock()
    bucket, window = (RateLimiter(settings, "bank", clock=clock) for settings in KINDS)
    for limiter in (bucket, window):
        for _ in range(4):
            limiter.enter()
    clock.move(0.25)
    assert bucket.state()["available_permissions"] == 1
    assert window.state()["available_permissions"] == 0
    clock.move(0.75)
    assert bucket.state()["available_permissions"] == window.state()["available_permissions"] == 4


@pytest.mark.parametrize(
    "settings", [RateSettings(4, 1.0, burst=1, wait=1.0), RateSettings(1, 0.25, sliding=True, wait=1.0)]
)
def test_a_call_waits_at_most_as_long_as_it_may(settings: RateSettings):
    clock = VirtualClock()
    limiter = RateLimiter(settings, "bank", clock=clock)
    for _ in range(9):
        limiter.enter()
    assert clock.now() == 1002.0

    async def main() -> list[float]:
        went: list[float] = []

        async def call() -> None:
            try:
                await limiter.enter_async()
            except RateLimited as refused:
                went.append(-(refused.retry_after or 0))
            else:
                went.append(clock.now() - 1002.0)

        calls = [asyncio.create_task(call()) for _ in range(6)]
        await clock.advance(3.0)
        await asyncio.gather(*calls)
        return went

    assert asyncio.run(main()) == pytest.approx([-1.25, -1.25, 0.25, 0.5, 0.75, 1.0])


def test_waiting_ends_with_the_deadline():
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 10.0, wait=60.0), "bank", clock=clock)
    limiter.enter()
    with deadline(5.0, clock=clock), pytest.raises(RateLimited):
        limiter.enter()
    assert clock.now() == 1000.0


@pytest.mark.parametrize("cancelled", [0, 1, 2])
def test_limiter_token_is_not_lost_on_cancel(cancelled: int):
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 1.0, wait=10.0), "bank", clock=clock)

    async def main() -> list[float]:
        went: list[float] = []

        async def call() -> None:
            await limiter.enter_async()
            went.append(clock.now() - 1000.0)

        calls = [asyncio.create_task(call()) for _ in range(4)]
        await asyncio.sleep(0)
        calls[1 + cancelled].cancel()
        await clock.advance(10.0)
        await asyncio.gather(*calls, return_exceptions=True)
        return went

    assert asyncio.run(main()) == [0.0, 1.0, 2.0]
    assert limiter.state() == {"available_permissions": 1, "waiting_threads": 0, "waited": 2, "rejected": 0}


@pytest.mark.parametrize("turns", range(6))
def test_cancelled_at_any_moment_the_limiter_goes_on(turns: int):
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 1.0, wait=10.0), "bank", clock=clock)

    async def main() -> float:
        limiter.enter()
        first, second, third = (asyncio.create_task(limiter.enter_async()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        second.cancel()
        await clock.run(asyncio.wait_for(third, None))
        await asyncio.gather(first, second, return_exceptions=True)
        return clock.now()

    assert asyncio.run(main()) == 1001.0


def test_a_limiter_reused_across_loops_works_in_each():
    limiter = RateLimiter(RateSettings(100, 1.0, burst=1, wait=5.0), "bank")

    async def main() -> None:
        await asyncio.gather(*(limiter.enter_async() for _ in range(5)))

    for _ in range(3):
        asyncio.run(main())
    assert limiter.state()["waiting_threads"] == 0


def test_waiters_of_a_dead_loop_are_passed_over():
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 1.0, wait=10.0), "bank", clock=clock)
    limiter.enter()
    dead = asyncio.new_event_loop()
    stuck = [dead.create_task(limiter.enter_async()) for _ in range(2)]
    dead.run_until_complete(asyncio.sleep(0))
    assert limiter.state()["waiting_threads"] == 2
    clock.move(10.0 + 2 * GRACE)
    limiter.enter()
    assert limiter.state()["waiting_threads"] == 0
    for task in stuck:
        task.cancel()
    dead.run_until_complete(asyncio.gather(*stuck, return_exceptions=True))
    dead.close()


def test_a_waiter_whose_loop_was_closed_does_not_hold_up_the_line():
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 1.0, wait=10.0), "bank", clock=clock)

    async def main() -> float:
        limiter.enter()
        first = asyncio.create_task(limiter.enter_async())
        await asyncio.sleep(0)
        closed = asyncio.new_event_loop()
        coroutine = limiter.enter_async()
        stuck = closed.create_task(coroutine)
        await asyncio.to_thread(closed.run_until_complete, asyncio.sleep(0))
        closed.close()
        third = asyncio.create_task(limiter.enter_async())
        await asyncio.sleep(0)
        assert limiter.state()["waiting_threads"] == 3
        await clock.run(asyncio.wait_for(asyncio.gather(first, third), None))
        stuck._log_destroy_pending = False  # type: ignore[attr-defined]  # we know
        coroutine.close()
        return clock.now()

    assert asyncio.run(main()) == 1002.0
    gc.collect()


@pytest.mark.usefixtures("hasty")
def test_limiter_threads_neither_leak_nor_deadlock():
    limiter = RateLimiter(RateSettings(2_000, 1.0, burst=1, wait=10.0), "bank")
    call = woven(limiter, lambda: went.append(time.monotonic()))
    went: list[float] = []
    before = threading.active_count()
    threads = [threading.Thread(target=lambda: [call() for _ in range(40)]) for _ in range(8)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert threading.active_count() == before
    assert len(went) == 320
    assert time.monotonic() - start >= 319 / 2_000
    assert limiter.state()["waiting_threads"] == 0


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("settings", [RateSettings(500, 1e6), RateSettings(500, 1e6, sliding=True)])
def test_threads_take_no_token_twice(settings: RateSettings):
    limiter = RateLimiter(settings, "bank")
    went: list[None] = []
    call = woven(limiter, lambda: went.append(None))

    def work() -> None:
        for _ in range(200):
            with contextlib.suppress(RateLimited):
                call()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went) == 500


def test_a_thread_and_a_task_stand_in_one_line():
    limiter = RateLimiter(RateSettings(20, 1.0, burst=1, wait=5.0), "bank")
    order: list[str] = []

    def thread() -> None:
        limiter.enter()
        order.append("thread")

    async def main() -> None:
        async def task(name: str) -> None:
            await limiter.enter_async()
            order.append(name)

        await limiter.enter_async()
        first = asyncio.create_task(task("first"))
        await asyncio.sleep(0)
        second = asyncio.create_task(asyncio.to_thread(thread))
        for _ in range(2000):
            if limiter.state()["waiting_threads"] == 2:
                break
            await asyncio.sleep(0.001)
        third = asyncio.create_task(task("third"))
        await asyncio.gather(first, second, third)

    asyncio.run(main())
    assert order == ["first", "thread", "third"]


def test_no_newcomer_passes_those_who_wait():
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(1, 1.0, wait=10.0), "bank", clock=clock)
    call = woven(limiter, lambda: None, clock=clock)

    async def main() -> None:
        limiter.enter()
        waiting = asyncio.create_task(limiter.enter_async())
        await asyncio.sleep(0)
        clock.move(1.0)
        limiter.configure(RateSettings(1, 1.0))
        with pytest.raises(RateLimited):
            call()
        await waiting

    asyncio.run(main())
    assert limiter.calls_waited == 1


@pytest.mark.parametrize("new", [RateSettings(8, 1.0), RateSettings(8, 1.0, sliding=True)])
@pytest.mark.parametrize("old", KINDS)
def test_new_settings_keep_what_was_used(old: RateSettings, new: RateSettings):
    clock = VirtualClock()
    limiter = RateLimiter(old, "bank", clock=clock)
    compiled_before = woven(limiter, lambda: None, clock=clock)
    for _ in range(3):
        limiter.enter()
    limiter.configure(new)
    assert limiter.state()["available_permissions"] == 5
    compiled_before()
    assert limiter.state()["available_permissions"] == 4


def test_a_bucket_whose_holder_was_killed_is_taken_for_empty(monkeypatch: pytest.MonkeyPatch):
    clock = VirtualClock()
    monkeypatch.setattr("surefoot.resilience.pace._PATIENCE", 10)
    limiter = RateLimiter(RateSettings(4, 1.0), "bank", clock=clock)
    call = woven(limiter, lambda: "in", clock=clock)
    limiter._pace.full_at.clear()  # type: ignore[union-attr]  # as a Ctrl-C between taking and putting back does
    with pytest.raises(RateLimited):
        call()
    clock.move(1.0)
    assert [call() for _ in range(4)] == ["in"] * 4


@pytest.mark.parametrize("settings", KINDS)
def test_a_wall_clock_set_back_changes_nothing(monkeypatch: pytest.MonkeyPatch, settings: RateSettings):
    limiter = RateLimiter(RateSettings(settings.count, 0.02, sliding=settings.sliding), "bank")
    for _ in range(settings.count):
        limiter.enter()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    time.sleep(0.02)
    limiter.enter()


@pytest.mark.parametrize("settings", KINDS)
def test_alone_it_is_a_block_and_a_decorator(settings: RateSettings):
    clock = VirtualClock()
    limiter = RateLimiter(settings, "bank", clock=clock)

    @limiter
    async def call() -> str:
        return "in"

    async def main() -> list[str]:
        async with limiter:
            pass
        return [await call(), await woven(limiter, call.__wrapped__, clock=clock)()]  # type: ignore[attr-defined]

    assert asyncio.run(main()) == ["in", "in"]
    with limiter:
        pass
    with pytest.raises(RateLimited, match="the rate limit is reached; try again in"):
        limiter.enter()


def test_it_leaves_no_cyclic_garbage():
    call: Any = woven(RateLimiter(RateSettings(1_000_000), "bank"), lambda: None)
    call()
    gc.collect()
    gc.disable()
    try:
        for _ in range(1000):
            call()
        assert gc.collect() == 0
    finally:
        gc.enable()
