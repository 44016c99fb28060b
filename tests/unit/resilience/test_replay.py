import asyncio
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    FallbackSettings,
    Pipeline,
    PipelineSettings,
    Queued,
    RetrySettings,
)
from surefoot.resilience.queue import RetryQueue
from surefoot.resilience.replay import Replayer, replayed_key
from tests.unit.resilience.moments import Moments, heard

pytestmark = pytest.mark.req("RES-4")

SETTINGS = PipelineSettings("bank", fallback=(FallbackSettings("queue"),))


class Bank:
    def __init__(self) -> None:
        self.down = True
        self.made: list[tuple[str, str | None]] = []

    def capture(self, order: str) -> str:
        if self.down:
            raise OSError("down")
        self.made.append((order, replayed_key()))
        return "done"


def protected(
    queue: RetryQueue, bank: Bank, settings: PipelineSettings = SETTINGS, clock: Moments | None = None
) -> tuple[Pipeline, Callable[[str], str]]:
    pipeline = Pipeline(settings, queue=queue, clock=clock or Moments())

    @pipeline(on=OSError)
    def capture(order: str) -> str:
        return bank.capture(order)

    @capture.replay(key=lambda order: f"order-{order}")
    def capture_later(order: str) -> None:
        bank.capture(order)

    return pipeline, capture


def now(*pipelines: Pipeline, queue: RetryQueue) -> Replayer:
    return Replayer(queue, pipelines, idle=0.001, uniform=lambda _, most: 0.0 * most)


def test_a_failed_call_is_queued_and_made_with_its_key_when_the_dependency_is_well():
    queue, bank = RetryQueue(":memory:"), Bank()
    pipeline, capture = protected(queue, bank)
    for _ in range(2):
        with pytest.raises(Queued):
            capture("a")
    replayer = now(pipeline, queue=queue)
    assert replayer.step()
    assert (replayer.calls_failed, len(queue)) == (1, 1)
    bank.down = False
    assert replayer.step()
    assert not replayer.step()
    assert bank.made == [("a", "order-a")]
    assert replayed_key() is None
    assert (replayer.calls_replayed, len(queue)) == (1, 0)


def test_a_function_without_a_key_is_refused_at_its_first_call_even_if_all_is_well():
    pipeline = Pipeline(SETTINGS, queue=RetryQueue(":memory:"))

    @pipeline(on=OSError)
    def capture() -> int:
        return 1

    with pytest.raises(ValueError, match="replay"):
        capture()
    capture.replay(key=lambda: "1")(lambda: None)
    assert capture() == 1


def test_a_queue_that_comes_with_new_settings_is_refused_for_functions_without_a_key():
    pipeline = Pipeline(PipelineSettings("bank"), queue=RetryQueue(":memory:"))

    @pipeline(on=OSError)
    def capture() -> int:
        return 1

    with pytest.raises(ValueError, match="needs a key"):
        pipeline.configure(SETTINGS)
    assert capture() == 1


def test_a_second_replay_of_one_function_is_refused():
    pipeline = Pipeline(SETTINGS, queue=RetryQueue(":memory:"))

    @pipeline(on=OSError, key=lambda: "1")
    def capture() -> None:
        return None

    capture.replay()(lambda: None)
    with pytest.raises(ValueError, match="has a replay already"):
        capture.replay()(lambda: None)


def test_nothing_is_taken_while_the_breaker_is_open():
    clock = Moments()
    queue, bank = RetryQueue(":memory:"), Bank()
    settings = PipelineSettings("bank", breaker=BreakerSettings(consecutive=1), fallback=(FallbackSettings("queue"),))
    pipeline, capture = protected(queue, bank, settings, clock)
    with pytest.raises(Queued):
        capture("a")
    replayer = now(pipeline, queue=queue)
    assert not replayer.step()
    clock.at += 30
    bank.down = False
    assert replayer.step()
    assert bank.made == [("a", "order-a")]


def test_a_refusal_during_the_replay_costs_no_try():
    queue, bank = RetryQueue(":memory:", tries=1), Bank()
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError, key=lambda order: order)
    def capture(order: str) -> str:
        return bank.capture(order)

    answers: list[Exception | None] = [BreakerOpen("bank", 0.0), BreakerOpen("bank"), None]

    @capture.replay()
    def later(_: str) -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    with pytest.raises(Queued):
        capture("a")
    replayer = now(pipeline, queue=queue)
    assert [replayer.step() for _ in range(4)] == [True, True, True, False]
    assert not queue.poisoned()


def test_a_replay_through_the_protected_function_that_fails_counts_its_tries():
    queue, bank = RetryQueue(":memory:", tries=2), Bank()
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError, key=lambda order: order)
    def capture(order: str) -> str:
        return bank.capture(order)

    capture.replay()(capture)
    with pytest.raises(Queued):
        capture("a")
    replayer = now(pipeline, queue=queue)
    assert [replayer.step() for _ in range(3)] == [True, True, False]
    assert [one.error for one in queue.poisoned()] == ["OSError: down"]


def test_calls_of_a_function_that_nobody_replays_stay():
    queue, bank = RetryQueue(":memory:"), Bank()
    pipeline, capture = protected(queue, bank)
    with pytest.raises(Queued):
        capture("a")
    pipeline.replays.clear()
    assert not now(pipeline, queue=queue).step()
    pipeline.replays["another"] = lambda: None
    assert now(pipeline, queue=queue).step()
    assert len(queue) == 1


def test_delays_grow_up_to_their_cap():
    queue, bank = RetryQueue(":memory:"), Bank()
    pipeline, capture = protected(queue, bank)
    with pytest.raises(Queued):
        capture("a")
    drawn: list[float] = []

    def draw(_: float, most: float) -> float:
        drawn.append(most)
        return 0.0

    replayer = Replayer(queue, [pipeline], uniform=draw, backoff=RetrySettings(base=1, cap=5))
    for _ in range(4):
        replayer.step()
    assert drawn == [2, 4, 5, 5]


def test_an_async_function_is_replayed_in_a_task_and_in_a_thread(tmp_path: Path):
    queue, bank = RetryQueue(tmp_path / "calls.db"), Bank()
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError)
    async def capture(order: str) -> str:
        return bank.capture(order)

    @capture.replay(key=lambda order: order)
    async def capture_later(order: str) -> None:
        await asyncio.sleep(0)
        bank.capture(order)

    async def fail(order: str) -> None:
        with pytest.raises(Queued):
            await capture(order)

    async def in_a_task() -> None:
        await fail("a")
        bank.down = False
        work = asyncio.create_task(now(pipeline, queue=queue).run())
        while len(queue):  # noqa: ASYNC110  # what is awaited is in a file
            await asyncio.sleep(0.01)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(in_a_task())
    bank.down = True
    asyncio.run(fail("b"))
    bank.down = False
    replayer = now(pipeline, queue=queue)
    replayer.start()
    with pytest.raises(RuntimeError, match="already"):
        replayer.start()
    while len(queue):
        time.sleep(0.01)
    replayer.stop()
    assert bank.made == [("a", "a"), ("b", "b")]
    queue.close()


def test_a_plain_function_does_not_block_the_loop():
    queue, bank = RetryQueue(":memory:"), Bank()
    pipeline, capture = protected(queue, bank)
    with pytest.raises(Queued):
        capture("a")
    threads: list[str | None] = []
    pipeline.replays = dict.fromkeys(pipeline.replays, lambda _: threads.append(threading.current_thread().name))
    assert asyncio.run(now(pipeline, queue=queue).step_async())
    assert threads != ["MainThread"]


def test_a_cancelled_replay_comes_again_at_once():
    queue, bank = RetryQueue(":memory:"), Bank()
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError, key=lambda order: order)
    async def capture(order: str) -> str:
        return bank.capture(order)

    capture.replay()(lambda _: asyncio.sleep(0))

    @asyncio.run
    @lambda run: run()
    async def _() -> None:
        with pytest.raises(Queued):
            await capture("a")

        async def hang(_: str) -> None:
            await asyncio.sleep(60)

        pipeline.replays = dict.fromkeys(pipeline.replays, hang)
        step = asyncio.create_task(now(pipeline, queue=queue).step_async())
        await asyncio.sleep(0.1)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step

    again = queue.take()
    assert again is not None
    assert (again.key, again.error) == ("a", "cancelled")


def test_a_file_that_ails_is_told_and_the_worker_goes_on(monkeypatch: pytest.MonkeyPatch):
    hooks, events = heard()
    queue, bank = RetryQueue(":memory:", hooks=hooks), Bank()
    pipeline, capture = protected(queue, bank)
    with pytest.raises(Queued):
        capture("a")
    bank.down = False
    take, broken = queue.take, [True]

    def fragile(names: tuple[str, ...] | None = None) -> object:
        if broken.pop() if broken else False:
            raise sqlite3.OperationalError("disk I/O error")
        return take(names)

    monkeypatch.setattr(queue, "take", fragile)
    replayer = now(pipeline, queue=queue)
    replayer.start()
    while len(queue):
        time.sleep(0.01)
    replayer.stop()
    assert [dict(event.detail)["change"] for event in events] == ["put", "unusable", "replayed"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_replay_that_a_substitute_answers_was_not_made(asynchronous: bool):  # noqa: FBT001  # pytest's
    queue = RetryQueue(":memory:")
    pipeline = Pipeline(SETTINGS, queue=queue)
    fail = OSError("down")

    @pipeline(on=OSError, key=lambda: 1)
    def capture() -> None:
        raise fail

    capture.replay()(capture)
    with pytest.raises(Queued):
        capture()
    pipeline.configure(PipelineSettings("bank", fallback=(FallbackSettings("value", value=7),)))
    replayer = now(pipeline, queue=queue)
    assert asyncio.run(replayer.step_async()) if asynchronous else replayer.step()
    entry = queue.take()
    assert entry is not None
    assert entry.error == "Substituted: answered by a value after OSError"


def _die_in_the_midst(path: Path, made: Path) -> None:
    queue = RetryQueue(path)
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError)
    def capture(order: str) -> None:
        raise OSError(order)

    @capture.replay(key=lambda order: f"order-{order}")
    def later(_: str) -> None:
        with made.open("a") as log:
            log.write(f"{replayed_key()}\n")
        os.kill(os.getpid(), signal.SIGKILL)  # the call was made; the entry is not deleted yet

    if not len(queue):
        with pytest.raises(Queued):
            capture("a")
    Replayer(queue, [pipeline]).step()


def test_kill_9_between_call_and_delete_repeats_the_call_with_the_same_key(tmp_path: Path):
    path, made = tmp_path / "calls.db", tmp_path / "made.log"
    spawn = multiprocessing.get_context("spawn")
    for _ in range(2):
        child = spawn.Process(target=_die_in_the_midst, args=(path, made))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE calls SET held_until = 0")  # as if its holder had been silent long enough
    assert made.read_text().split() == ["order-a", "order-a"]
    queue, bank = RetryQueue(path), Bank()
    bank.down = False
    pipeline = Pipeline(SETTINGS, queue=queue)

    @pipeline(on=OSError, key=lambda order: order)
    def capture(order: str) -> str:
        return bank.capture(order)

    capture.replay()(bank.capture)
    pipeline.replays = dict.fromkeys(("_die_in_the_midst.<locals>.capture",), bank.capture)
    assert Replayer(queue, [pipeline]).step()
    assert bank.made == [("a", "order-a")]
    assert len(queue) == 0
    queue.close()
