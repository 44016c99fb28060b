"""The port to time: what it is, and waiting for it to pass."""

from typing import Protocol


class Clock(Protocol):
    """A clock that can be waited for."""

    def now(self) -> int:
        """Return the time, milliseconds since 1970."""

    def wait(self, until: int) -> bool:
        """Wait until a time, milliseconds; return False at once when there will be nothing more to wait for."""
