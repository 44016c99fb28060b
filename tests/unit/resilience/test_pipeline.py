import asyncio
import contextvars
import linecache
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from surefoot.resilience.chaos import Fault
from surefoot.resilience.deadline import remaining
from surefoot.resilience.errors import AttemptTimeout, BreakerOpen, BulkheadFull, DeadlineExceeded, RateLimited
from surefoot.resilience.pipeline import Pipeline, protect
from surefoot.resilience.policies import ORDER
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    FallbackSettings,
    HedgeSettings,
    Mode,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    ShedSettings,
    TimeoutSettings,
)
from tests.unit.resilience.moments import Moments, told

pytestmark = pytest.mark.req("RES-5")

ALL = PipelineSettings(
    "payment-api",
    deadline=2.0,
    timeout=TimeoutSettings(0.6),
    retry=RetrySettings(retries=2, base=0.001, cap=0.01),
    budget=BudgetSettings(),
    breaker=BreakerSettings(share=0.5, window=10),
    bulkhead=BulkheadSettings(20, queue=50),
    rate=RateSettings(10**6),
    shed=ShedSettings(),
    fallback=(FallbackSettings("stale"), FallbackSettings("value", value="none")),
    user_sees="delayed confirmation",
    chaos=True,
)


def source(function: Any) -> str:
    return "".join(linecache.getlines(function.__code__.co_filename))


def test_the_policies_stand_in_the_fixed_order():
    hedged = PipelineSettings(
        "x", hedge=HedgeSettings(delay=1), adaptive=AdaptiveSettings(1, 9), bulkhead=None, timeout=TimeoutSettings()
    )
    assert list(Pipeline(ALL).policies) == [kind for kind in ORDER if kind not in ("hedge", "adaptive")]
    assert list(Pipeline(hedged).policies) == ["adaptive", "hedge", "timeout"]
    assert " ".join(ORDER) == ("fallback deadline shed adaptive budget retry hedge rate breaker bulkhead timeout chaos")


def test_a_call_goes_through_all_policies_sync_and_async():
    pipeline = Pipeline(replace(ALL, shed=None))  # it draws lots
    left: list[Any] = []

    def bare(fail: Any) -> str:
        left.append(remaining())
        if fail:
            raise ConnectionError
        return "good"

    call = pipeline(bare)

    @pipeline
    async def later(fail):
        return bare(fail)

    assert call(fail=False) == "good"
    assert asyncio.run(later(fail=False)) == "good"
    assert call(fail=True) == "none"
    assert asyncio.run(later(fail=True)) == "none"
    assert len(left) == 8
    assert all(0 < seconds <= 2 for seconds in left)
    assert pipeline.state()["user_sees"] == "delayed confirmation"
    assert told(pipeline, "retry")["calls"] == {"ok_first": 2, "ok_later": 0, "failed_first": 0, "failed_later": 2}
    assert told(pipeline, "breaker")["calls"] == {"ok": 2, "failed": 6, "neutral": 0, "rejected": 0}


def test_absent_policies_emit_nothing():
    @protect("dep")
    def call(value):
        return value

    assert source(call) == "def call(value):\n    _result = _call(value)\n    return _result\n"


def test_every_attempt_pays_the_rate_limiter_and_a_refusal_spares_the_breaker():
    pipeline = protect(
        "dep", rate=RateSettings(2, per=60), retry=RetrySettings(base=0.001), breaker=BreakerSettings(consecutive=9)
    )

    @pipeline
    def call():
        raise OSError

    with pytest.raises(RateLimited):
        call()
    assert told(pipeline, "breaker")["calls"]["failed"] == 2


def test_our_own_queue_is_not_the_slowness_of_the_dependency():
    pipeline = protect(
        "dep",
        bulkhead=BulkheadSettings(1, queue=9, wait=5),
        breaker=BreakerSettings(consecutive=9, min_calls=4, slow_share=0.1, slow_over=0.09),
    )

    @pipeline
    async def call():
        await asyncio.sleep(0.03)

    async def main() -> None:
        await asyncio.gather(*(call() for _ in range(6)))

    asyncio.run(main())
    assert told(pipeline, "breaker")["buffered"] == {"calls": 6, "failed": 0, "slow": 0}


def test_an_attempt_timeout_counts_and_a_deadline_does_not():
    pipeline = protect("dep", timeout=TimeoutSettings(0.02), breaker=BreakerSettings())
    hurried = protect("dep", deadline=0.02, breaker=BreakerSettings())

    async def hang():
        await asyncio.sleep(60)

    with pytest.raises(AttemptTimeout):
        asyncio.run(pipeline(on=ConnectionError)(hang)())
    with pytest.raises(DeadlineExceeded):
        asyncio.run(hurried(hang)())
    assert told(pipeline, "breaker")["calls"]["failed"] == 1
    assert told(hurried, "breaker")["calls"]["failed"] == 0


def test_a_full_bulkhead_inside_gives_the_trial_back():
    clock = Moments()
    settings = PipelineSettings(
        "dep", breaker=BreakerSettings(consecutive=1, half_open=1), bulkhead=BulkheadSettings(1)
    )
    pipeline = Pipeline(settings, clock=clock)

    @pipeline
    def call(inner=None, error=None):
        if inner is not None:
            inner()
        if error is not None:
            raise error

    with pytest.raises(OSError, match=r"^$"):
        call(error=OSError())
    clock.at += 30
    bulkhead: Any = pipeline.policies["bulkhead"]
    with bulkhead.once(), pytest.raises(BulkheadFull):
        call()
    call()
    assert told(pipeline, "breaker")["state"] == "closed"


# call and attempt


def test_call_protects_what_cannot_be_decorated():
    pipeline = protect("dep", breaker=BreakerSettings(consecutive=1))

    async def double(value):
        return value * 2

    assert pipeline.call(int, "7") == 7
    assert asyncio.run(pipeline.call(double, value=2)) == 4
    with pytest.raises(ValueError, match="invalid literal"):
        pipeline.call(int, "x")
    with pytest.raises(BreakerOpen):
        pipeline.call(int, "7")


def test_bare_and_full_decoration_are_the_same():
    pipeline = protect("dep", breaker=BreakerSettings())
    assert source(pipeline(len)) == source(pipeline()(len))


def test_a_call_in_another_context_has_its_own_deadline():
    pipeline = protect("dep", deadline=5)
    seen = []

    @pipeline
    def call():
        seen.append(remaining())
        thread = threading.Thread(target=lambda: seen.append(remaining()))
        thread.start()
        thread.join()
        contextvars.copy_context().run(lambda: seen.append(remaining()))

    call()
    seen.append(remaining())
    assert [left is None for left in seen] == [False, True, False, True]


# configuration at run time


def test_configuring_keeps_state_and_reaches_decorated_functions():
    pipeline = protect("dep", breaker=BreakerSettings(consecutive=1))

    @pipeline
    def call(error=None):
        if error is not None:
            raise error
        return "good"

    same = call
    with pytest.raises(OSError, match=r"^$"):
        call(OSError())
    pipeline.configure(PipelineSettings("dep", breaker=BreakerSettings(consecutive=2), retry=RetrySettings(retries=1)))
    with pytest.raises(BreakerOpen):
        call()
    assert "_call()" not in source(call)
    assert "while True:" in source(call)
    pipeline.configure(PipelineSettings("dep"))
    assert call() == "good"
    assert call is same
    assert "while True:" not in source(call)


def test_running_calls_end_in_the_old_code():
    pipeline = protect("dep", bulkhead=BulkheadSettings(1), breaker=BreakerSettings())
    inside, on = threading.Event(), threading.Event()

    @pipeline
    def call():
        inside.set()
        on.wait(5)
        return "good"

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        inside.wait(5)
        pipeline.configure(PipelineSettings("dep", retry=RetrySettings()))
        on.set()
        assert running.result(5) == "good"
        assert call() == "good"


def test_configuring_under_load_loses_no_call():
    pipeline = protect("dep", breaker=BreakerSettings(share=1.0, calls=50))
    stop = threading.Event()

    @pipeline
    def call(value):
        return value

    def work(_):
        calls = 0
        while not stop.is_set():
            assert call(7) == 7
            calls += 1
        return calls

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(work, index) for index in range(4)]
            for turn in range(30):
                retry = RetrySettings() if turn % 2 else None
                pipeline.configure(
                    PipelineSettings(
                        "dep",
                        breaker=BreakerSettings(share=1.0, calls=50 + turn),
                        retry=retry,
                        budget=BudgetSettings() if turn % 3 else None,
                        bulkhead=BulkheadSettings(9) if turn % 5 else None,
                    )
                )
            stop.set()
            calls = sum(future.result(10) for future in done)
    finally:
        sys.setswitchinterval(interval)
    assert told(pipeline, "breaker")["calls"]["ok"] == calls


def test_settings_of_another_dependency_are_refused():
    with pytest.raises(ValueError, match="'other' given to the pipeline of 'dep'"):
        protect("dep").configure(PipelineSettings("other"))


def test_settings_that_a_decoration_cannot_meet_change_nothing():
    pipeline = protect("dep", breaker=BreakerSettings())

    @pipeline
    async def call():
        return 1

    with pytest.raises(ValueError, match="idempotent=True"):
        pipeline.configure(PipelineSettings("dep", hedge=HedgeSettings(delay=1)))
    assert list(pipeline.policies) == ["breaker"]
    assert asyncio.run(call()) == 1


def test_modes_of_the_breaker_are_settings_too():
    pipeline = protect("dep", breaker=BreakerSettings())
    call = pipeline(len)
    pipeline.configure(PipelineSettings("dep", breaker=BreakerSettings(mode=Mode.FORCED_OPEN)))
    with pytest.raises(BreakerOpen):
        call("a")


# chaos


@pytest.mark.req("RES-6")
def test_faults_are_compiled_in_only_while_an_experiment_runs():
    pipeline = Pipeline(PipelineSettings("dep", breaker=BreakerSettings(), chaos=True))
    assert pipeline.chaos is not None
    assert pipeline.breaker is not None

    @pipeline
    def call():
        return "good"

    calm = source(call)
    pipeline.chaos.arm(Fault(expires=60, cap=2, error=ConnectionError))
    assert source(call) != calm
    for _ in range(2):
        with pytest.raises(ConnectionError):
            call()
    assert call() == "good"  # the cap is reached
    assert source(call) == calm
    assert pipeline.breaker.calls_failed == 2
