from surefoot.finding import Severity
from tests.unit.checks.examined import alert, findings, group, of, record


def test_rules_that_may_select_different_series_are_no_duplicates():
    assert of("L24", record("a", 'max by (x) (b{k="1"})'), record("a", 'max by (x) (b{k="2"})')) == []
    assert len(of("L24", record("a", "max by (x) (b)"), record("a", "max  by (x) (b)"))) == 1
    assert of("L24", alert("b > 1", "for: 1m"), alert("b > 1", "for: 5m")) == []


def test_label_that_changes_with_each_release_is_a_warning_on_what_is_summed():
    churning = record("a:rate5m", "sum(rate(x_total[5m]))", 'labels: {version: "1"}')
    assert of("L24", churning) == []
    (finding,) = [
        found for found in findings(group(churning, record("b", "sum_over_time(a:rate5m[1d])"))) if found.rule == "L24"
    ]
    assert finding.severity is Severity.WARNING
