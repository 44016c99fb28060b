"""The budget of repetitions: of the calls in flight, at most a share may be repetitions or hedges."""

import threading
from collections import deque

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Hooks
from surefoot.resilience.settings import BudgetSettings
from surefoot.resilience.weave import Fragments, Site


class Budget:
    """Counts calls in flight by the length of a deque, whose `append` and `pop` are atomic: no lock for good calls.

    A repetition holds its place from before its back-off until the call ends; so calls asleep count too.

    Attributes:
        repeating: Calls that hold a place now.
        calls_refused: Repetitions and hedges refused.
    """

    def __init__(
        self, settings: BudgetSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None
    ) -> None:
        del clock, hooks
        self.settings = settings
        self.name = name
        self.flying: deque[None] = deque()
        self.repeating = 0
        self.calls_refused = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take a place; who gets one gives it back when the call ends."""
        with self._lock:
            if self.repeating < max(self.settings.floor, int(self.settings.share * len(self.flying))):
                self.repeating += 1
                return True
            self.calls_refused += 1
            return False

    def give(self) -> None:
        """Give a place back."""
        with self._lock:
            self.repeating -= 1

    def configure(self, settings: BudgetSettings) -> None:
        """Go on with other settings."""
        self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell calls in flight, those that repeat, and refusals."""
        return {"in_flight": len(self.flying), "repeating": self.repeating, "refused": self.calls_refused}

    def weave(self, site: Site) -> Fragments:
        """Count the call while it flies."""
        return Fragments(
            names=site.names(fly=self.flying.append, land=self.flying.pop),
            before=site.lines("$fly(None)"),
            always=site.lines("$land()"),
        )
