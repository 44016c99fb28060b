import pytest

from tests.unit.checks.examined import FIVE, HOUR, alert, of


@pytest.mark.parametrize(
    "absent", ["absent(http_requests_total)", 'up{job="a"} == 0', "x offset 1h unless http_requests_total"]
)
def test_any_alert_on_absence_counts(absent: str):
    burning = alert(f"{HOUR} > 6 * 0.001 and {FIVE} > 6 * 0.001")
    assert len(of("L22", burning)) == 1
    watched = absent if "unless" not in absent else "http_requests_total offset 1h unless http_requests_total"
    assert of("L22", burning, alert(watched, "for: 5m", "B")) == []
