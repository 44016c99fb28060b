"""The time of a whole call."""

import asyncio
import contextvars
import threading
from typing import Any

import pytest

from surefoot.resilience.deadline import Deadline, deadline, patience, remaining
from surefoot.resilience.errors import DeadlineExceeded
from surefoot.resilience.testing import VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")


def test_nothing_limits_by_default():
    assert remaining() is None
    assert patience(3.0) == 3.0


def test_nesting_takes_the_earlier_end_and_gives_the_outer_one_back():
    clock = VirtualClock()
    with deadline(2.0, clock=clock):
        clock.move(0.5)
        with deadline(5.0, clock=clock):
            assert remaining() == 1.5
            with deadline(0.25, clock=clock):
                assert remaining() == 0.25
            assert remaining() == 1.5
        assert patience(9.0) == 1.5
    assert remaining() is None


def test_ends_of_different_clocks_are_compared_by_what_is_left():
    fast, slow = VirtualClock(5.0), VirtualClock(99_000.0)
    with deadline(2.0, clock=slow), deadline(10.0, clock=fast):
        assert remaining() == 2.0
    with deadline(2.0, clock=fast), deadline(1.0, clock=slow):
        assert remaining() == 1.0


def test_time_that_is_over_is_zero_and_no_call_begins_in_it():
    clock = VirtualClock()
    policy = Deadline(1.0, "bank", clock=clock)
    with deadline(1.0, clock=clock):
        clock.move(3.0)
        assert remaining() == 0.0
        with pytest.raises(DeadlineExceeded, match="not called"):
            woven(policy, int)()
        with pytest.raises(DeadlineExceeded), deadline(5.0, clock=clock):
            pytest.fail("entered")
    assert policy.calls_exceeded == 1


@pytest.mark.parametrize("way", ["woven", "decorated", "block"])
def test_async_calls_end_with_it(way: str):
    clock = VirtualClock()
    policy = Deadline(1.0, "bank", clock=clock)

    async def hang() -> None:
        await clock.pause(5.0)

    async def block() -> None:
        async with deadline(1.0, clock=clock):
            await hang()

    call: Any = {"woven": woven(policy, hang), "decorated": policy(hang), "block": block}[way]

    async def main() -> float:
        with pytest.raises(DeadlineExceeded, match="within the 1 s"):
            await call()
        return clock.now()

    async def driven() -> float:
        return await clock.run(main())

    assert asyncio.run(driven()) == 1001.0
    assert remaining() is None


def test_async_calls_end_with_an_end_that_sync_code_set():
    clock = VirtualClock()
    policy = Deadline(60.0, "bank", clock=clock)

    async def hang() -> None:
        await clock.pause(5.0)

    async def driven() -> None:
        with deadline(1.0, clock=clock):
            await clock.run(woven(policy, hang)())

    with pytest.raises(DeadlineExceeded):
        asyncio.run(driven())
    assert clock.now() == 1001.0


def test_child_tasks_and_copied_contexts_inherit_it():
    clock = VirtualClock()

    async def main() -> list[float | None]:
        async with deadline(2.0, clock=clock):
            return list(await asyncio.gather(_left(), _left()))

    async def _left() -> float | None:
        return remaining()

    assert asyncio.run(main()) == [2.0, 2.0]
    with deadline(2.0, clock=clock):
        seen: list[float | None] = []
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: seen.append(context.run(remaining)))
        thread.start()
        thread.join()
    assert seen == [2.0]


def test_one_decorator_serves_calls_at_the_same_time():
    @deadline(5.0)
    async def left(wait: float) -> float | None:
        await asyncio.sleep(wait)
        return remaining()

    async def main() -> list[float | None]:
        return list(await asyncio.gather(left(0.02), left(0.0)))

    late, early = asyncio.run(main())
    assert 0 < (late or 0) < (early or 0) <= 5.0


def test_a_generator_is_refused_with_the_cure():
    with pytest.raises(TypeError, match="in its body"):

        @deadline(1.0)
        def numbers() -> Any:
            yield 1


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan")])
def test_no_time_is_refused_with_the_cure(seconds: float):
    with pytest.raises(ValueError, match="write seconds above 0"):
        Deadline(seconds, "bank")
