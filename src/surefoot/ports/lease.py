"""The port to leadership: which of several processes sequences a log."""

from typing import Protocol


class Lease(Protocol):
    """Held by at most one process; its epoch fences off one that does not know yet that it lost it."""

    def leads(self) -> bool:
        """Tell whether this process holds it, after trying to get it."""

    def epoch(self) -> int | None:
        """Return the number under which it is held; None where the store has one writer anyway."""

    def lost(self) -> None:
        """Give it up: somebody else has taken over."""


class Alone:
    """What a store with one writer needs: every process that has its lock may sequence."""

    def leads(self) -> bool:
        """Return True."""
        return True

    def epoch(self) -> int | None:
        """Return None."""
        return None

    def lost(self) -> None:
        """Do nothing."""
