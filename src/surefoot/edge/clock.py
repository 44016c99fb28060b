"""The wall clock."""

import threading
from datetime import UTC, date, datetime


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


def now() -> int:
    """Return the time, milliseconds since 1970."""
    return round(datetime.now(UTC).timestamp() * 1000)


class WallClock:
    """The wall clock, which can be waited for until it is stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> int:
        """Return the time, milliseconds since 1970."""
        return now()

    def wait(self, until: int) -> bool:
        """Wait until a time; False at once when the clock was stopped."""
        return not self._stopped.wait(max(until - now(), 0) / 1000)

    def stop(self) -> None:
        """End every wait, now and later; may be called by a signal handler."""
        self._stopped.set()
