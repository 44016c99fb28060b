"""What the breaker of a pipeline says; for information only.

An open breaker is no reason to take an instance out of the load balancer: all of them see the same sick
dependency, so that none would be left.
"""

from collections.abc import Mapping
from typing import Protocol

from surefoot.health.check import Check, check
from surefoot.health.status import Result, Status

_BAD = frozenset({"open", "half-open", "forced-open"})


class Pipeline(Protocol):
    """What `surefoot.resilience` gives, as far as health reads it."""

    @property
    def name(self) -> str:
        """Of the dependency."""
        ...

    def state(self) -> Mapping[str, object]:
        """Tell the present state: `{"policies": {"breaker": {"state": "open"}}}`, where there is a breaker."""
        ...


def breaker(pipeline: Pipeline) -> Check:
    """Show a pipeline in ``/deep``: degraded while its breaker is not closed."""

    def look() -> Result:
        state = str(_within(_within(pipeline.state(), "policies"), "breaker").get("state")).replace("_", "-")
        return Result(Status.DEGRADED, f"breaker {state}") if state in _BAD else Result()

    return check(look, name=pipeline.name, info=True, cache=0)


def _within(state: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = state.get(key)
    return found if isinstance(found, Mapping) else {}
