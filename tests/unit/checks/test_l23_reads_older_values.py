from surefoot.finding import Severity
from tests.unit.checks.examined import HOUR, alert, findings, record


def test_reading_a_group_of_the_same_pace_is_only_worth_knowing():
    records = f"- name: one\n  interval: 30s\n  rules:\n  - {record('a:errors:ratio_rate1h', HOUR)}\n"
    alerts = f"- name: two\n  interval: 30s\n  rules:\n  - {alert('a:errors:ratio_rate1h > 6 * 0.001')}\n"
    (finding,) = [found for found in findings("groups:\n" + records + alerts) if found.rule == "L23"]
    assert finding.severity is Severity.INFO
    slower = records.replace("30s", "2m")
    (finding,) = [found for found in findings("groups:\n" + slower + alerts) if found.rule == "L23"]
    assert finding.severity is Severity.WARNING
