"""A second call when the first is late."""

import asyncio
import contextvars
import gc
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from surefoot.resilience.budget import Budget
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.hedge import WARM_UP, Hedge
from surefoot.resilience.settings import BudgetSettings, HedgeSettings
from surefoot.resilience.testing import After, Script, VirtualClock
from surefoot.resilience.weave import Site
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")

Make = Callable[[], Coroutine[object, object, Any]]


def _play(script: Script, clock: VirtualClock, hedge: Hedge, bad: Any = None) -> Any:
    async def main() -> Any:
        result = await clock.run(hedge.run_async(script.call_async, bad))
        await clock.advance(100.0)
        assert not hedge.running
        return result

    return asyncio.run(main())


def _hedge(clock: VirtualClock, delay: float = 1.0) -> Hedge:
    return Hedge(HedgeSettings(delay=delay), "bank", clock=clock)


def test_a_call_in_time_is_made_once():
    clock = VirtualClock()
    script = Script(After(0.5, "first"), clock=clock)
    assert _play(script, clock, hedge := _hedge(clock)) == "first"
    assert (len(script.calls), hedge.calls_hedged) == (1, 0)


def test_a_late_call_is_made_twice_and_the_first_answer_wins():
    clock = VirtualClock()
    hedge = _hedge(clock)
    assert _play(Script(After(9, "first"), After(2, "second"), clock=clock), clock, hedge) == "second"
    assert _play(Script(After(2, "first"), After(9, "second"), clock=clock), clock, hedge) == "first"
    assert hedge.state() == {"delay": 1.0, "hedged": 2, "won": 1}


@pytest.mark.parametrize("seconds", [(9, 2), (2, 9)])
def test_the_loser_is_cancelled(seconds: tuple[float, float]):
    clock = VirtualClock()
    hedge = _hedge(clock)
    ended: list[str] = []
    waits = iter(seconds)

    async def call() -> float:
        mine = next(waits)
        try:
            await clock.pause(mine)
        except asyncio.CancelledError:
            ended.append(f"cancelled {mine}")
            raise
        return mine

    async def main() -> tuple[float, int]:
        task = asyncio.current_task()
        assert task is not None
        result = await hedge.run_async(call)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return result, task.cancelling()

    async def driven() -> tuple[float, int]:
        return await clock.run(main())

    assert asyncio.run(driven()) == (2, 0)
    assert ended == ["cancelled 9"]


def test_an_error_waits_for_the_other_call_and_stands_when_that_fails_too():
    clock = VirtualClock()
    hedge = _hedge(clock)
    assert _play(Script(After(2, KeyError), After(4, "second"), clock=clock), clock, hedge) == "second"
    assert _play(Script(After(4, "first"), After(1, KeyError), clock=clock), clock, hedge) == "first"
    with pytest.raises(KeyError):
        _play(Script(After(2, KeyError), After(4, OSError), clock=clock), clock, hedge)
    with pytest.raises(KeyError):
        _play(Script(After(4, KeyError), After(1, OSError), clock=clock), clock, hedge)


def test_an_early_error_is_not_hedged():
    clock = VirtualClock()
    script = Script(After(0.5, KeyError), clock=clock)
    with pytest.raises(KeyError):
        _play(script, clock, _hedge(clock))
    assert len(script.calls) == 1


def test_a_bad_answer_does_not_win():
    clock = VirtualClock()
    hedge = _hedge(clock)

    def bad(answer: object) -> bool:
        return answer == "bad"

    assert _play(Script(After(2, "bad"), After(4, "good"), clock=clock), clock, hedge, bad) == "good"
    assert _play(Script(After(4, "good"), After(1, "bad"), clock=clock), clock, hedge, bad) == "good"
    assert _play(Script(After(2, "bad"), After(4, "bad"), clock=clock), clock, hedge, bad) == "bad"


@pytest.mark.parametrize("moment", [0.5, 1.5])
def test_cancellation_from_outside_cancels_both(moment: float):
    clock = VirtualClock()
    hedge = _hedge(clock)
    ended: list[int] = []

    async def call() -> None:
        try:
            await clock.pause(9)
        finally:
            ended.append(1)

    async def main() -> bool:
        task = asyncio.create_task(hedge.run_async(call))
        await clock.advance(moment)
        task.cancel()
        await clock.advance(0)
        return task.cancelled()

    assert asyncio.run(main())
    assert len(ended) == (1 if moment < 1 else 2)
    assert not hedge.running


def test_cancelled_while_it_waits_for_the_second_it_is_cancelled():
    clock = VirtualClock()
    hedge = _hedge(clock)
    script = Script(After(2, KeyError), After(9, "second"), clock=clock)

    async def main() -> bool:
        task = asyncio.create_task(hedge.run_async(script.call_async))
        await clock.advance(3)
        task.cancel()
        await clock.advance(0)
        return task.cancelled()

    assert asyncio.run(main())
    assert not hedge.running


def test_won_and_cancelled_at_once_it_is_cancelled():
    clock = VirtualClock()
    hedge = _hedge(clock)
    script = Script(After(9, "first"), After(1, "second"), clock=clock)

    async def main() -> bool:
        task = asyncio.create_task(hedge.run_async(script.call_async))
        await clock.advance(1)
        second = next(iter(hedge.running))
        second.add_done_callback(lambda _: task.cancel())
        await clock.advance(1)
        return task.cancelled()

    assert asyncio.run(main())


def test_a_quantile_is_believed_after_some_answers_and_does_not_sink_by_its_own_wins():
    clock = VirtualClock()
    hedge = Hedge(HedgeSettings(quantile=0.9), "bank", clock=clock)
    for number in range(WARM_UP):
        assert hedge.delay() is None
        _play(Script(After(1 + number % 10 / 10, "x"), clock=clock), clock, hedge)
    learnt = hedge.delay()
    assert learnt is not None
    assert 1.0 < learnt < 3.0
    _play(Script(After(50, "late"), After(0.1, "second"), clock=clock), clock, hedge)
    assert (hedge.delay() or 0) > learnt
    hedge.configure(HedgeSettings(quantile=0.9))
    assert hedge.delay() is not None
    hedge.configure(HedgeSettings(quantile=0.5))
    assert hedge.delay() is None


def test_the_budget_decides_and_gets_its_place_back():
    clock = VirtualClock()
    hedge = _hedge(clock)
    budget = hedge.budget = Budget(BudgetSettings(share=0.2, floor=1), "bank")
    assert _play(Script(After(9, "first"), After(2, "second"), clock=clock), clock, hedge) == "second"
    assert budget.repeating == 0
    budget.take()
    assert _play(Script(After(9, "first"), After(2, "second"), clock=clock), clock, hedge) == "first"
    assert hedge.calls_hedged == 1


def test_the_second_call_has_the_context_of_the_first():
    clock = VirtualClock()
    hedge = _hedge(clock)
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    hedge = Hedge(HedgeSettings(delay=1.0), "bank", clock=clock, hooks=hooks)
    user = contextvars.ContextVar("user", default="nobody")
    seen: list[str] = []

    async def call() -> None:
        seen.append(user.get())
        await clock.pause(9 if len(seen) == 1 else 1)

    async def main() -> None:
        user.set("ann")
        await hedge.run_async(call)

    async def driven() -> None:
        await clock.run(main())

    asyncio.run(driven())
    assert seen == ["ann", "ann"]
    assert [event.kind for event in events] == ["hedge"]


def test_only_idempotent_functions_are_hedged():
    hedge = _hedge(VirtualClock())

    async def pay() -> None: ...

    with pytest.raises(ValueError, match="idempotent=True"):
        woven(hedge, pay)
    with pytest.raises(ValueError, match="needs an executor"):
        hedge.weave(Site("_p1_", idempotent=True))
    with pytest.raises(ValueError, match="needs an executor"):
        hedge.run(int)


def test_woven_it_passes_arguments_and_judges_the_winner():
    clock = VirtualClock()
    hedge = _hedge(clock)
    script = Script(After(2, 503), After(2, 200), clock=clock)
    call = woven(hedge, script.call_async, bad=lambda status: status >= 500, idempotent=True)

    async def driven() -> Any:
        return await clock.run(call(1, two=2))

    assert asyncio.run(driven()) == 200
    assert script.calls == [((1,), {"two": 2})] * 2


def test_sync_calls_race_in_an_executor():
    with ThreadPoolExecutor(4) as executor:
        hedge = Hedge(HedgeSettings(delay=0.02), "bank", executor=executor)
        budget = hedge.budget = Budget(BudgetSettings(), "bank")
        go_on = threading.Event()
        calls: list[int] = []

        def call(kind: str) -> str:
            calls.append(1)
            if len(calls) == 1:
                go_on.wait(10)
                if kind == "error":
                    raise KeyError(kind)
                return "first"
            if kind == "second fails":
                go_on.set()
                raise OSError(kind)
            if kind == "error":
                go_on.set()
            return "second"

        protected = woven(hedge, call, idempotent=True)
        assert protected("slow") == "second"
        go_on.set()
        assert protected("fast") == "second"
        calls.clear()
        go_on.clear()
        assert protected("second fails") == "first"
        calls.clear()
        go_on.clear()
        assert protected("error") == "second"
        assert budget.repeating == 0
        assert hedge.calls_hedged == 3


def test_a_call_in_time_leaves_no_cyclic_garbage():
    hedge = Hedge(HedgeSettings(delay=5.0), "bank")

    async def call() -> None: ...

    protected = woven(hedge, call, idempotent=True)

    async def main() -> int:
        await protected()
        gc.collect()
        gc.disable()
        try:
            for _ in range(1000):
                await protected()
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(main()) == 0
