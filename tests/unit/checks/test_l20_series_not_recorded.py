import pytest

from tests.unit.checks.examined import RATIO, alert, of, record


def test_window_that_nobody_records_is_reported_once_others_are():
    known = [record(f"a:errors:ratio_rate{w}", RATIO.format(w=w)) for w in ("5m", "30m")]
    broken = alert("a:errors:ratio_rate1h > 14.4 * 0.001 and a:errors:ratio_rate5m > 14.4 * 0.001")
    assert len(of("L20", *known, broken)) == 1
    assert of("L20", *known[:1], broken) == []
    assert of("L20", broken) == []


@pytest.mark.parametrize(
    ("name", "expr", "count"),
    [
        ("a:rate5m", "sum(rate(x_total[5m]))", 0),
        ("a:rate1h", "sum(rate(x_total[5m]))", 1),
        ("a:rate1h", "sum(b:rate5m)", 1),
        ("a:rate5m", "sum(b:rate5m)", 0),
        ("a:requests", "sum(rate(x_total[5m]))", 0),
        ("a:ratio_rate30d", "sum_over_time(b:rate5m[30d:5m])", 0),
    ],
)
def test_recorded_name_says_its_window(name: str, expr: str, count: int):
    assert len(of("L20", record(name, expr))) == count
