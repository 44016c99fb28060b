import pytest

from tests.unit.checks.examined import HOUR, alert, of


@pytest.mark.req("SLO-4")
@pytest.mark.parametrize(
    "limit",
    [
        "14.4 * 0.001 / 30",
        "on () group_left () 14.4 * slo:error_budget:ratio / 30",
        "0.001 * 14.4 / 720",
        "(14.4 * (1 - 0.999)) / 43200",
        "14.4 / 30 * 0.001",
    ],
)
def test_threshold_divided_by_the_window_is_an_error(limit: str):
    assert len(of("L01", alert(f"{HOUR} > {limit}"))) == 1


@pytest.mark.parametrize(
    "limit", ["14.4 * 0.001", "14.4 * (100 - 99.9) / 100", "14.4 * ((100 - 99.9) / 100)", "0.02 * 30 / 3", "0.0144"]
)
def test_other_thresholds_are_not_divided_by_a_window(limit: str):
    assert of("L01", alert(f"{HOUR} > {limit}")) == []
    assert of("L02", alert(f"{HOUR} > {limit}")) == []


def test_burn_rate_compared_with_a_divided_factor_is_an_error():
    (message,) = of("L01", alert(f"({HOUR}) / 0.001 > 14.4 / 30"))
    assert message == "the threshold 14.4 / 30 divides by 30 days once more: a burn of 0.48 times is enough"
