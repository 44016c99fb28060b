from pathlib import Path

import pytest

from surefoot.domain.audit.verdict import Kind
from surefoot.outputs.audit_logging_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("AUD-3", "DOC-1")

WORKSPACE = """
    service: checkout
    audit:
      store: env:DSN
      signing: {key: env:KEY}
      spool: {directory: /var/spool/log, size: 3GiB}
      tenants: [eu, us]
      intake: {app: {key: env:APP, service: checkout, tenant: eu}}
      anchors:
        - {git: "git@backup.example:log.git"}
        - {witness: {url: "https://witness.example", key: witness+1}, every: 5m}
      categories: {data: {unavailable: block}}
"""


def document(folder: Path, text: str = WORKSPACE) -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/operations/audit-logging.md"
    return artifact.text


def row(text: str, begin: str) -> list[str]:
    line = next(line for line in text.split("\n") if line.startswith(f"| {begin} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_set_up_is_that_of_the_spec(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "Store")[1] == "`env:DSN`"
    assert row(text, "Signing key")[1] == "`env:KEY`, ed25519"
    assert row(text, "Spool")[1] == "`/var/spool/log`, up to 3 GiB"
    assert row(text, "Tenants, each its own log")[1] == "eu, us"


def test_senders_pins_and_categories_are_listed(tmp_path: Path):
    text = document(tmp_path)
    assert row(text, "app") == ["app", "checkout", "eu", "`env:APP`"]
    assert row(text, "git") == ["git", "`git@backup.example:log.git`", "1h"]
    assert row(text, "witness") == ["witness", "`https://witness.example`", "5m"]
    assert row(text, "data") == ["data", "`block`", "spec"]
    assert row(text, "evidence") == ["evidence", "`spool`", "policy"]


def test_every_verdict_says_what_to_do(tmp_path: Path):
    text = document(tmp_path)
    for verdict in Kind:
        line = next(line for line in text.split("\n") if line.startswith("|") and verdict in line)
        assert line.strip("|").split("|")[2].strip()


def test_what_is_missing_is_said(tmp_path: Path):
    text = document(tmp_path, "service: checkout\naudit: {}\n")
    assert "**none**: checkpoints are not signed" in text
    assert "**None is declared** (`audit.anchors`): a rewritten log would not be noticed." in text
    assert "No sender over HTTP is declared" in text
    assert row(text, "Store")[1] == "the workspace's own database"
