import pytest

from tests.unit.checks.examined import FIVE, HOUR, alert, of


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (alert(f"{HOUR} > 6 * 0.001 and {FIVE} > 6 * 0.001", "for: 5m"), 1),
        (alert(f"{HOUR} > 6 * 0.001 and {FIVE} > 6 * 0.001", "for: 2m"), 0),
        (alert(f"{HOUR} > 6 * 0.001", "for: 2m"), 0),
        (alert(f"{FIVE} > 0.05"), 1),
        (alert(f"{FIVE} > 0.05", "for: 5m"), 0),
        (alert(f"{HOUR} > 0.05"), 0),
        (alert("increase(x_errors_total[1h]) > 0"), 0),
    ],
)
def test_waiting_time_fits_the_alert(rule: str, count: int):
    assert len(of("L16", rule)) == count
