"""What the tests of health share: a clock that they move, reports as dictionaries."""

import json
from datetime import UTC, datetime
from typing import Any

from surefoot.health import Check, Endpoint, Health, Settings

AT = datetime(2026, 11, 22, 4, 0, 0, 1200, tzinfo=UTC)


class Movable:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def today(self) -> datetime:
        return AT


def asked(health: Health, endpoint: Endpoint = Endpoint.DEEP) -> dict[str, Any]:
    """Ask an endpoint and read its body."""
    found: dict[str, Any] = json.loads(health.report(endpoint).body())
    return found


def alone(check: Check) -> dict[str, Any]:
    """Ask one check and return its entry."""
    (entry,) = asked(Health(one=check))["checks"].values()
    found: dict[str, Any] = entry
    return found


def moved() -> tuple[Movable, Settings]:
    """Make a clock and the settings that use it."""
    clock = Movable()
    return clock, Settings(version="1.4.2", clock=clock)
