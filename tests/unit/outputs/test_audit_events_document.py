from pathlib import Path

import pytest

from surefoot.outputs.audit_events_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = [pytest.mark.req("AUD-1", "DOC-1")]

WORKSPACE = """
    service: checkout
    compliance: [pci-dss]
    audit:
      retention: {categories: {data: {min: 7y, basis: Commercial code}}}
      events:
        order.refund: {category: data, priority: high, capture: [amount], personal: [email], description: Money back.}
      categories: {data: {unavailable: drop+count, description: What customers own.}, debug: {}}
"""


def document(folder: Path, text: str = WORKSPACE) -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/compliance/audit-events.md"
    return artifact.text


def row(text: str, begin: str) -> list[str]:
    line = next(line for line in text.split("\n") if line.startswith(f"| {begin}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_type_says_what_it_captures_where(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "`login.failure`")[:4] == [
        "`login.failure`",
        "high",
        "`user` (`actor.id`), `ip_address` (`actor.ip_address`), `device` (`detail.device`)",
        "`device`",
    ]
    assert row(text, "`order.refund`") == [
        "`order.refund`",
        "high",
        "`amount` (`detail.amount`)",
        "`email`",
        "Money back.",
    ]


def test_the_overview_names_category_priority_retention_and_source(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "[order.refund]") == ["[order.refund](#data)", "data", "high", "7y", "spec"]
    assert row(text, "[login.failure]")[3:] == ["3y", "built in"]


def test_each_category_says_how_long_why_and_what_happens_without_the_log(tmp_path: Path):
    part = document(tmp_path).partition("## data")[2].partition("\n## ")[0]
    assert "What customers own." in part
    assert "Kept: 7y, 1y of it at hand (at least 7y, no maximum; by audit.retention.categories.data)" in part
    assert "pci-dss: PCI DSS 4.0.1, 10.5.1; audit.retention.categories.data: Commercial code" in part
    assert "dropped; how many were is recorded afterwards (`drop+count`)" in part


def test_categories_without_types_are_shown(tmp_path: Path):
    part = document(tmp_path).partition("## debug")[2].partition("\n## ")[0]
    assert "No type of event is declared" in part


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("service: checkout\n", False),
        ("service: checkout\ncompliance: [none]\n", False),
        ("service: checkout\ncompliance: [gdpr]\n", True),
        ("service: checkout\naudit: {}\n", True),
        ("service: checkout\ndata: {orders: {class: critical, personal: true}}\n", True),
        ("service: checkout\ndata: {orders: {class: critical}}\n", False),
    ],
)
def test_documents_are_written_where_something_asks_for_a_log(text: str, rendered: bool, tmp_path: Path):  # noqa: FBT001
    assert bool(written(OUTPUT, resolved(tmp_path, text), tmp_path)) is rendered
