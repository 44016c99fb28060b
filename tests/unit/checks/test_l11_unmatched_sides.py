import pytest

from tests.unit.checks.examined import of, record


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        ('rate(x_total{code="500"}[5m]) / rate(x_total[5m])', 1),
        ('rate(x_total{code="500"}[5m]) / ignoring (code) group_left sum without (code) (rate(x_total[5m]))', 0),
        ('sum(rate(x_total{code="500",job="a"}[5m])) / sum(rate(x_total{job="b"}[5m]))', 1),
        ('sum(rate(x_total{code="500"}[5m])) / sum(rate(x_total{job="b"}[5m]))', 1),
        ('sum by (a) (rate(x_total{code="500"}[5m])) / on (a) group_left sum by (a, b) (rate(x_total[5m]))', 0),
        ('sum(rate(cache_hits_total{a="b"}[5m])) / sum(rate(cache_total{c="d"}[5m]))', 0),
    ],
)
def test_sides_of_a_ratio_have_to_match(expr: str, count: int):
    assert len(of("L11", record("x", expr))) == count
