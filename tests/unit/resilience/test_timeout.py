"""The time of one attempt."""

import asyncio
import threading
import time
from typing import Any

import pytest

from surefoot.resilience.deadline import Deadline, deadline
from surefoot.resilience.errors import AttemptTimeout, DeadlineExceeded
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.limits import remaining
from surefoot.resilience.settings import TimeoutSettings
from surefoot.resilience.testing import VirtualClock
from surefoot.resilience.timeout import Timeout
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")


def _both(policy: Timeout, target: Any) -> list[Any]:
    return [woven(policy, target), policy(target)]


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("after", [0.05, 0.3])
def test_a_late_async_attempt_is_cancelled(way: int, after: float):
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    policy = Timeout(TimeoutSettings(after), "bank", hooks=hooks)
    ended = []

    async def hang() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(True)

    start = time.monotonic()
    with pytest.raises(AttemptTimeout, match=rf"bank: no answer within {after:g} s"):
        asyncio.run(_both(policy, hang)[way]())
    assert after <= time.monotonic() - start < after + 1.0
    assert ended
    assert (policy.calls_timed_out, [event.policy for event in events]) == (1, ["timeout"])


@pytest.mark.parametrize("way", [0, 1])
def test_an_attempt_in_time_passes_its_answer_and_its_error(way: int):
    policy = Timeout(TimeoutSettings(5.0), "bank")

    async def double(number: int) -> int:
        await asyncio.sleep(0)
        if number < 0:
            raise KeyError(number)
        return 2 * number

    call = _both(policy, double)[way]
    assert asyncio.run(call(2)) == 4
    with pytest.raises(KeyError):
        asyncio.run(call(-1))
    assert policy.state() == {"timeout": 5.0, "timed_out": 0, "late": 0, "threads": 0}


@pytest.mark.parametrize("way", [0, 1])
def test_cancellation_is_no_timeout(way: int):
    policy = Timeout(TimeoutSettings(5.0), "bank")

    async def hang() -> None:
        await asyncio.sleep(10)

    async def main() -> bool:
        task = asyncio.create_task(_both(policy, hang)[way]())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait((task,))
        return task.cancelled()

    assert asyncio.run(main())
    assert policy.calls_timed_out == 0


@pytest.mark.parametrize("way", [0, 1])
def test_the_task_goes_on_uncancelled_after_a_timeout(way: int):
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)

    async def hang() -> None:
        await clock.pause(5)

    async def main() -> int:
        for _ in range(3):
            with pytest.raises(AttemptTimeout):
                await _both(policy, hang)[way]()
        task = asyncio.current_task()
        assert task is not None
        await asyncio.sleep(0)
        return task.cancelling()

    assert asyncio.run(_driven(clock, main())) == 0


async def _driven(clock: VirtualClock, call: Any) -> Any:
    return await clock.run(call)


def test_of_nested_limits_that_end_together_the_outer_one_tells():
    outer = Deadline(1.0, "bank")
    inner = Timeout(TimeoutSettings(1.0), "bank")

    async def hang() -> None:
        await asyncio.sleep(10)

    call = woven(outer, woven(inner, hang))
    with pytest.raises(DeadlineExceeded):
        asyncio.run(call())


def test_an_inner_limit_that_ends_first_leaves_the_outer_one_armed():
    clock = VirtualClock()
    outer = Deadline(3.0, "bank", clock=clock)
    inner = Timeout(TimeoutSettings(1.0), "bank", clock=clock)

    async def hang() -> None:
        await clock.pause(10)

    async def persist() -> None:
        attempt = woven(inner, hang)
        while True:
            with pytest.raises(AttemptTimeout):
                await attempt()

    with pytest.raises(DeadlineExceeded):
        asyncio.run(_driven(clock, woven(outer, persist)()))
    assert clock.now() == 1003.0
    assert inner.calls_timed_out == 2


def test_an_attempt_that_swallows_its_cancellation_keeps_its_answer():
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)

    async def stubborn() -> str:
        try:
            await clock.pause(5)
        except asyncio.CancelledError:
            return "saved"
        return "too late"

    async def main() -> tuple[str, int]:
        task = asyncio.current_task()
        assert task is not None
        return await woven(policy, stubborn)(), task.cancelling()

    assert asyncio.run(_driven(clock, main())) == ("saved", 0)


def test_an_error_on_the_way_out_of_a_timeout_stays_and_the_count_is_taken_back():
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)

    async def clumsy() -> None:
        try:
            await clock.pause(5)
        finally:
            raise OSError("while cleaning up")

    async def main() -> int:
        with pytest.raises(OSError, match="cleaning"):
            await woven(policy, clumsy)()
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert asyncio.run(_driven(clock, main())) == 0


@pytest.mark.parametrize("way", [0, 1])
def test_a_sync_attempt_learns_its_time_and_is_counted_when_late(way: int):
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)

    def work(seconds: float) -> float | None:
        left = remaining()
        clock.sleep(seconds)
        return left

    call = _both(policy, work)[way]
    assert call(0.5) == 1.0
    assert call(1.5) == 1.0
    assert policy.calls_late == 1
    assert remaining() is None


def test_no_attempt_begins_after_the_deadline():
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)
    calls = []
    attempt = woven(policy, lambda: calls.append(1))
    with deadline(2.0, clock=clock):
        clock.move(2.0)
        with pytest.raises(DeadlineExceeded):
            attempt()
    assert not calls


@pytest.mark.parametrize("way", [0, 1])
def test_a_thread_is_left_behind_only_on_request(way: int):
    policy = Timeout(TimeoutSettings(0.05, thread=True), "bank")
    go_on = threading.Event()
    seen: list[float | None] = []

    def hang() -> str:
        seen.append(remaining())
        go_on.wait(10)
        return "late"

    with pytest.raises(AttemptTimeout):
        _both(policy, hang)[way]()
    assert policy.threads == 1
    go_on.set()
    for _ in range(100):
        if not policy.threads:
            break
        time.sleep(0.01)
    assert policy.threads == 0
    assert 0 < (seen[0] or 0) <= 0.05


@pytest.mark.parametrize("way", [0, 1])
def test_a_call_in_a_thread_gives_its_answer_and_its_own_timeout_error(way: int):
    policy = Timeout(TimeoutSettings(5.0, thread=True), "bank")

    def work(*, fails: bool) -> int:
        if fails:
            raise TimeoutError("of its own")
        return threading.get_ident()

    call = _both(policy, work)[way]
    assert call(fails=False) != threading.get_ident()
    with pytest.raises(TimeoutError, match="of its own"):
        call(fails=True)
    assert policy.calls_timed_out == 0


def test_new_settings_hold_for_the_next_attempt():
    clock = VirtualClock()
    policy = Timeout(TimeoutSettings(1.0), "bank", clock=clock)
    policy.configure(TimeoutSettings(2.0))
    assert woven(policy, remaining)() == 2.0
