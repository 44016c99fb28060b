from typing import Any

import anyio
import anyio.lowlevel
import pytest

from surefoot.integrations.trio import pipeline_for_trio, through
from surefoot.resilience import (
    AttemptTimeout,
    BreakerOpen,
    BreakerSettings,
    BudgetSettings,
    BulkheadFull,
    BulkheadSettings,
    DeadlineExceeded,
    FallbackSettings,
    HedgeSettings,
    PipelineSettings,
    RateLimited,
    RateSettings,
    RetrySettings,
    Shed,
    ShedSettings,
    TimeoutSettings,
    remaining,
)
from surefoot.resilience.chaos import TOUCHED

pytestmark = [pytest.mark.req("RES-5"), pytest.mark.parametrize("backend", ["trio", "asyncio"])]


def run(backend: str, main: Any, *args: Any) -> Any:
    return anyio.run(main, *args, backend=backend)


def test_a_call_is_repeated_and_its_failures_open_the_breaker(backend: str):
    settings = PipelineSettings(
        "bank",
        breaker=BreakerSettings(consecutive=3, reset=60),
        retry=RetrySettings(retries=1, base=0.001),
        budget=BudgetSettings(),
    )
    pipeline = pipeline_for_trio(settings)
    calls: list[int] = []

    @through(pipeline, on=OSError)
    async def capture(order: int) -> int:
        calls.append(order)
        await anyio.lowlevel.checkpoint()
        if order < 0:
            raise OSError
        return order

    async def main() -> None:
        assert await capture(1) == 1
        with pytest.raises(OSError):  # noqa: PT011  # as it is
            await capture(-1)
        with pytest.raises(OSError):  # noqa: PT011  # as it is
            await capture(-2)
        with pytest.raises(BreakerOpen):
            await capture(1)

    run(backend, main)
    assert calls == [1, -1, -1, -2]
    state: Any = pipeline.state()["policies"]
    assert (state["breaker"]["state"], state["breaker"]["calls"]["rejected"]) == ("open", 1)
    assert (state["retry"]["calls"]["ok_first"], state["retry"]["calls"]["failed_later"]) == (1, 1)
    assert state["budget"]["in_flight"] == 0


def test_deadline_and_attempt_time_out_cancel_and_are_told(backend: str):
    settings = PipelineSettings("bank", deadline=0.2, timeout=TimeoutSettings(0.05))
    lefts: list[float | None] = []

    async def slow() -> None:
        lefts.append(remaining())
        await anyio.sleep(10)

    async def main() -> None:
        with pytest.raises(AttemptTimeout):
            await through(pipeline_for_trio(settings))(slow)()
        whole = PipelineSettings("bank", deadline=0.05, retry=RetrySettings(retries=100, base=0.01, cap=0.01))
        with pytest.raises(DeadlineExceeded):
            await through(pipeline_for_trio(whole))(slow)()
        assert remaining() is None

    run(backend, main)
    assert all(left is not None and left <= 0.05 for left in lefts)


def test_a_cancelled_call_is_no_failure_and_gives_its_place_back(backend: str):
    settings = PipelineSettings("bank", breaker=BreakerSettings(consecutive=1), bulkhead=BulkheadSettings(1))
    pipeline = pipeline_for_trio(settings)

    @through(pipeline)
    async def slow() -> None:
        await anyio.sleep(10)

    async def main() -> None:
        with anyio.move_on_after(0.02):
            await slow()

    run(backend, main)
    state: Any = pipeline.state()["policies"]
    assert state["breaker"]["calls"] == {"ok": 0, "failed": 0, "neutral": 1, "rejected": 0}
    assert state["bulkhead"]["in_flight"] == 0


def test_a_bulkhead_lets_in_by_turns_and_its_line_is_bounded(backend: str):
    settings = PipelineSettings("bank", bulkhead=BulkheadSettings(1, queue=2, wait=5.0))
    pipeline = pipeline_for_trio(settings)
    order: list[int] = []
    refused: list[int] = []

    @through(pipeline)
    async def work(number: int) -> None:
        order.append(number)
        await anyio.sleep(0.3)

    async def one(number: int) -> None:
        await anyio.sleep(number * 0.03)
        try:
            await work(number)
        except BulkheadFull:
            refused.append(number)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(one, number)

    run(backend, main)
    assert (order, refused) == ([0, 1, 2], [3, 4])
    state: Any = pipeline.state()["policies"]
    assert (state["bulkhead"]["in_flight"], state["bulkhead"]["waiting"], state["bulkhead"]["rejected"]) == (0, 0, 2)


def test_who_is_cancelled_in_line_leaves_it_and_who_waits_too_long_is_refused(backend: str):
    pipeline = pipeline_for_trio(PipelineSettings("bank", bulkhead=BulkheadSettings(1, queue=5, wait=0.05)))

    @through(pipeline)
    async def work(seconds: float) -> None:
        await anyio.sleep(seconds)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(work, 0.3)
            await anyio.sleep(0.01)
            with anyio.move_on_after(0.01):
                await work(0)
            with pytest.raises(BulkheadFull):
                await work(0)
        await work(0)

    run(backend, main)
    state: Any = pipeline.state()["policies"]
    assert (state["bulkhead"]["in_flight"], state["bulkhead"]["waiting"]) == (0, 0)


def test_a_rate_is_kept_by_waiting_or_refusing(backend: str):
    async def nothing() -> None:
        return None

    async def main() -> None:
        call = through(pipeline_for_trio(PipelineSettings("bank", rate=RateSettings(50, burst=1, wait=1))))(nothing)
        for _ in range(3):
            await call()
        call = through(pipeline_for_trio(PipelineSettings("bank", rate=RateSettings(1, per=60))))(nothing)
        await call()
        with pytest.raises(RateLimited) as told:
            await call()
        assert told.value.retry_after is not None

    run(backend, main)


def test_a_bad_result_counts_and_has_its_fallback(backend: str):
    settings = PipelineSettings("bank", fallback=(FallbackSettings("stale"), FallbackSettings("value", value=7)))

    answers = [500, 200, 500]

    @through(pipeline_for_trio(settings), bad=lambda status: status >= 500, key=lambda: 1)
    async def ask() -> int:
        await anyio.lowlevel.checkpoint()
        return answers.pop(0)

    async def main() -> list[int]:
        return [await ask() for _ in range(3)]

    TOUCHED.set("bank")  # as an experiment on a pipeline of this name left it in this context
    try:
        assert run(backend, main) == [7, 200, 200]
    finally:
        TOUCHED.set(None)


def test_without_a_fallback_a_bad_result_is_given_as_it_is(backend: str):
    pipeline = pipeline_for_trio(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))

    @through(pipeline, bad=lambda status: status >= 500)
    async def ask() -> int:
        await anyio.lowlevel.checkpoint()
        return 500

    assert run(backend, ask) == 500
    state: Any = pipeline.state()["policies"]
    assert state["breaker"]["state"] == "open"


def test_what_needs_asyncio_is_refused(backend: str):
    del backend
    with pytest.raises(ValueError, match="`hedge` needs asyncio"):
        pipeline_for_trio(PipelineSettings("bank", hedge=HedgeSettings(delay=1)))


def test_calls_that_would_fail_anyway_are_shed(backend: str):
    pipeline = pipeline_for_trio(PipelineSettings("bank", shed=ShedSettings()))

    @through(pipeline, on=OSError)
    async def fail() -> None:
        await anyio.lowlevel.checkpoint()
        raise OSError

    async def main() -> int:
        shed = 0
        for _ in range(200):
            try:
                await fail()
            except Shed:
                shed += 1
            except OSError:
                pass
        return shed

    assert run(backend, main) > 50
