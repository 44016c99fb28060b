"""So many calls at a time."""

import asyncio
import functools
import gc
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.deadline import deadline
from surefoot.resilience.errors import BulkheadFull
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.settings import BulkheadSettings
from surefoot.resilience.testing import VirtualClock
from surefoot.resilience.waiting import ThreadWaiter
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")


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


def _idle(bulkhead: Bulkhead) -> bool:
    return not (bulkhead.places.busy or bulkhead.places.waiting or bulkhead.places.attend)


def test_a_full_bulkhead_refuses_at_once_and_lets_in_again():
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    bulkhead = Bulkhead(BulkheadSettings(1), "bank", hooks=hooks)
    inner = woven(bulkhead, lambda: "in")
    outer = woven(bulkhead, functools.partial(inner))
    with pytest.raises(BulkheadFull, match="all places and the queue are taken") as refused:
        outer()
    assert refused.value.__context__ is None
    assert inner() == "in"
    assert bulkhead.calls_rejected == 1
    assert [(event.kind, event.policy) for event in events] == [("rejected", "bulkhead")]
    assert _idle(bulkhead)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_every_way_out_gives_the_place_back(error: type[BaseException]):
    bulkhead = Bulkhead(BulkheadSettings(1), "bank")

    def fail() -> None:
        raise error

    for call in (woven(bulkhead, fail), bulkhead(fail)):
        with pytest.raises(error):
            call()
    assert _idle(bulkhead)


def test_the_line_is_first_come_first_served_for_threads_and_tasks():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=10, wait=5.0), "bank")
    order: list[int] = []

    async def main() -> None:
        async def task(number: int) -> None:
            async with bulkhead:
                order.append(number)
                await asyncio.sleep(0.001)

        def thread(number: int) -> None:
            with bulkhead:
                order.append(number)
                time.sleep(0.001)

        bulkhead.enter()
        calls = []
        for number in range(8):
            call = task(number) if number % 2 else asyncio.to_thread(thread, number)
            calls.append(asyncio.create_task(call))
            for _ in range(2000):
                if bulkhead.places.waiting > number:
                    break
                await asyncio.sleep(0.001)
        bulkhead.leave()
        await asyncio.gather(*calls)

    asyncio.run(main())
    assert order == list(range(8))
    assert bulkhead.calls_waited == 8
    assert _idle(bulkhead)


def test_no_newcomer_passes_the_line():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=1, wait=5.0), "bank")
    call = woven(bulkhead, lambda: None)

    async def main() -> None:
        bulkhead.enter()
        waiting = asyncio.create_task(bulkhead.enter_async())
        await asyncio.sleep(0)
        bulkhead.leave()
        with pytest.raises(BulkheadFull):
            call()
        await waiting
        bulkhead.leave()

    asyncio.run(main())
    call()


def test_waiting_ends_after_the_longest_wait():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=1, wait=0.05), "bank")
    bulkhead.enter()
    start = time.monotonic()
    with pytest.raises(BulkheadFull):
        bulkhead.enter()
    assert 0.05 <= time.monotonic() - start < 1.0
    assert bulkhead.places.waiting == 0

    clock = VirtualClock()
    virtual = Bulkhead(BulkheadSettings(1, queue=1, wait=7.0), "bank", clock=clock)

    async def main() -> float:
        virtual.enter()
        with pytest.raises(BulkheadFull):
            await clock.run(virtual.enter_async())
        return clock.now()

    assert asyncio.run(main()) == 1007.0
    assert virtual.places.waiting == 0


def test_waiting_ends_with_the_deadline():
    clock = VirtualClock()
    bulkhead = Bulkhead(BulkheadSettings(1, queue=1, wait=60.0), "bank", clock=clock)

    async def main() -> float:
        bulkhead.enter()
        with deadline(2.0, clock=clock), pytest.raises(BulkheadFull):
            await clock.run(bulkhead.enter_async())
        return clock.now()

    assert asyncio.run(main()) == 1002.0


@pytest.mark.parametrize("turns", range(6))
def test_cancellation_at_any_moment_gives_the_place_back(turns: int):
    bulkhead = Bulkhead(BulkheadSettings(1, queue=4, wait=5.0), "bank")

    async def main() -> list[bool]:
        async def call() -> None:
            await asyncio.sleep(0)

        protected = woven(bulkhead, call)
        bulkhead.enter()
        tasks = [asyncio.create_task(protected()) for _ in range(3)]
        await asyncio.sleep(0)
        bulkhead.leave()
        for _ in range(turns):
            await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.wait(tasks)
        return [task.cancelled() for task in tasks]

    assert asyncio.run(main())[1:] == [False, False]
    assert _idle(bulkhead)


def test_a_task_cancelled_after_it_was_called_hands_its_place_on():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=4, wait=5.0), "bank")

    async def main() -> None:
        bulkhead.enter()
        first, second = (asyncio.create_task(bulkhead.enter_async()) for _ in range(2))
        await asyncio.sleep(0)
        bulkhead.leave()
        first.cancel()
        await asyncio.wait_for(second, 1.0)
        await asyncio.wait((first,))
        assert first.cancelled()
        bulkhead.leave()

    asyncio.run(main())
    assert _idle(bulkhead)


def test_a_waiter_of_a_closed_loop_is_passed_over():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=4, wait=5.0), "bank")
    bulkhead.enter()
    closed = asyncio.new_event_loop()
    coroutine = bulkhead.enter_async()
    stuck = closed.create_task(coroutine)
    closed.run_until_complete(asyncio.sleep(0))
    closed.close()
    stuck._log_destroy_pending = False  # type: ignore[attr-defined]  # we know
    bulkhead.leave()
    assert bulkhead.places.busy == 0
    coroutine.close()
    del stuck
    gc.collect()
    assert _idle(bulkhead)


def test_a_bulkhead_reused_across_loops_works_in_each():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=9, wait=5.0), "bank")

    async def call() -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*(woven(bulkhead, call)() for _ in range(5)))

    for _ in range(3):
        asyncio.run(main())
    assert _idle(bulkhead)


def test_no_lock_is_held_across_the_call():
    bulkhead = Bulkhead(BulkheadSettings(8), "bank")
    call = woven(bulkhead, lambda: time.sleep(0.2))
    threads = [threading.Thread(target=call) for _ in range(8)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 0.8


@pytest.mark.usefixtures("hasty")
def test_threads_never_exceed_the_limit_and_none_waits_beside_a_free_place():
    bulkhead = Bulkhead(BulkheadSettings(3, queue=100, wait=20.0), "bank")
    inside: list[int] = []
    most = 0
    done = 0
    count = threading.Lock()

    def work() -> None:
        nonlocal most, done
        inside.append(1)
        most = max(most, len(inside))
        inside.pop()
        with count:
            done += 1

    call = woven(bulkhead, work)
    threads = [threading.Thread(target=lambda: [call() for _ in range(300)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert (most <= 3, done) == (True, 2400)
    assert _idle(bulkhead)


@pytest.mark.usefixtures("hasty")
def test_threads_and_tasks_share_the_places():
    bulkhead = Bulkhead(BulkheadSettings(2, queue=100, wait=20.0), "bank")
    inside: list[int] = []
    most: list[int] = []

    async def call() -> None:
        inside.append(1)
        most.append(len(inside))
        await asyncio.sleep(0)
        inside.pop()

    def work() -> None:
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    plain, protected = woven(bulkhead, work), woven(bulkhead, call)

    async def main() -> None:
        async def many() -> None:
            for _ in range(50):
                await protected()

        def many_plain() -> None:
            for _ in range(50):
                plain()

        await asyncio.gather(*(many() for _ in range(4)), *(asyncio.to_thread(many_plain) for _ in range(4)))

    asyncio.run(main())
    assert (len(most), max(most) <= 2) == (400, True)
    assert _idle(bulkhead)


class Meeting(deque[None]):
    """Tokens at which somebody comes too late just before one is put back."""

    late: Callable[[], object] | None = None

    def append(self, token: None) -> None:
        if self.late is not None:
            comes, self.late = self.late, None
            comes()
        super().append(token)


def test_none_waits_beside_a_free_place_though_it_came_as_the_place_was_left():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=1, wait=5.0), "bank")
    bulkhead.places.free = tokens = Meeting(bulkhead.places.free)
    late = ThreadWaiter(5.0)
    woven(bulkhead, lambda: setattr(tokens, "late", lambda: bulkhead.places.join(late)))()
    assert late.called
    assert late.wait(0.0)


def test_a_smaller_limit_takes_places_as_they_are_left_and_a_larger_one_calls_the_line():
    bulkhead = Bulkhead(BulkheadSettings(3, queue=4, wait=5.0), "bank")
    for _ in range(3):
        bulkhead.enter()
    bulkhead.configure(BulkheadSettings(1, queue=4, wait=5.0))
    assert bulkhead.state()["in_flight"] == 3
    bulkhead.leave()
    bulkhead.leave()
    assert bulkhead.state()["available_concurrent_calls"] == 0

    async def main() -> None:
        waiting = [asyncio.create_task(bulkhead.enter_async()) for _ in range(2)]
        await asyncio.sleep(0)
        bulkhead.configure(BulkheadSettings(3, queue=4, wait=5.0))
        await asyncio.wait_for(asyncio.gather(*waiting), 1.0)

    asyncio.run(main())
    assert bulkhead.state()["in_flight"] == 3
    for _ in range(3):
        bulkhead.leave()
    assert _idle(bulkhead)
    assert bulkhead.state()["available_concurrent_calls"] == 3


def test_a_stuck_generator_of_a_task_gives_its_place_back_when_closed():
    bulkhead = Bulkhead(BulkheadSettings(1, queue=1, wait=5.0), "bank")

    async def main() -> None:
        bulkhead.enter()
        coroutine = bulkhead.enter_async()
        coroutine.send(None)
        bulkhead.leave()
        coroutine.close()

    asyncio.run(main())
    assert _idle(bulkhead)
