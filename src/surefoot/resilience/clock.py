"""Time as the policies see it: monotonic seconds, so that a wall clock set back changes nothing."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits; tests pass one that they move."""

    def now(self) -> float:
        """Return monotonic seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        ...

    async def pause(self, seconds: float) -> None:
        """Suspend this task."""
        ...


class SystemClock:
    """The machine's own clock."""

    now = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)

    async def pause(self, seconds: float) -> None:
        """Suspend this task."""
        await asyncio.sleep(seconds)


SYSTEM: Clock = SystemClock()
