import re
from pathlib import Path

import pytest

from surefoot.outputs.alerting_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("ALR-1", "DOC-1")

WORKSPACE = """
    services:
      checkout:
        owner: payments
        targets: ["localhost:8080"]
        slos:
          a: {target: 99.9%, bad: bad_total, total: all_total, burn: budget-per-day}
    teams: {payments: {chat: "slack:#payments"}}
"""


def document(folder: Path, text: str = WORKSPACE) -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/operations/alerting.md"
    return artifact.text


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.partition("## checkout")[2].split("\n")
        if line.startswith("| `")
    ]


def test_every_alert_has_priority_condition_receiver_and_runbook(tmp_path: Path):
    found = rows(document(tmp_path))
    assert found[0] == [
        "`CheckoutABudgetBurn`",
        "fast",
        "P2",
        "a burns 3× over 1d and 2h",
        "at once",
        "`payments-P2`",
        "[runbook](runbooks/checkout/CheckoutABudgetBurn.md)",
    ]
    down = next(row for row in found if row[0] == "`CheckoutServiceDown`")
    assert down[2:6] == ["P1", "every instance is down", "1m", "`payments-P1`"]


def test_priorities_say_how_soon_somebody_answers(tmp_path: Path):
    text = document(tmp_path)
    told = dict(re.findall(r"^\| (P[1-4]) +\| (.+?) +\|", text, re.MULTILINE))
    assert told == {
        "P1": "answer within 5m",
        "P2": "answer within 30m",
        "P3": "answer within 4h",
        "P4": "answer by the next business day",
    }
    assert "tiers in business hours only: medium" in text


def test_a_receiver_that_reaches_nobody_stands_out(tmp_path: Path):
    text = document(tmp_path, WORKSPACE.replace('chat: "slack:#payments"', "description: none"))
    assert text.count("**nobody**") == 4


def test_a_workspace_without_alerts_has_no_such_document(tmp_path: Path):
    assert not written(OUTPUT, resolved(tmp_path, "\n    services: {quiet: {}}\n"), tmp_path)
