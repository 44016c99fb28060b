"""Makes the calls of a queue, when their dependency is well again: in a thread, or in a task.

What runs is the function that the user gave by `@capture.replay(key=…)`. It gets the arguments of the call; its key is
`replayed_key()`, the same at each repetition. While the breaker is open nothing is taken.
"""

import asyncio
import inspect
import random  # noqa: TID251  # scatters the repetitions, unless a generator is given
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from contextvars import ContextVar
from typing import cast

from surefoot.resilience.clock import SYSTEM
from surefoot.resilience.degradation import Degraded, degradations
from surefoot.resilience.errors import Queued, Rejected
from surefoot.resilience.events import Event
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.queue import Entry, RetryQueue
from surefoot.resilience.settings import RetrySettings

_KEY: ContextVar[str | None] = ContextVar("surefoot_replayed_key", default=None)
_BACKOFF = RetrySettings(base=1.0, cap=600.0)


def replayed_key() -> str | None:
    """Give the key of the call that is being replayed; None outside."""
    return _KEY.get()


class Replayer:
    """Replays the calls of some pipelines, one at a time.

    Args:
        queue: Where they wait.
        pipelines: Whose calls; a call of a function that has no `replay` is left where it is.
        idle: Seconds between looks into an empty queue.
        backoff: Delays after failures: uniform(0, min(cap, base x factor ** tries)).

    Attributes:
        calls_replayed: Calls made.
        calls_failed: Calls that failed.
    """

    def __init__(
        self,
        queue: RetryQueue,
        pipelines: Iterable[Pipeline],
        *,
        idle: float = 1.0,
        backoff: RetrySettings = _BACKOFF,
        uniform: Callable[[float, float], float] | None = None,
    ) -> None:
        self.queue = queue
        self.idle = idle
        self.calls_replayed = 0
        self.calls_failed = 0
        self._pipelines = tuple(pipelines)
        self._backoff = backoff
        self._uniform = random.Random().uniform if uniform is None else uniform  # noqa: S311  # scatters, hides nothing
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self) -> bool:
        """Replay one call; False when none is due. An async function runs in a loop of its own."""
        with closing(asyncio.Runner()) as runner:
            return self._step(runner)

    def _step(self, runner: asyncio.Runner) -> bool:
        entry = self._take()
        if entry is not None:
            self._settle(entry, _run(entry, self._function(entry), self.queue, runner))
        return entry is not None

    async def step_async(self) -> bool:
        """Replay one call, as `step`; a plain function, and the file, keep a thread busy, not the loop."""
        entry = await asyncio.to_thread(self._take)
        if entry is None:
            return False
        try:
            error = await _run_async(entry, self._function(entry), self.queue)
        except BaseException:  # cancelled, perhaps after the call was made: the next one has the same key
            self.queue.failed(entry, "cancelled", 0.0)
            raise
        await asyncio.to_thread(self._settle, entry, error)
        return True

    def _take(self) -> Entry | None:
        names = tuple(
            {
                one.name
                for one in self._pipelines
                if one.replays and not (one.breaker is not None and one.breaker.refuses(one.clock.now()))
            }
        )
        return self.queue.take(names) if names else None

    def _function(self, entry: Entry) -> Callable[..., object] | None:
        found = (one.replays.get(entry.function) for one in self._pipelines if one.name == entry.name)
        return next(filter(None, found), None)

    def _settle(self, entry: Entry, error: Exception | None) -> None:
        made = error.__cause__ if isinstance(error, Queued) and error.__cause__ is not None else error
        if made is None:
            self.calls_replayed += 1
            self.queue.done(entry)
        elif isinstance(made, (Rejected, NotReplayable)):
            asked = getattr(made, "retry_after", None)
            self.queue.refused(entry, self._delay(0) if asked is None else asked)
        else:
            self.calls_failed += 1
            self.queue.failed(entry, f"{type(made).__name__}: {made}", self._delay(entry.tries))

    def _delay(self, tries: int) -> float:
        one = self._backoff
        return self._uniform(0.0, min(one.cap, one.base * one.factor ** min(tries, 64)))

    def start(self) -> None:
        """Replay in a thread from now on.

        Raises:
            RuntimeError: It runs.
        """
        if self._thread is not None:
            raise RuntimeError("the replay runs already")
        self._over.clear()
        self._thread = threading.Thread(target=self._work, name="surefoot-replay", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        with closing(asyncio.Runner()) as runner:
            while not self._over.is_set():
                try:
                    busy = self._step(runner)
                except sqlite3.Error as error:
                    busy = self._ails(error)
                if not busy:
                    self._over.wait(self.idle)

    def _ails(self, error: sqlite3.Error) -> bool:
        """Tell that the file cannot be used for now; whoever works on it goes on."""
        detail = (("change", "unusable"), ("error.type", type(error).__name__), ("error", str(error)))
        self.queue.hooks.tell(Event("store", "", "queue", SYSTEM.now(), detail))
        return False

    def stop(self) -> None:
        """End the thread, after the call that it makes."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    async def run(self) -> None:
        """Replay in this task until it is cancelled."""
        while True:
            try:
                busy = await self.step_async()
            except sqlite3.Error as error:
                busy = self._ails(error)
            if not busy:
                await asyncio.sleep(self.idle)


class Substituted(Exception):  # noqa: N818  # says what it is
    """The call was answered by a constant or a kept answer; it was not made."""


class NotReplayable(LookupError):  # noqa: N818  # says what it is
    """Nobody has told how the call is made later."""


def _run(
    entry: Entry, function: Callable[..., object] | None, queue: RetryQueue, runner: asyncio.Runner
) -> Exception | None:
    if function is None:
        return NotReplayable(entry.function)
    if inspect.iscoroutinefunction(function):
        return runner.run(_run_async(entry, function, queue))
    token = _KEY.set(entry.key)
    try:
        args, kwargs = queue.loads(entry.payload)
        with degradations() as marks:
            function(*args, **kwargs)
        return _substituted(entry, marks)
    except Exception as error:  # noqa: BLE001  # whatever the user's function raises is the answer
        return error
    finally:
        _KEY.reset(token)


async def _run_async(entry: Entry, function: Callable[..., object] | None, queue: RetryQueue) -> Exception | None:
    if function is None:
        return NotReplayable(entry.function)
    token = _KEY.set(entry.key)
    try:
        args, kwargs = queue.loads(entry.payload)
        with degradations() as marks:
            if inspect.iscoroutinefunction(function):
                await cast("Awaitable[object]", function(*args, **kwargs))
            else:
                await asyncio.to_thread(function, *args, **kwargs)
        return _substituted(entry, marks)
    except Exception as error:  # noqa: BLE001  # as above
        return error
    finally:
        _KEY.reset(token)


def _substituted(entry: Entry, marks: list[Degraded]) -> Substituted | None:
    """Tell a call that its own fallback answered: it must stay in the queue."""
    for one in marks:
        if one.name == entry.name and one.kind in ("stale", "value"):
            return Substituted(f"answered by a {one.kind} after {one.error}")
    return None
