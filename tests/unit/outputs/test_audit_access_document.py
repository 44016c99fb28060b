from pathlib import Path

import pytest

from surefoot.outputs.audit_access_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("AUD-5", "DOC-1")

WORKSPACE = """
    services: {checkout: {owner: payments}}
    people: {ana: {name: Ana Example}, dara: {name: Dara Example}}
    teams: {payments: {members: [ana]}}
    audit: {}
    access:
      ours: {role: operator, teams: payments}
      none: {role: operator, people: dara}
      law: {role: privacy-officer, people: dara, purpose: requests}
    reviews: {access: {subject: access, every: quarterly, people: dara, description: Who reads.}}
"""


def document(folder: Path, text: str = WORKSPACE) -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/compliance/audit-access.md"
    return artifact.text


def row(text: str, begin: str) -> list[str]:
    line = next(line for line in text.split("\n") if line.startswith(f"| {begin} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_grant_names_people_teams_and_services(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "ours") == ["ours", "operator", "", "payments (Ana Example)", "checkout", "all", "all", ""]
    assert row(text, "none")[2:5] == ["Dara Example", "", "**none**"]
    assert row(text, "law")[-1] == "requests"


def test_what_nobody_can_do_is_said(tmp_path: Path):
    text = document(tmp_path)
    assert "Nobody is an auditor" in text
    assert "Nobody is a privacy officer" not in text


def test_reads_are_recorded_and_grants_reviewed(tmp_path: Path):
    text = document(tmp_path)
    assert "recorded **before** the answer" in text
    assert row(text, "access") == ["access", "quarterly", "Dara Example", "Who reads."]


def test_without_grants_nobody_reads(tmp_path: Path):
    text = document(tmp_path, "service: checkout\naudit: {}\n")
    assert "**Nobody may read the log**" in text
    assert "No review of these grants is declared" in text
