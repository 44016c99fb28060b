"""Threads and tasks that stand in one line, first come, first served; whoever is called wakes.

A waiter is called from any thread, at most once. One whose loop is closed cannot be called, and is passed over.
"""

import asyncio
import threading

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.wheel import later

LONGEST = threading.TIMEOUT_MAX


class ThreadWaiter:
    """A thread in the line.

    Attributes:
        until: When its patience ends, in the line's clock; the line may pass over it from then on.
        called: Whether its turn came.
    """

    __slots__ = ("_gate", "called", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.called = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def call(self) -> bool:
        """Wake it; False when nobody is there any more."""
        self.called = True
        self._gate.release()
        return True

    def wait(self, seconds: float) -> bool:
        """Block until called; False when the time, in seconds of the machine, is over first."""
        return self._gate.acquire(timeout=min(max(seconds, 0.0), LONGEST))


class TaskWaiter:
    """A task in the line; see `ThreadWaiter`."""

    __slots__ = ("_future", "_loop", "called", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.called = False
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[bool] = self._loop.create_future()

    def call(self) -> bool:
        """Wake it; False when its loop is closed."""
        self.called = True
        try:
            self._loop.call_soon_threadsafe(self._settle, True)  # noqa: FBT003  # the future's value
        except RuntimeError:
            self.called = False
        return self.called

    async def wait(self, seconds: float, clock: Clock = SYSTEM) -> bool:
        """Suspend until called; False when the time is over first."""
        if seconds > LONGEST:
            return await self._future
        cancel = later(self._loop, clock, seconds, lambda: self._settle(False))  # noqa: FBT003  # as above
        try:
            return await self._future
        finally:
            cancel()

    def _settle(self, called: bool) -> None:  # noqa: FBT001  # as above
        if not self._future.done():
            self._future.set_result(called)


Waiter = ThreadWaiter | TaskWaiter
