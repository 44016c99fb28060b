"""Files of foreign formats are not asked for what they have no place for."""

from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.domain.intake import Decision

SLOTH = """
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_errors_total[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting: {name: ShopAvailability}
"""
SMALL = """
surefoot: 1
workspace: hello
service: hello
owner: web
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
  latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}
teams:
  web: {members: [ana], chat: "slack:#web"}
people:
  ana: {name: Ana Example, email: ana@hello.example}
"""


@pytest.mark.req("INT-3")
def test_file_of_sloth_is_accepted_without_questions(tmp_path: Path):
    file = tmp_path / "slo.yml"
    file.write_text(SLOTH, encoding="utf-8")
    found = api.check([file], today=date(2026, 11, 1))
    assert (found.findings, found.decision) == ((), Decision.ACCEPT)


@pytest.mark.req("INT-3")
def test_a_dozen_lines_are_enough_to_go_on(tmp_path: Path):
    file = tmp_path / "surefoot.yaml"
    file.write_text(SMALL, encoding="utf-8")
    found = api.check([file], today=date(2026, 11, 1))
    assert found.decision is Decision.CLARIFY
    assert all(finding.default for finding in found.findings)
