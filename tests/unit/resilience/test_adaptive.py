"""A limit of calls at a time that moves."""

import asyncio

import pytest

from surefoot.resilience.adaptive import Adaptive
from surefoot.resilience.errors import BulkheadFull
from surefoot.resilience.settings import AdaptiveSettings
from surefoot.resilience.testing import VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")


@pytest.mark.parametrize("way", ["woven", "decorated"])
def test_good_calls_that_fill_it_raise_the_limit_and_failures_lower_it(way: str):
    clock = VirtualClock()
    policy = Adaptive(AdaptiveSettings(least=1, most=10), "bank", clock=clock)

    def work(*, fails: bool) -> None:
        clock.sleep(0.02)
        if fails:
            raise OSError("down")

    call = woven(policy, work, clock=clock) if way == "woven" else policy(work)
    for _ in range(30):
        call(fails=False)
    assert policy.places.limit == 2
    policy.configure(AdaptiveSettings(least=2, most=10))
    for _ in range(20):
        with pytest.raises(OSError, match="down"):
            call(fails=True)
    assert policy.places.limit == 2
    assert policy.state()["in_flight"] == 0


def test_it_is_full_at_its_present_limit():
    clock = VirtualClock()
    policy = Adaptive(AdaptiveSettings(least=2, most=10), "bank", clock=clock)

    async def hang() -> None:
        await clock.pause(1)

    async def main() -> None:
        call = woven(policy, hang, clock=clock)
        calls = [asyncio.create_task(call()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BulkheadFull):
            await call()
        for task in calls:
            task.cancel()
        await asyncio.wait(calls)

    asyncio.run(main())
    assert policy.state()["in_flight"] == 0


def test_bounds_move_the_limit_only_as_far_as_they_demand():
    policy = Adaptive(AdaptiveSettings(least=2, most=10), "bank", clock=VirtualClock())
    policy.configure(AdaptiveSettings(least=5, most=10))
    assert policy.places.limit == 5
    policy.configure(AdaptiveSettings(least=1, most=10))
    assert policy.places.limit == 5


def test_as_an_async_block_cancellation_is_no_failure():
    clock = VirtualClock()
    policy = Adaptive(AdaptiveSettings(least=4, most=10), "bank", clock=clock)
    policy._vegas.limit = 10

    async def main() -> None:
        async with policy.once():
            clock.move(1.0)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert policy._vegas.limit == 10
