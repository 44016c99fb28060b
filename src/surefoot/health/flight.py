"""One run of a check that all who ask meanwhile wait for, each no longer than the check's timeout."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Awaitable, Callable
from typing import cast

from surefoot.health.check import Check, read
from surefoot.health.clock import Clock
from surefoot.health.duration import spoken
from surefoot.health.safe import spoken_error
from surefoot.health.status import Result, Status


class Flight:
    """One run, from `start` until it lands.

    Attributes:
        started: Monotonic seconds.
        landed: When it ended; None while it runs.
        error: What it raised, for the log.
    """

    def __init__(self, check: Check, clock: Clock) -> None:
        self._check = check
        self._clock = clock
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[asyncio.Future[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None  # the loop itself keeps no task alive
        self._result = Result()
        self.started = clock.now()
        self.landed: float | None = None
        self.error: BaseException | None = None

    @property
    def lost(self) -> bool:
        """Return whether it can never land, since the loop that it ran in is closed."""
        return self.landed is None and self._loop is not None and self._loop.is_closed()

    def start(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Start it: in the loop where there is one and the function is async, else in a thread of its own."""
        if loop is not None and self._check.asynchronous:
            self._loop = loop
            empty = contextvars.Context()  # the request that asks must not lend its deadline or its trace
            self._task = loop.create_task(self._awaited(), name=f"health {self._check.name}", context=empty)
            self._task.add_done_callback(self._ended)
            return
        run = self._run_loop if self._check.asynchronous else self._check.fn
        name = f"health {self._check.name}"
        try:
            threading.Thread(target=self._guarded, args=(run,), daemon=True, name=name).start()
        except RuntimeError as error:  # the process may have no more threads
            self._fail(error)

    def wait(self) -> None:
        """Block until it landed or its time is over."""
        self._over.wait(max(0.0, self._left()))

    async def arrival(self) -> None:
        """Suspend until it landed or its time is over."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            if self.landed is not None:
                return
            self._waiting.append(future)
        try:
            await asyncio.wait((future,), timeout=max(0.0, self._left()))
        finally:
            with self._lock:
                self._waiting = [other for other in self._waiting if other is not future]

    def result(self) -> Result:
        """Return what it said; while it runs, that it hangs."""
        if self.landed is not None:
            return self._result
        since = self._clock.now() - self.started
        asked = f"; asked {spoken(since)} ago, not asked again since" if since >= 2 * self._check.timeout else ""
        return Result(Status.UNHEALTHY, f"no answer in {spoken(self._check.timeout)}{asked}")

    def seconds(self) -> float:
        """Return how long it took, or how long it was waited for."""
        if self.landed is not None:
            return self.landed - self.started
        return min(self._clock.now() - self.started, self._check.timeout)

    def _left(self) -> float:
        return self.started + self._check.timeout - self._clock.now()

    async def _awaited(self) -> object:
        try:
            async with asyncio.timeout(self._check.timeout) as limit:
                return await cast("Callable[[], Awaitable[object]]", self._check.fn)()
        except TimeoutError:
            if not limit.expired():
                raise
            return Result(Status.UNHEALTHY, f"no answer in {spoken(self._check.timeout)}")

    def _run_loop(self) -> object:
        return asyncio.run(self._awaited())

    def _ended(self, task: "asyncio.Task[object]") -> None:
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self._fail(error)
        else:
            self._land(read(task.result()))

    def _guarded(self, run: Callable[[], object]) -> None:
        try:
            answer = run()
        except BaseException as error:  # noqa: BLE001  # whatever a check raises is its answer
            self._fail(error)
        else:
            self._land(read(answer))

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._land(Result(Status.UNHEALTHY, spoken_error(error)))

    def _land(self, result: Result) -> None:
        now = self._clock.now()
        took = now - self.started
        limit = self._check.timeout
        if took > limit and result.status is not Status.UNHEALTHY:
            result = Result(Status.UNHEALTHY, f"answered after {spoken(took)}; the limit is {spoken(limit)}")
        with self._lock:
            self._result, self.landed = result, now
            waiting, self._waiting = self._waiting, []
        self._over.set()
        for future in waiting:
            with contextlib.suppress(RuntimeError):  # whoever waited has closed its loop
                future.get_loop().call_soon_threadsafe(_wake, future)


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
