"""What is answered instead."""

import asyncio
from typing import Any

import pytest

from surefoot.resilience.chaos import Chaos, Fault
from surefoot.resilience.degradation import degradations, degraded
from surefoot.resilience.errors import BreakerOpen, BulkheadFull, DeadlineExceeded, Queued, RateLimited, Shed
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.fallback import Call, Fallback
from surefoot.resilience.settings import FallbackSettings
from surefoot.resilience.testing import Script, VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-4")

STALE = FallbackSettings("stale", stale=300.0)
VALUE = FallbackSettings("value", value=["nothing"])
QUEUE = FallbackSettings("queue")
ORIGIN = FallbackSettings("alternative", alternative="origin")


class Memory:
    """A queue; a real one survives the process."""

    def __init__(self) -> None:
        self.kept: dict[str, Call] = {}

    def put(self, key: str, call: Call) -> None:
        self.kept.setdefault(key, call)


class AsyncMemory(Memory):
    async def put(self, key: str, call: Call) -> None:  # type: ignore[override]  # as the protocol allows
        await asyncio.sleep(0)
        super().put(key, call)


def _fallback(*settings: FallbackSettings, clock: VirtualClock | None = None, hooks: Hooks | None = None) -> Fallback:
    policy = Fallback(settings, "bank", clock=clock or VirtualClock(), hooks=hooks)
    policy.user_sees = "yesterday's prices"
    return policy


def _run(call: Any, *args: object, asynchronous: bool) -> Any:
    return asyncio.run(call(*args)) if asynchronous else call(*args)


def _woven(policy: Fallback, script: Script, *, asynchronous: bool, **site: Any) -> Any:
    return woven(policy, script.call_async if asynchronous else script, **site)


BOTH = pytest.mark.parametrize("asynchronous", [False, True])


@BOTH
def test_the_last_good_answer_of_the_same_key_is_given_while_fresh_enough(*, asynchronous: bool):
    clock = VirtualClock()
    policy = _fallback(STALE, clock=clock)
    call = _woven(policy, Script("one", "two", OSError), asynchronous=asynchronous)
    assert [_run(call, key, asynchronous=asynchronous) for key in (1, 2)] == ["one", "two"]
    clock.move(300.0)
    with degradations() as marks:
        assert [_run(call, key, asynchronous=asynchronous) for key in (1, 2)] == ["one", "two"]
    assert [(mark.kind, mark.age, mark.user_sees) for mark in marks] == [("stale", 300.0, "yesterday's prices")] * 2
    with pytest.raises(OSError, match=r"^$"):
        _run(call, 3, asynchronous=asynchronous)
    clock.move(0.1)
    with pytest.raises(OSError, match=r"^$"):
        _run(call, 1, asynchronous=asynchronous)
    assert policy.state() == {
        "kinds": ["stale"],
        "answered": {"stale": 2, "value": 0, "queue": 0, "alternative": 0},
        "unanswered": 2,
        "kept": 1,
        "user_sees": "yesterday's prices",
    }


@BOTH
@pytest.mark.parametrize(
    "error",
    [OSError, BreakerOpen("bank"), RateLimited("bank"), BulkheadFull("bank"), Shed("bank"), DeadlineExceeded("x")],
)
def test_failures_and_refusals_fall_back_and_are_told(*, asynchronous: bool, error: Any):
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    policy = _fallback(VALUE, hooks=hooks)
    call = _woven(policy, Script(error), asynchronous=asynchronous)
    assert _run(call, asynchronous=asynchronous) == ["nothing"]
    name = error.__name__ if isinstance(error, type) else type(error).__name__
    assert [event.kind for event in events] == ["fallback"]
    assert dict(events[0].detail) == {"fallback": "value", "error.type": name, "user_sees": "yesterday's prices"}


@BOTH
@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt, asyncio.CancelledError])
def test_ignored_errors_and_cancellations_do_not_fall_back(*, asynchronous: bool, error: type[BaseException]):
    policy = _fallback(VALUE)
    call = _woven(policy, Script(error), asynchronous=asynchronous, ignore=LookupError)
    with pytest.raises(error):
        _run(call, asynchronous=asynchronous)
    assert policy.calls["value"] == policy.calls_unanswered == 0


def test_a_value_is_given_anew_each_time():
    call = woven(_fallback(VALUE), Script(OSError))
    call().append("more")
    assert call() == ["nothing"]


@BOTH
def test_a_bad_result_falls_back_and_is_not_kept(*, asynchronous: bool):
    policy = _fallback(STALE)
    script = Script(200, 503)
    call = _woven(policy, script, asynchronous=asynchronous, bad=lambda status: status >= 500)
    assert [_run(call, asynchronous=asynchronous) for _ in range(2)] == [200, 200]
    alone = _woven(_fallback(STALE), Script(503), asynchronous=asynchronous, bad=lambda status: status >= 500)
    assert _run(alone, asynchronous=asynchronous) == 503


@BOTH
def test_another_source_is_asked_with_the_same_arguments_and_the_next_when_it_fails(*, asynchronous: bool):
    policy = _fallback(ORIGIN, VALUE)
    origin = Script("from the origin", KeyError("gone"))
    source = origin.call_async if asynchronous else origin
    call = _woven(policy, Script(OSError), asynchronous=asynchronous, alternatives={"origin": source})
    assert _run(call, 7, asynchronous=asynchronous) == "from the origin"
    assert origin.calls == [((7,), {})]
    assert _run(call, 8, asynchronous=asynchronous) == ["nothing"]
    assert policy.calls == {"stale": 0, "value": 1, "queue": 0, "alternative": 1}


@BOTH
def test_what_failed_on_the_way_is_noted_on_the_error(*, asynchronous: bool):
    origin = Script(KeyError("gone"))
    source = origin.call_async if asynchronous else origin
    call = _woven(
        _fallback(ORIGIN), Script(OSError("down")), asynchronous=asynchronous, alternatives={"origin": source}
    )
    with pytest.raises(OSError, match="down") as failed:
        _run(call, asynchronous=asynchronous)
    assert failed.value.__notes__ == ["fallback alternative: KeyError: 'gone'"]


@pytest.mark.parametrize(("asynchronous", "queue"), [(False, Memory()), (True, Memory()), (True, AsyncMemory())])
def test_a_call_is_queued_under_its_key_and_the_caller_told(*, asynchronous: bool, queue: Any):
    policy = _fallback(QUEUE)
    policy.queue = queue
    call = _woven(policy, Script(OSError), asynchronous=asynchronous, key=lambda order: order * 10)
    with degradations() as marks, pytest.raises(Queued) as told:
        _run(call, 4, asynchronous=asynchronous)
    assert isinstance(told.value.__cause__, OSError)
    assert [mark.kind for mark in marks] == ["queue"]
    assert queue.kept.keys() == {"40"}
    assert (queue.kept["40"].name, queue.kept["40"].args) == ("bank", (4,))


def test_a_queue_without_a_key_is_found_before_the_first_outage():
    script = Script("fine")
    call = woven(_fallback(QUEUE), script)
    with pytest.raises(ValueError, match="key"):
        call()
    assert not script.calls


def test_another_source_must_be_given():
    with pytest.raises(ValueError, match="'origin': give it in `alternatives=`"):
        woven(_fallback(ORIGIN), Script(OSError))


def test_without_a_queue_the_error_says_so():
    call = woven(_fallback(QUEUE), Script(OSError("down")), key=lambda: 1)
    with pytest.raises(OSError, match="down") as failed:
        call()
    assert "set the `queue`" in failed.value.__notes__[0]


def test_an_async_queue_does_not_serve_plain_functions():
    policy = _fallback(QUEUE)
    policy.queue = AsyncMemory()
    call = woven(policy, Script(OSError("down")), key=lambda: 1)
    with pytest.raises(OSError, match="down") as failed:
        call()
    assert "TypeError" in failed.value.__notes__[0]


def test_two_functions_of_one_dependency_do_not_share_answers():
    policy = _fallback(STALE)
    woven(policy, Script("one"))(1)
    with pytest.raises(OSError, match=r"^$"):
        woven(policy, Script(OSError))(1)


@BOTH
def test_what_an_experiment_touched_never_enters_the_stale_cache(*, asynchronous: bool):
    clock = VirtualClock()
    policy = _fallback(STALE, clock=clock)
    chaos = Chaos(settings=True, name="bank", clock=clock)
    script = Script("right")
    inner = woven(chaos, script.call_async if asynchronous else script, clock=clock)
    call = woven(policy, inner)
    chaos.arm(Fault(expires=60.0, cap=1, result=lambda _: "wrong"))
    assert _run(call, 1, asynchronous=asynchronous) == "wrong"
    assert len(policy.stale) == 0
    assert _run(call, 1, asynchronous=asynchronous) == "right"
    assert len(policy.stale) == 1


def test_the_touch_of_an_earlier_call_says_nothing_about_the_next():
    clock = VirtualClock()
    chaos = Chaos(settings=True, name="bank", clock=clock)
    chaos.arm(Fault(expires=60.0, cap=1, result=lambda _: "wrong"))
    assert woven(chaos, Script("right"), clock=clock)() == "wrong"
    policy = _fallback(STALE, clock=clock)
    assert woven(policy, Script("right"))(1) == "right"
    assert len(policy.stale) == 1


def test_new_settings_keep_the_answers():
    policy = _fallback(STALE)
    script = Script("one", OSError)
    woven(policy, script)(1)
    policy.configure((STALE, VALUE))
    assert woven(policy, script)(1) == "one"
    assert degraded() is not None
