import asyncio
import contextvars
import threading
from typing import Any

import pytest

from surefoot.health import Status, check
from surefoot.health.check import Fn
from surefoot.health.clock import SYSTEM
from surefoot.health.flight import Flight
from tests.unit.health.movable import Movable

pytestmark = pytest.mark.req("MON-4")


def flown(fn: Fn, timeout: float = 5) -> Flight:
    flight = Flight(check(fn, name="a", timeout=timeout), SYSTEM)
    flight.start(None)
    flight.wait()
    return flight


def test_what_a_check_raises_is_its_answer_and_only_its_class_is_told():
    def ask() -> None:
        raise LookupError("password=hunter2")

    result = flown(ask).result()
    assert (result.status, result.reason) == (Status.UNHEALTHY, "LookupError")


def test_even_an_exit_in_a_check_is_an_answer():
    def ask() -> None:
        raise SystemExit(3)

    assert flown(ask).result().reason == "SystemExit"


def test_a_hung_thread_is_reported_at_its_timeout():
    stop = threading.Event()
    flight = flown(stop.wait, timeout=0.05)
    assert flight.landed is None
    assert "no answer in 50 ms" in flight.result().reason
    stop.set()


def test_a_late_good_answer_is_not_good():
    clock = Movable()
    flight = Flight(check(lambda: setattr(clock, "seconds", 1003.0), name="a", timeout=1), clock)
    flight.start(None)
    flight._over.wait(5)
    assert flight.result().reason == "answered after 3 s; the limit is 1 s"
    assert flight.seconds() == 3


def test_an_async_check_is_cancelled_at_its_timeout():
    ended = []

    async def ask() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def fly() -> Flight:
        flight = Flight(check(ask, name="a", timeout=0.05), SYSTEM)
        flight.start(asyncio.get_running_loop())
        await flight.arrival()
        await asyncio.sleep(0.02)
        return flight

    flight = asyncio.run(fly())
    assert ended
    assert flight.landed is not None
    assert flight.result().reason == "no answer in 50 ms"


def test_a_timeout_of_the_checks_own_keeps_its_name():
    async def ask() -> None:
        raise TimeoutError

    assert flown(ask).result().reason == "TimeoutError: no answer in time"


def test_a_waiter_that_is_cancelled_leaves_the_run_to_others():
    async def fly() -> Status:
        async def ask() -> None:
            await asyncio.sleep(0.05)

        flight = Flight(check(ask, name="a", timeout=5), SYSTEM)
        flight.start(asyncio.get_running_loop())
        leaving, staying = asyncio.create_task(flight.arrival()), asyncio.create_task(flight.arrival())
        await asyncio.sleep(0)
        leaving.cancel()
        await staying
        assert not flight._waiting
        return flight.result().status

    assert asyncio.run(fly()) is Status.HEALTHY


def test_a_thread_may_land_after_the_loop_that_waited_is_closed():
    stop, clock = threading.Event(), Movable()
    flight = Flight(check(stop.wait, name="a", timeout=5), clock)

    async def wait() -> None:
        flight.start(asyncio.get_running_loop())
        waiting = asyncio.create_task(flight.arrival())
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(wait())
    stop.set()
    flight.wait()
    assert flight.landed is not None


def test_a_run_whose_loop_ended_is_lost_or_told_as_cancelled():
    async def ask() -> None:
        await asyncio.sleep(60)

    async def begin() -> Flight:
        flight = Flight(check(ask, name="a", timeout=5), SYSTEM)
        flight.start(asyncio.get_running_loop())
        await asyncio.sleep(0)
        return flight

    flight = asyncio.run(begin())
    assert flight.result().reason == "CancelledError"

    loop = asyncio.new_event_loop()
    flight = Flight(check(ask, name="a", timeout=5), SYSTEM)
    flight.start(loop)
    assert not flight.lost
    task: Any = next(iter(asyncio.all_tasks(loop)))
    loop.close()
    assert flight.lost == (flight.landed is None)
    task.get_coro().close()  # nobody else can end it now
    task._log_destroy_pending = False


def test_a_check_does_not_inherit_the_context_of_the_request():
    trace: contextvars.ContextVar[str] = contextvars.ContextVar("trace", default="none")
    seen = []

    async def ask() -> None:
        seen.append(trace.get())

    async def fly() -> None:
        trace.set("of the request")
        flight = Flight(check(ask, name="a"), SYSTEM)
        flight.start(asyncio.get_running_loop())
        await flight.arrival()

    asyncio.run(fly())
    assert seen == ["none"]


def test_a_process_without_threads_left_says_so(monkeypatch: pytest.MonkeyPatch):
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert flown(lambda: True).result().reason == "RuntimeError"
