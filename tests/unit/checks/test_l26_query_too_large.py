import pytest

from surefoot.finding import Severity
from tests.unit.checks.examined import findings, group, record


@pytest.mark.parametrize(
    ("expr", "severity"),
    [
        ("sum(rate(x_total[28d]))", Severity.WARNING),
        ("avg_over_time(probe_success[30d]) < 1", Severity.INFO),
        ("sum_over_time((sum(x))[30d:10s])", Severity.WARNING),
        ("sum(sum_over_time(a:rate5m[30d:5m]))", None),
        ("sum_over_time(a:rate5m[30d])", None),
        ("sum(rate(x_total[7d]))", None),
    ],
)
def test_period_over_raw_series_is_estimated(expr: str, severity: Severity | None):
    found = [finding.severity for finding in findings(group(record("x", expr))) if finding.rule == "L26"]
    assert found == ([severity] if severity else [])
