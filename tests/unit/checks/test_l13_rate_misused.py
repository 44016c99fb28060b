import pytest

from tests.unit.checks.examined import of, record


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        ([record("x", "rate(cpu_percent[5m])")], 1),
        ([record("a:b", "sum(x_total)"), record("y", "rate(a:b[5m])")], 1),
        ([record("a:b", "sum(rate(x_total[5m]))"), record("y", "max_over_time(a:b[5m])")], 0),
        ([record("x", "rate(y_total[30s])")], 1),
        ([record("x", "irate(y_total[30s])")], 0),
        ([record("x", "rate((y_total)[5m:])")], 0),
    ],
)
def test_rate_needs_a_counter_and_four_scrapes(rules: list[str], count: int):
    assert len(of("L13", *rules)) == count
