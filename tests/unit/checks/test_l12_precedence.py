import pytest

from tests.unit.checks.examined import alert, of


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        ("1 - node_avail / 0.5 > 1", 0),
        ("1 - sum(rate(good_total[1h])) / sum(rate(all_total[1h])) > 0.0144", 0),
        ("1 - (sum(rate(good_total[1h])) / sum(rate(all_total[1h]))) / (1 - 0.999) > 14.4", 1),
        ("1 - slo:sli_success:ratio_rate1h / 0.001 > 14.4", 1),
    ],
)
def test_budget_has_to_divide_the_whole_error_ratio(expr: str, count: int):
    assert len(of("L12", alert(expr))) == count
