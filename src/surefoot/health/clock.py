"""The time that endpoints measure and show."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time; tests pass one that they move."""

    def now(self) -> float:
        """Return monotonic seconds, for latencies and ages."""
        ...

    def today(self) -> datetime:
        """Return the wall clock's time in UTC, for time stamps and expiry dates."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def today(self) -> datetime:
        """Return the wall clock's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251  # this is the clock


SYSTEM: Clock = SystemClock()
