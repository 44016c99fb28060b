"""Links are asked for once, and only those that are missing."""

from pathlib import Path

from tests.unit.checks.examine import of


def test_only_the_missing_link_is_asked_for(tmp_path: Path):
    (finding,) = of("I12", 'service: shop\nlinks: {runbooks: "https://docs.example"}\n', tmp_path)
    assert finding.message == "pages carry no link to the dashboard"
    assert finding.span
    assert finding.span.line == 2


def test_many_services_are_one_question(tmp_path: Path):
    (finding,) = of("I12", "services: {a: {}, b: {}}\n", tmp_path)
    assert finding.message == "pages carry no link to the dashboard and the runbook"
