"""What the tests of policies share: a clock that they move, and events that they read."""

from typing import Any

from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.pipeline import Pipeline


class Moments:
    """Tells the time that a test sets; to sleep is to move on."""

    def __init__(self, at: float = 1000.0) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


def heard() -> tuple[Hooks, list[Event]]:
    """Make hooks and the list that their events go to."""
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    return hooks, events


def told(pipeline: Pipeline, kind: str) -> Any:
    """Read the state of a policy."""
    policies: Any = pipeline.state()["policies"]
    return policies[kind]
