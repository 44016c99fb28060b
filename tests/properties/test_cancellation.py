"""Cancelled at whatever moment, a call through all policies leaves nothing taken, armed or running."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.hedge import Hedge
from surefoot.resilience.limiter import RateLimiter
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BudgetSettings,
    BulkheadSettings,
    HedgeSettings,
    PipelineSettings,
    RateSettings,
    TimeoutSettings,
)
from surefoot.resilience.testing import After, Script, VirtualClock
from surefoot.resilience.wheel import wheel

pytestmark = pytest.mark.req("RES-3")

outcomes = st.lists(
    st.builds(After, st.sampled_from([0.0, 0.5, 1.5, 6.0]), st.sampled_from(["good", OSError, KeyError])),
    min_size=1,
    max_size=8,
)
moments = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.25, 1.0, 4.0])), max_size=6)


def _settings(*, adaptive: bool) -> PipelineSettings:
    limit: dict[str, Any] = {"bulkhead": BulkheadSettings(2, queue=3, wait=2.0)}
    if adaptive:
        limit = {"adaptive": AdaptiveSettings(2, 4, queue=3, wait=2.0)}
    return PipelineSettings(
        "bank",
        deadline=9.0,
        timeout=TimeoutSettings(5.0),
        hedge=HedgeSettings(delay=1.0),
        budget=BudgetSettings(),
        rate=RateSettings(4, 1.0, wait=3.0),
        **limit,
    )


async def _play(pipeline: Pipeline, script: Script, clock: VirtualClock, moments: list[tuple[int, float]]) -> None:
    call = pipeline(idempotent=True)(script.call_async)
    tasks = [asyncio.ensure_future(call()) for _ in range(5)]
    await asyncio.sleep(0)
    for who, seconds in moments:
        tasks[who].cancel()
        await clock.advance(seconds)
    await clock.advance(60.0)
    for number, task in enumerate(tasks):
        assert task.done()
        assert task.cancelled() or isinstance(task.exception(), Exception | None)
        assert task.cancelled() <= (number in {who for who, _ in moments})


def _assert_idle(pipeline: Pipeline) -> None:
    policies = pipeline.policies
    state: Any = pipeline.state()["policies"]
    hedge, rate = policies["hedge"], policies["rate"]
    assert isinstance(hedge, Hedge)
    assert isinstance(rate, RateLimiter)
    assert not hedge.running
    assert state["budget"] == {"in_flight": 0, "repeating": 0, "refused": state["budget"]["refused"]}
    assert state["rate"]["waiting_threads"] == 0
    assert state["rate"]["available_permissions"] == 4
    door = state.get("bulkhead") or state["adaptive"]
    assert (door["in_flight"], door["waiting"]) == (0, 0)
    assert door["available_concurrent_calls"] == door["max_allowed_concurrent_calls"]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding
@given(outcomes=outcomes, moments=moments, adaptive=st.booleans())
def test_cancellation_at_any_moment_leaves_nothing_behind(
    outcomes: list[After], moments: list[tuple[int, float]], *, adaptive: bool
):
    clock = VirtualClock()
    pipeline = Pipeline(_settings(adaptive=adaptive), clock=clock)
    asyncio.run(_play(pipeline, Script(*outcomes, clock=clock), clock, moments))
    _assert_idle(pipeline)


@pytest.mark.parametrize("turns", range(40))
def test_cancellation_at_every_await_leaves_nothing_behind(turns: int):
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    settings = PipelineSettings(
        "bank",
        deadline=9.0,
        timeout=TimeoutSettings(5.0),
        hedge=HedgeSettings(delay=0.001),
        rate=RateSettings(1000, 1.0, burst=1, wait=3.0),
        bulkhead=BulkheadSettings(2, queue=9, wait=2.0),
    )
    pipeline = Pipeline(settings, hooks=hooks)

    @pipeline(idempotent=True)
    async def call() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        await asyncio.sleep(0.002)

    async def main() -> int:
        others = [asyncio.ensure_future(call()) for _ in range(3)]
        task = asyncio.ensure_future(call())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task, *others))
        assert all(other.exception() is None for other in others)
        await asyncio.sleep(0.005)
        return sum(map(len, wheel(asyncio.get_running_loop()).values()))

    assert asyncio.run(main()) == 0
    bulkhead = pipeline.policies["bulkhead"]
    assert isinstance(bulkhead, Bulkhead)
    assert (bulkhead.places.busy, bulkhead.places.waiting) == (0, 0)
    assert not [event for event in events if event.kind == "timeout"]
