import pytest

from tests.unit.checks.examined import HOUR, alert, of, record


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (record("slo:objective:ratio", "vector(1)"), 1),
        (record("slo:error_budget:ratio", "vector(1-1)"), 1),
        (record("slo:error_budget:ratio", "vector(1-0.999)"), 0),
        (record("slo:objective:percent", "vector(99.9)"), 0),
        (alert(f"{HOUR} > 14.4 * (1 - 99.9)"), 1),
        (alert(f"{HOUR} > 14.4 * (100 - 99.9) / 100"), 0),
    ],
)
def test_objective_outside_zero_and_one_is_an_error(rule: str, count: int):
    assert len(of("L03", rule)) == count
