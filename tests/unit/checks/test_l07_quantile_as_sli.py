import pytest

from tests.unit.checks.examined import alert, of, record


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (alert("histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 1"), 0),
        (record("job:x:p99", "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))"), 0),
        (record("x", "avg_over_time(histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))[1h:])"), 1),
        (
            alert(
                "histogram_quantile(0.9, rate(x_bucket[1h])) > 1 and histogram_quantile(0.9, rate(x_bucket[5m])) > 1"
            ),
            1,
        ),
    ],
)
def test_quantile_is_reported_only_where_it_stands_for_a_ratio(rule: str, count: int):
    assert len(of("L07", rule)) == count


def test_time_slice_of_a_quantile_may_be_summed():
    quantile = "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))"
    reader = record("y", "sum_over_time(a:slice[1d])")
    assert of("L07", record("a:slice", f"{quantile} > bool 1"), reader) == []
    assert len(of("L07", record("a:slice", quantile), reader)) == 1
    assert of("L07", record("a:slice", f"group({quantile})"), reader) == []
    assert of("L07", record("slo:sli_error:slice1m", f"max({quantile}) > bool 1")) == []
