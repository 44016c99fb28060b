"""Faults on purpose."""

import asyncio
import threading
from typing import Any

import pytest

from surefoot.resilience.chaos import Chaos, Fault, touched
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.hedge import Hedge
from surefoot.resilience.settings import HedgeSettings
from surefoot.resilience.testing import After, Script, VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-6")

BOTH = pytest.mark.parametrize("asynchronous", [False, True])


class Bench:
    """A dependency under experiment."""

    def __init__(self, *, asynchronous: bool, bad: Any = None) -> None:
        self.clock = VirtualClock()
        self.events: list[Event] = []
        hooks = Hooks()
        hooks.add(self.events.append)
        self.chaos = Chaos(settings=True, name="bank", clock=self.clock, hooks=hooks)
        self.script = Script("right", clock=self.clock)
        self.asynchronous = asynchronous
        target = self.script.call_async if asynchronous else self.script
        self._call = woven(self.chaos, target, clock=self.clock, bad=bad)

    def call(self, *args: object) -> Any:
        if not self.asynchronous:
            return self._call(*args)

        async def driven() -> Any:
            return await self.clock.run(self._call(*args))

        return asyncio.run(driven())


@BOTH
def test_latency_comes_before_the_call(*, asynchronous: bool):
    bench = Bench(asynchronous=asynchronous)
    bench.chaos.arm(Fault(expires=60.0, cap=9, latency=2.5))
    assert bench.call() == "right"
    assert bench.clock.now() == 1002.5


@BOTH
def test_an_error_comes_instead_of_the_call_and_says_whence(*, asynchronous: bool):
    bench = Bench(asynchronous=asynchronous)
    bench.chaos.arm(Fault(expires=60.0, cap=9, error=ConnectionResetError))
    with pytest.raises(ConnectionResetError) as injected:
        bench.call()
    assert injected.value.__notes__ == ["injected: an experiment runs on bank"]
    assert not bench.script.calls


@BOTH
def test_an_abort_loses_the_answer_of_a_call_that_was_made(*, asynchronous: bool):
    bench = Bench(asynchronous=asynchronous)
    bench.chaos.arm(Fault(expires=60.0, cap=9, abort=True))
    with pytest.raises(ConnectionAbortedError):
        bench.call()
    assert len(bench.script.calls) == 1


@BOTH
def test_a_wrong_result_is_judged_as_any_other(*, asynchronous: bool):
    judged: list[object] = []

    def bad(result: object) -> bool:
        judged.append(result)
        return False

    bench = Bench(asynchronous=asynchronous, bad=bad)
    bench.chaos.arm(Fault(expires=60.0, cap=9, result=lambda right: f"not {right}"))
    assert bench.call() == "not right"
    assert judged == ["right", "not right"]


def test_the_same_seed_strikes_the_same_calls_at_about_the_rate():
    def struck(seed: int) -> list[bool]:
        bench = Bench(asynchronous=False)
        bench.chaos.arm(Fault(expires=60.0, cap=1000, result=lambda _: "wrong", rate=0.3, seed=seed))
        return [bench.call() == "wrong" for _ in range(1000)]

    assert struck(1) == struck(1) != struck(2)
    assert 230 < sum(struck(1)) < 370


def test_the_predicate_chooses_calls_by_their_arguments():
    bench = Bench(asynchronous=False)
    bench.chaos.arm(Fault(expires=60.0, cap=9, result=lambda _: "wrong", when=lambda user: user == "canary"))
    assert [bench.call(user) for user in ("ann", "canary")] == ["right", "wrong"]


def test_the_cap_ends_the_experiment():
    bench = Bench(asynchronous=False)
    changes: list[bool] = []
    bench.chaos.on_change = lambda: changes.append(bench.chaos.armed)
    bench.chaos.arm(Fault(expires=60.0, cap=2, result=lambda _: "wrong"))
    assert [bench.call() for _ in range(4)] == ["wrong", "wrong", "right", "right"]
    assert changes == [True, False]
    assert bench.chaos.calls_touched == 2


def test_threads_together_do_not_exceed_the_cap():
    bench = Bench(asynchronous=False)
    bench.chaos.arm(Fault(expires=60.0, cap=100, result=lambda _: "wrong"))
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.extend(bench.call() for _ in range(100))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("wrong") == 100


def test_an_experiment_that_nobody_renews_ends_itself():
    bench = Bench(asynchronous=False)
    bench.chaos.arm(Fault(expires=10.0, cap=99, result=lambda _: "wrong"))
    bench.clock.move(9.0)
    assert bench.chaos.renew()
    bench.clock.move(9.9)
    assert bench.call() == "wrong"
    bench.clock.move(0.1)
    assert bench.call() == "right"
    assert not bench.chaos.armed
    assert not bench.chaos.renew()
    assert bench.chaos.state() == {"allowed": True, "running": None, "touched": 1}


def test_one_experiment_at_a_time_and_only_where_allowed():
    fault = Fault(expires=10.0, cap=1, abort=True)
    chaos = Chaos(settings=False, name="bank", clock=VirtualClock())
    with pytest.raises(ValueError, match="chaos: true"):
        chaos.arm(fault)
    chaos.configure(settings=True)
    chaos.arm(fault)
    assert chaos.state()["running"] == {"fault": "abort", "seconds": 10.0, "calls": 1}
    with pytest.raises(ValueError, match="disarm it first"):
        chaos.arm(fault)
    chaos.configure(settings=False)
    assert not chaos.armed


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"expires": 0.0}, "ends by itself"),
        ({"expires": float("inf")}, "ends by itself"),
        ({"cap": 0}, "from 1"),
        ({"rate": 0.0}, "above 0 and at most 1"),
        ({"latency": -1.0}, "0 or more"),
        ({"abort": False}, "needs `latency`"),
    ],
)
def test_a_fault_without_bounds_is_refused(wrong: dict[str, Any], cure: str):
    settings: dict[str, Any] = {"expires": 1.0, "cap": 1, "abort": True, **wrong}
    with pytest.raises(ValueError, match=cure):
        Fault(**settings)


def test_touched_tells_of_the_latest_attempt_and_every_strike_is_an_event():
    bench = Bench(asynchronous=False)
    bench.chaos.arm(Fault(expires=10.0, cap=1, latency=0.1, abort=True))
    with pytest.raises(ConnectionAbortedError):
        bench.call()
    assert touched("bank")
    assert not touched("shop")
    bench.call()
    assert not touched("bank")
    details = [dict(event.detail) for event in bench.events]
    assert details == [{"change": "armed"}, {"fault": "latency+abort"}, {"change": "disarmed"}]


def test_the_winner_of_a_race_brings_its_touch_along():
    clock = VirtualClock()
    chaos = Chaos(settings=True, name="bank", clock=clock)
    script = Script(After(9, "first"), After(1, "second"), clock=clock)
    call = woven(Hedge(HedgeSettings(delay=1.0), "bank", clock=clock), woven(chaos, script.call_async), idempotent=True)
    strikes = iter([False, True])
    chaos.arm(Fault(expires=60.0, cap=9, result=lambda _: "wrong", when=lambda: next(strikes)))

    async def main() -> tuple[object, bool]:
        return await call(), touched("bank")

    async def driven() -> tuple[object, bool]:
        return await clock.run(main())

    assert asyncio.run(driven()) == ("wrong", True)
