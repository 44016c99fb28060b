from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.finding import Finding

QUIET = """
service: reports
slos:
  availability: {{target: {target}, bad: report_errors_total, total: reports_total{more}}}
baselines: {{{rate}, measured: 2026-10-01}}
"""


def reported(text: str, folder: Path) -> list[Finding]:
    (folder / "surefoot.yaml").write_text(text, encoding="utf-8")
    found = api.check([folder], today=date(2026, 11, 1)).findings
    assert not [finding for finding in found if finding.rule.startswith("S")], found
    return [finding for finding in found if finding.rule == "L05"]


@pytest.mark.req("SLO-4")
def test_single_failure_pages_a_quiet_service_without_guard(tmp_path: Path):
    text = QUIET.format(target="99.9%", rate="typical: 1/m", more="")
    assert reported(text, tmp_path) == []
    (finding,) = reported(text + "policy: {slo: {min_failures: {enabled: false}}}\n", tmp_path)
    assert finding.message == "60 events in 1h are fewer than 1 / (14.4 × 0.001) = 69.4: a single failure pages"
    assert finding.subject == "reports/availability"


def test_busy_or_silent_service_needs_no_guard(tmp_path: Path):
    off = "policy: {slo: {min_failures: {enabled: false}}}\n"
    assert reported(QUIET.format(target="99.9%", rate="typical: 10/s", more="") + off, tmp_path) == []
    quiet = QUIET.format(target="99.9%", rate="typical: 1/m", more=", alerting: off")
    assert reported(quiet + off, tmp_path) == []
    assert reported(QUIET.format(target="99.9%", rate="p95: 1s", more="") + off, tmp_path) == []


def test_budget_of_less_than_one_event_is_reported_whatever_the_guard(tmp_path: Path):
    (finding,) = reported(QUIET.format(target="99.999%", rate="peak: 1/m", more=""), tmp_path)
    assert finding.message == "30d bring 43,200 events, of which 99.999 % lets 0.43 fail: less than one"
    assert finding.cure == "write a target below 99.9976%, or measure with probes that add events"


def test_budget_per_day_is_judged_by_its_own_factor(tmp_path: Path):
    policy = "policy: {slo: {burn: budget-per-day, min_failures: {enabled: false}}}\n"
    (finding,) = reported(QUIET.format(target="99.9%", rate="typical: 1/h", more="") + policy, tmp_path)
    assert finding.message == "30d bring 720 events, of which 99.9 % lets 0.72 fail: less than one"
    (finding,) = reported(QUIET.format(target="99.9%", rate="typical: 10/h", more="") + policy, tmp_path)
    assert finding.message.startswith("240 events in 1d are fewer than 1 / (3 × 0.001) = 333")
