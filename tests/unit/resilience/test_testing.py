"""What users test with."""

import asyncio
import contextlib

import pytest

from surefoot.resilience.errors import BreakerOpen
from surefoot.resilience.testing import After, Script, VirtualClock, assert_opens_after

pytestmark = pytest.mark.req("RES-5")


def test_sleep_moves_the_time_and_timers_on_the_way_ring_in_order():
    clock = VirtualClock()
    rung: list[tuple[str, float]] = []
    clock.later(2.0, lambda: rung.append(("two", clock.now())))
    clock.later(1.0, lambda: rung.append(("one", clock.now())))
    clock.later(1.5, lambda: rung.append(("never", clock.now())))()
    clock.sleep(5.0)
    assert rung == [("one", 1001.0), ("two", 1002.0)]
    assert clock.now() == 1005.0


def test_advance_lets_tasks_act_at_each_moment():
    clock = VirtualClock()
    seen: list[float] = []

    async def tick() -> None:
        while True:
            await clock.pause(1.0)
            seen.append(clock.now())

    async def main() -> None:
        task = asyncio.create_task(tick())
        await clock.advance(3.5)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen == [1001.0, 1002.0, 1003.0]
    assert clock.now() == 1003.5


def test_run_moves_the_time_only_when_nothing_else_can_happen():
    clock = VirtualClock()

    async def main() -> float:
        await asyncio.gather(clock.pause(3600), clock.pause(60))
        await clock.pause(0)
        return clock.now()

    async def driven() -> float:
        return await clock.run(main())

    assert asyncio.run(driven()) == 4600.0


def test_run_tells_when_it_would_wait_for_ever():
    clock = VirtualClock()

    async def driven() -> None:
        await clock.run(asyncio.sleep(60))

    with pytest.raises(RuntimeError, match="pass the clock"):
        asyncio.run(driven())


def test_a_script_plays_its_outcomes_and_repeats_the_last():
    clock = VirtualClock()
    script = Script(1, KeyError, After(2.0, OSError("down")), "end", clock=clock)
    assert script("x", y=1) == 1
    with pytest.raises(KeyError):
        script()
    with pytest.raises(OSError, match="down"):
        script()
    assert (script(), script(), clock.now()) == ("end", "end", 1002.0)
    assert script.calls[0] == (("x",), {"y": 1})
    with pytest.raises(ValueError, match="needs an outcome"):
        Script()


def _opens_after(failures: int):
    def protect(call):
        failed = 0

        def protected() -> object:
            nonlocal failed
            if failed >= failures:
                raise BreakerOpen("bank")
            failed += 1
            return call()

        return protected

    return protect


def test_the_number_of_failures_is_exact():
    assert_opens_after(_opens_after(5), 5)
    with pytest.raises(AssertionError, match="opened after 4 failures"):
        assert_opens_after(_opens_after(4), 5)
    with pytest.raises(AssertionError, match="still closed after 5 failures"):
        assert_opens_after(_opens_after(6), 5)
