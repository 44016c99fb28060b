import pytest

from tests.unit.checks.examined import HOUR, alert, of, record


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        (f"{HOUR} > 14.4", 1),
        (f"({HOUR}) / 0.001 > 14.4", 0),
        (f"({HOUR}) / 0.001 > 14.4 * 0.001", 1),
        ("slo:current_burn_rate:ratio > 14.4 * 0.001", 1),
        ("apiserver_request:burnrate1h > 14.4 * 0.01", 0),  # a ratio in truth, whatever its name
        ("apiserver_request:burnrate1h > 14.4", 0),
        (f"100 * ({HOUR}) > 5", 0),
        ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m]) > 5", 0),
    ],
)
def test_burn_rate_and_ratio_are_told_apart(expr: str, count: int):
    assert len(of("L21", alert(expr))) == count


def test_recording_rule_tells_what_a_series_measures():
    burn = record("a:burnrate1h", f"({HOUR}) / 0.001")
    ratio = record("a:burnrate1h", HOUR)
    assert len(of("L21", burn, alert("a:burnrate1h > 14.4 * 0.001"))) == 1
    assert of("L21", ratio, alert("a:burnrate1h > 14.4 * 0.001")) == []
    assert len(of("L21", ratio, alert("a:burnrate1h > 14.4"))) == 1
