"""From a place to a log."""

from pathlib import Path

import pytest

from surefoot import audit
from surefoot.errors import SpecError

SPEC = """
surefoot: 1
workspace: shop
services: {orders: {owner: payments}}
data: {orders: {class: important, rpo: 1h, rto: 4h, personal: true}}
audit: {events: {refund.approve: {category: data, capture: [who, amount]}}}
"""
REFUND = {"amount": 9.5}


def test_a_server_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SUREFOOT_TOKEN", raising=False)
    with pytest.raises(audit.PortError, match="SUREFOOT_TOKEN is not set"):
        audit.open("https://surefoot.example", keys=tmp_path)


def test_a_token_never_travels_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUREFOOT_TOKEN", "sf_x")
    with pytest.raises(audit.PortError, match="https://"):
        audit.open("http://surefoot.example", keys=tmp_path)


def test_a_server_that_is_not_there_costs_no_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUREFOOT_TOKEN", "sf_x")
    with audit.open("http://127.0.0.1:9", keys=tmp_path, service="shop") as log:
        receipt = log.record("data.export", target=audit.thing("report", 1), detail={"scope": "all", "format": "csv"})
        assert receipt.kept is audit.Kept.SPOOLED
        assert log.waiting


@pytest.mark.req("AUD-1")
def test_types_of_the_spec_count(tmp_path: Path):
    (tmp_path / "surefoot.yaml").write_text(SPEC, "utf-8")
    with audit.open(tmp_path / "a.db", keys=tmp_path / "keys", spec=tmp_path, service="shop") as log:
        assert log.record("refund.approve", target=audit.thing("order", 7), detail=REFUND).index == 0
    with (
        audit.open(tmp_path / "a.db", keys=tmp_path / "keys", service="shop") as log,
        pytest.raises(audit.RecordRefused, match="declare it"),
    ):
        log.record("refund.approve", target=audit.thing("order", 7), detail=REFUND)


def test_a_spec_that_cannot_be_used_is_told(tmp_path: Path):
    (tmp_path / "surefoot.yaml").write_text("surefoot: 1\nworkspaces: shop\n", "utf-8")
    with pytest.raises(SpecError, match="workspaces"):
        audit.open(tmp_path / "a.db", keys=tmp_path / "keys", spec=tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(audit.PortError, match="the folder"):
        audit.open(tmp_path / "missing" / "a.db", keys=tmp_path / "keys")
