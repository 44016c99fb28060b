import pytest

from tests.unit.checks.examined import alert, of


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("labels: {severity: critical}", 1),
        ("labels: {sloth_severity: page}", 1),
        ("labels: {severity: warning}", 0),
        ("labels: {severity: page}, annotations: {runbook_url: ''}", 1),
        ("labels: {severity: page}, annotations: {runbook: x}", 0),
    ],
)
def test_only_pages_need_a_runbook(more: str, count: int):
    assert len(of("L17", alert("x > 1", more))) == count
