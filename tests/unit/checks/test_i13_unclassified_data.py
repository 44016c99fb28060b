"""Nothing enters an audit log before somebody says how sensitive it is (INT-3)."""

from pathlib import Path

import pytest

from surefoot.finding import Role, Severity
from tests.unit.checks.examine import of

AUDIT = "service: shop\naudit: {retention: strictest}\n"


@pytest.mark.req("INT-3")
@pytest.mark.parametrize("data", ["", "data: {orders: {preset: logs}}\n"])
def test_missing_classification_blocks(data: str, tmp_path: Path):
    (finding,) = of("I13", AUDIT + data, tmp_path)
    assert (finding.severity, finding.ask) == (Severity.ERROR, Role.DATA)


@pytest.mark.req("INT-3")
@pytest.mark.parametrize("answer", ["classification: public", "personal: false", "sensitive: []", "sensitive: [card]"])
def test_every_answer_counts(answer: str, tmp_path: Path):
    assert of("I13", AUDIT + f"data: {{orders: {{preset: logs, {answer}}}}}\n", tmp_path) == []


def test_without_audit_log_nothing_is_asked(tmp_path: Path):
    assert of("I13", "service: shop\ndata: {orders: {preset: logs}}\n", tmp_path) == []
