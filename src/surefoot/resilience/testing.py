"""For tests of code that is protected: a clock that stands until moved, and calls whose outcomes are written down.

>>> clock = VirtualClock()
>>> script = Script(ConnectionError, "fine", clock=clock)
>>> try:
...     script()
... except ConnectionError:
...     script()
'fine'
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import BreakerOpen

T = TypeVar("T")

_TURNS = 20  # of the loop without a timer of ours: then everything waits for time


class VirtualClock:
    """Monotonic seconds that pass when a test says so.

    `sleep` moves the time itself: a test of sync code just runs. Async code pauses until `advance`, or until `run`
    finds nothing else to do.
    """

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._serial = itertools.count()
        self._pending: set[int] = set()

    def now(self) -> float:
        """Return the present."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Let the time pass; timers on the way ring in order."""
        end = self._now + max(0.0, seconds)
        while (due := self._due()) is not None and due <= end:
            self._ring()
        self._now = max(self._now, end)

    async def pause(self, seconds: float) -> None:
        """Suspend this task until so much time has passed."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        cancel = self.later(seconds, wake)
        try:
            await woken
        finally:
            cancel()

    def later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        """Call once after so many seconds; the answer calls it off."""
        serial = next(self._serial)
        self._pending.add(serial)
        heapq.heappush(self._timers, (self._now + max(0.0, seconds), serial, call))
        return lambda: self._pending.discard(serial)

    async def advance(self, seconds: float) -> None:
        """Let the time pass, and every task do at each moment what it then does."""
        end = self._now + seconds
        await _settle()
        while (due := self._due()) is not None and due <= end:
            self._ring()
            await _settle()
        self._now = end

    async def run(self, call: Coroutine[object, object, T]) -> T:
        """Run a coroutine, moving the time whenever nothing else can happen.

        Raises:
            RuntimeError: It waits for something that no time brings.
        """
        task = asyncio.ensure_future(call)
        try:
            while not task.done():
                await _settle()
                if task.done():
                    break
                if self._due() is None:
                    raise RuntimeError(
                        "the call waits for something other than this clock: pass the clock to its policies"
                    )
                self._ring()
            return task.result()
        finally:
            task.cancel()

    def _due(self) -> float | None:
        while self._timers and self._timers[0][1] not in self._pending:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _ring(self) -> None:
        due, serial, call = heapq.heappop(self._timers)
        self._pending.discard(serial)
        self._now = max(self._now, due)
        call()


async def _settle() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class After:
    """An outcome that takes time."""

    seconds: float
    outcome: object


class Script:
    """A function whose calls end as written: an exception is raised, `After` takes time, anything else is returned.

    The last outcome repeats. `script()` is a plain call, `await script.call_async()` an async one.

    Attributes:
        calls: The arguments of each call.
    """

    def __init__(self, *outcomes: object, clock: Clock = SYSTEM) -> None:
        if not outcomes:
            raise ValueError("a script needs an outcome")
        self.calls: list[tuple[tuple[object, ...], dict[str, object]]] = []
        self._outcomes = outcomes
        self._clock = clock

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Make a plain call."""
        outcome = self._next(args, kwargs)
        if isinstance(outcome, After):
            self._clock.sleep(outcome.seconds)
            outcome = outcome.outcome
        return _end(outcome)

    async def call_async(self, *args: object, **kwargs: object) -> object:
        """Make an async call."""
        outcome = self._next(args, kwargs)
        if isinstance(outcome, After):
            await self._clock.pause(outcome.seconds)
            outcome = outcome.outcome
        return _end(outcome)

    def _next(self, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        self.calls.append((args, kwargs))
        return self._outcomes[min(len(self.calls), len(self._outcomes)) - 1]


def _end(outcome: object) -> object:
    if isinstance(outcome, BaseException) or (isinstance(outcome, type) and issubclass(outcome, BaseException)):
        raise outcome
    return outcome


Protect = Callable[[Callable[..., object]], Callable[..., object]]


def assert_opens_after(protect: Protect, failures: int, error: type[Exception] = ConnectionError) -> None:
    """Assert that a breaker, or a pipeline, lets exactly so many failing calls through before it opens.

    Raises:
        AssertionError: It opens earlier, or later.
    """
    script = Script(error)
    call = protect(script.__call__)
    for done in range(failures):
        try:
            call()
        except error:
            pass
        except BreakerOpen:
            raise AssertionError(f"opened after {done} failures, not {failures}") from None
    try:
        call()
    except BreakerOpen:
        return
    except error:
        pass
    raise AssertionError(f"still closed after {failures} failures")
