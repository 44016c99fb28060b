import pytest

from surefoot.health import queue_age
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


@pytest.mark.parametrize(
    ("age", "status"), [(None, "healthy"), (59.9, "healthy"), (60, "degraded"), (600, "unhealthy"), (9e9, "unhealthy")]
)
def test_the_age_of_the_oldest_entry_decides(age: float | None, status: str):
    async def oldest() -> float | None:
        return age

    for entry in (
        alone(queue_age(lambda: age, warn="1m", fail="10m")),
        alone(queue_age(oldest, warn="1m", fail="10m")),
    ):
        assert entry["status"] == status
        assert entry["oldest_seconds"] == (age or 0)


def test_the_reason_says_how_long():
    assert alone(queue_age(lambda: 150, warn="1m", fail="10m"))["reason"] == "the oldest entry waits for 2.5 min"


def test_limits_out_of_order_are_refused():
    with pytest.raises(ValueError, match="not in order"):
        queue_age(lambda: None, warn="10m", fail="1m")
