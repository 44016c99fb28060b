"""Two equal calls, of which the first good answer wins."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Generic, Protocol, TypeVar

from surefoot.resilience.chaos import carry
from surefoot.resilience.clock import Clock
from surefoot.resilience.wheel import later

T = TypeVar("T")


class Starter(Protocol):
    """What a race asks its hedge."""

    running: set[asyncio.Task[object]]
    calls_won: int

    def allow(self) -> bool:
        """Decide on a second call."""
        ...

    def settled(self) -> None:
        """Take note that a second call is over."""
        ...


class Race(Generic[T]):
    """One hedged call: the first in the caller's task, the second, if any, in its own.

    A second that wins cancels the first as a timeout would: `uncancel` takes that back, so a cancellation from outside
    stays one.
    """

    __slots__ = ("_bad", "_call", "_context", "_hedge", "_loop", "_open", "_second", "_task", "_won")

    def __init__(
        self, hedge: Starter, call: Callable[[], Coroutine[object, object, T]], bad: Callable[[T], bool] | None
    ) -> None:
        self._hedge = hedge
        self._call = call
        self._bad = bad
        self._context = copy_context()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(self._loop)
        self._second: asyncio.Task[T] | None = None
        self._open = True
        self._won = False

    async def run(self, clock: Clock, delay: float) -> T:
        """Make the first call, the second after `delay`, and give the answer that wins."""
        assert self._task is not None
        before = self._task.cancelling()
        cancel = later(self._loop, clock, delay, self._launch)
        try:
            result = await self._call()
        except BaseException as error:
            self._open = False
            if self._take_back() > before and isinstance(error, asyncio.CancelledError):
                raise
            if not self._won and (not isinstance(error, Exception) or not await self._other_is_good()):
                raise
            return self._others()
        else:
            self._open = False
            self._take_back()
            if self._bad is not None and self._bad(result) and await self._other_is_good():
                return self._others()
            return result
        finally:
            cancel()
            if self._second is not None:
                self._second.cancel()
            self._task = None  # the frame of the task holds us

    def _launch(self) -> None:
        if self._open and self._hedge.allow():
            self._second = self._loop.create_task(self._call(), context=self._context)
            self._hedge.running.add(self._second)
            self._second.add_done_callback(self._ended)

    def _ended(self, second: asyncio.Task[T]) -> None:
        self._hedge.running.discard(second)
        self._hedge.settled()
        if self._good(second) and self._open and self._task is not None:
            self._open = False
            self._won = True
            self._task.cancel()

    def _good(self, second: asyncio.Task[T]) -> bool:
        if second.cancelled() or second.exception() is not None:
            return False
        return self._bad is None or not self._bad(second.result())

    def _take_back(self) -> int:
        """Undo our own cancellation of the first; gives the task's cancellations that are left."""
        assert self._task is not None
        return self._task.uncancel() if self._won else self._task.cancelling()

    async def _other_is_good(self) -> bool:
        """Wait for the second, if there is one."""
        if self._won:
            return True
        if self._second is None:
            return False
        await asyncio.wait((self._second,))
        return self._good(self._second)

    def _others(self) -> T:
        assert self._second is not None
        self._hedge.calls_won += 1
        carry(self._context)
        return self._second.result()
