import pytest

from tests.unit.checks.examined import FIVE, of, record


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        ("avg_over_time(slo:sli_error:ratio_rate5m[30d])", 1),
        ("sum_over_time(slo:sli_error:ratio_rate5m[1d]) / count_over_time(slo:sli_error:ratio_rate5m[1d])", 1),
        (f"avg by (job) ({FIVE})".replace("sum", "sum by (job)"), 1),
        ("avg_over_time(probe_success[1h])", 0),
        ("avg(rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m]))", 0),
        ("sum_over_time(a[1d]) / count_over_time(a[1d])", 0),
    ],
)
def test_only_means_of_ratios_are_reported(expr: str, count: int):
    assert len(of("L06", record("x", expr))) == count
