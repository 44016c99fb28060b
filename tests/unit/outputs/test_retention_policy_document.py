from pathlib import Path

import pytest

from surefoot.outputs.retention_policy_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("AUD-4", "DOC-1")

WORKSPACE = """
    service: checkout
    compliance: [gdpr, hipaa, own, unheard]
    regimes: {own: {keep_at_most: 3y, basis: Contract 9, description: What we signed.}}
    audit:
      parquet: true
      segment: 1024
      retention:
        categories: {data: {legal_hold: true, basis: Matter 12}}
        fields: {device: {max: 90d, basis: Minimal}}
    data:
      orders: {class: critical, personal: true, sensitive: [card], regimes: gdpr}
"""


def document(folder: Path, text: str = WORKSPACE) -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/compliance/retention-policy.md"
    return artifact.text


def row(text: str, begin: str, chapter: str) -> list[str]:
    part = text.partition(f"## {chapter}\n")[2].partition("\n## ")[0]
    line = next(line for line in part.split("\n") if line.startswith(f"| {begin}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_regime_is_quoted_honestly(tmp_path: Path):
    text = document(tmp_path)
    hipaa = row(text, "hipaa", "Regimes in force")
    assert "6 years for *documentation*; that it covers audit logs is a common reading, not the text" in hipaa
    gdpr = row(text, "gdpr", "Regimes in force")
    assert gdpr[3:] == ["none", "none", "2y at hand + 5y archive", "a purpose for each kind of data, tested restores"]
    assert row(text, "own", "Regimes in force")[1:5] == ["Contract 9", "What we signed.", "none", "3y"]
    assert "no rule comes from it" in row(text, "unheard", "Regimes in force")[2]


def test_a_conflict_is_shown_to_legal_with_the_proposal(tmp_path: Path):
    text = document(tmp_path)
    conflict = row(text, "`hipaa`", "Conflicts")
    assert conflict[0] == "`hipaa` demands records for at least 6y, `own` allows at most 3y"
    assert "every record" in conflict[1]
    assert "data" not in conflict[1].split(", ")  # held: nothing limits it
    assert "**Legal decides**" in text
    assert "keep the record, erase its personal fields" in text


def test_the_plan_of_each_category_says_who_decided(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "authentication", "Audit records") == [
        "authentication",
        "6y",
        "3y",
        "6y",
        "a conflict is decided, at least 6y",
        "hipaa",
        "gdpr, hipaa, own",
    ]
    assert row(text, "data", "Audit records")[2:5] == ["suspended by a legal hold", "6y", "the hold ends"]
    assert "Held by the spec: data." in text


def test_fields_and_data_have_their_own_tables(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "`device`", "Fields")[2] == "90d"
    assert "audit.retention.fields.device (Minimal)" in row(text, "`device`", "Fields")[6]
    assert row(text, "orders", "Data") == ["orders", "yes", "card", "not said", "**not said**", "gdpr"]


def test_the_settings_of_the_log_are_told(tmp_path: Path):
    text = document(tmp_path)
    assert "segments of 1,024 as JSONL.zst, and Parquet for queries" in text


def test_without_regimes_the_choice_is_said_to_be_ours(tmp_path: Path):
    text = document(tmp_path, "service: checkout\naudit: {}\n")
    assert "None is declared; what is kept is our own choice." in text
    assert "None: one plan satisfies every rule." in text
    assert "The spec holds nothing." in text
    assert row(text, "data", "Audit records")[4:] == ["2y", "policy.audit.default", "none"]
