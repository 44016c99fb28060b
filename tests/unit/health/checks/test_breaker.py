import pytest

from surefoot.health import breaker
from surefoot.health.checks.breaker import Pipeline
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


class Scripted:
    name = "payment-api"

    def __init__(self, state: dict[str, object]) -> None:
        self._state = state

    def state(self) -> dict[str, object]:
        return self._state


@pytest.mark.parametrize("state", ["open", "half-open", "half_open", "forced-open"])
def test_a_breaker_that_is_not_closed_degrades(state: str):
    pipeline: Pipeline = Scripted({"policies": {"breaker": {"state": state}}})
    assert breaker(pipeline).info
    entry = alone(breaker(pipeline))
    assert (entry["status"], entry["reason"]) == ("degraded", f"breaker {state.replace('_', '-')}")


@pytest.mark.parametrize("state", [{}, {"policies": {}}, {"policies": {"breaker": {"state": "closed"}}}])
def test_a_closed_one_and_none_are_well(state: dict[str, object]):
    entry = alone(breaker(Scripted(state)))
    assert entry["status"] == "healthy"
    assert "reason" not in entry
