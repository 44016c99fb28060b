"""The time that a whole call has left, inherited by every call inside it.

A context variable carries it, so tasks and (with a copied context) threads inherit it. Nesting takes the earlier end.
Async code is cancelled when the time is over; sync code cannot be, and asks `remaining()` or hands it to its client.
"""

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import DeadlineExceeded
from surefoot.resilience.events import Hooks
from surefoot.resilience.limits import Limits, Timed, patience, remaining
from surefoot.resilience.weave import Fragments, Site

__all__ = ["Deadline", "deadline", "patience", "remaining"]


class Deadline(Limits):
    """Limits whole calls.

    Attributes:
        calls_exceeded: Calls that ran out of time, or had none at their start.
    """

    __slots__ = ("calls_exceeded",)

    def __init__(self, settings: float, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None) -> None:
        super().__init__(settings, (name, "deadline"), clock, hooks)
        self.calls_exceeded = 0
        self.configure(settings)

    def configure(self, settings: float) -> None:
        """Limit calls to so many seconds from now on.

        Raises:
            ValueError: Not above 0.
        """
        if not 0 < settings < float("inf"):
            raise ValueError(f"deadline is {settings}: write seconds above 0")
        self.seconds = settings

    def state(self) -> dict[str, object]:
        """Tell the limit and how many calls met it."""
        return {"deadline": self.seconds, "exceeded": self.calls_exceeded}

    def over(self) -> DeadlineExceeded:
        """Count a call that cannot begin, and give its error."""
        self.calls_exceeded += 1
        return super().over()

    def lapse(self) -> DeadlineExceeded:
        """Count a call that ran out of time, and give its error."""
        self.calls_exceeded += 1
        self._tell()
        return DeadlineExceeded(f"{self.name}: not done within the {self.seconds:g} s of the whole call")

    def weave(self, site: Site) -> Fragments:
        """Limit the lines inside."""
        return Fragments(names=self.names(site), surround=lambda inside: self.lines(site, inside))


def deadline(seconds: float, *, clock: Clock = SYSTEM) -> Timed:
    """Limit a block or a function to so many seconds, or less where an outer deadline ends before.

    `with`, `async with` and `@` work. Raises `DeadlineExceeded` at once when no time is left; around async code also
    when it is over; sync code is not interrupted.

    >>> with deadline(2.0):
    ...     with deadline(60.0):
    ...         left = remaining()
    >>> left <= 2.0
    True
    """
    return Timed(Deadline(seconds, "deadline", clock=clock))
