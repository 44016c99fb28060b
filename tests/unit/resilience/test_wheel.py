"""Alarms of async calls."""

import asyncio
import gc
import time

import pytest

from surefoot.resilience.testing import VirtualClock
from surefoot.resilience.wheel import EXACT_BELOW, TICK, WHEEL, arm, disarm, prepare, wheel

pytestmark = pytest.mark.req("RES-3")


async def _until_rung(seconds: float) -> float:
    start = time.monotonic()
    armed = arm(seconds)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        assert disarm(armed)
    return time.monotonic() - start


@pytest.mark.parametrize("seconds", [0.0, 0.02, EXACT_BELOW, EXACT_BELOW + 0.013])
def test_an_alarm_rings_never_early_and_at_most_a_tick_late(seconds: float):
    took = asyncio.run(_until_rung(seconds))
    assert seconds <= took < seconds + TICK + 0.5


def test_a_limit_too_short_for_the_wheel_has_a_timer_of_its_own():
    async def main() -> list[bool]:
        loop = asyncio.get_running_loop()
        turned = []
        for seconds in (EXACT_BELOW - 0.01, EXACT_BELOW):
            disarm(arm(seconds))
            turned.append(hasattr(loop, WHEEL))
        return turned

    assert asyncio.run(main()) == [False, True]


def test_a_disarmed_alarm_leaves_nothing_behind():
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(100):
            assert not disarm(arm(5.0))
        assert sum(map(len, wheel(loop).values())) == 0
        assert len(wheel(loop)) <= 3

    asyncio.run(main())


def test_the_wheel_stops_turning_when_no_call_is_under_way():
    async def main() -> int:
        disarm(arm(EXACT_BELOW))
        await asyncio.sleep(EXACT_BELOW + 2 * TICK)
        return len(wheel(asyncio.get_running_loop()))

    assert asyncio.run(main()) == 0


def test_each_loop_has_its_own_wheel_and_takes_it_along():
    async def own() -> int:
        disarm(arm(5.0))
        return id(wheel(asyncio.get_running_loop()))

    async def rings() -> float:
        return await _until_rung(EXACT_BELOW)

    asyncio.run(own())
    assert asyncio.run(rings()) < 2.0
    gc.collect()


def test_many_alarms_of_one_tick_ring_together():
    async def main() -> list[float]:
        return await asyncio.gather(*(_until_rung(0.3) for _ in range(200)))

    assert max(asyncio.run(main())) < 2.0


def test_a_cancellation_from_outside_stays_one():
    async def main() -> bool:
        async def call() -> None:
            armed = arm(5.0)
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                assert not disarm(armed)
                raise

        task = asyncio.create_task(call())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        return task.cancelled()

    assert asyncio.run(main())


def test_an_alarm_and_a_cancellation_together_are_a_cancellation():
    clock = VirtualClock()

    async def main() -> tuple[bool, int]:
        counts = []

        async def call() -> None:
            armed = arm(1.0, clock)
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                assert not disarm(armed)
                task = asyncio.current_task()
                assert task is not None
                counts.append(task.cancelling())
                raise

        task = asyncio.create_task(call())
        await asyncio.sleep(0)
        clock.move(1.0)
        task.cancel()
        await asyncio.wait((task,))
        return task.cancelled(), counts[0]

    assert asyncio.run(main()) == (True, 1)


def test_a_cancellation_before_arming_does_not_hide_the_alarm():
    clock = VirtualClock()

    async def main() -> tuple[bool, int]:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(0)
        armed = arm(1.0, clock)
        clock.move(1.0)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(10)
        rang = disarm(armed)
        count = task.cancelling()
        task.uncancel()
        return rang, count

    assert asyncio.run(main()) == (True, 1)


def test_without_a_task_the_cure_is_told():
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="needs a task"):
            prepare(loop, None, 1.0)
    finally:
        loop.close()


def test_a_loop_without_attributes_still_has_alarms():
    class Bare:
        __slots__ = ()

    assert wheel(Bare()) is not wheel(Bare())  # type: ignore[arg-type]  # stands for a foreign loop
