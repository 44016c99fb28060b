"""Where a crash would hurt: every commit passes here, so that tests can end the process exactly there."""

from typing import Protocol

BEFORE_COMMIT = "store.before-commit"
AFTER_COMMIT = "store.after-commit"


class Points(Protocol):
    """What is told of each point that is reached."""

    def reach(self, point: str) -> None:
        """Go on, or never return."""


class Nowhere:
    """Goes on; what every installation uses."""

    def reach(self, point: str) -> None:
        """Go on."""
