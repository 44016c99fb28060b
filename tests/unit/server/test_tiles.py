"""The log for clients of C2SP tlog-tiles."""

import pytest

from surefoot.domain.access.account import LogRole, Role
from surefoot.domain.audit.tiles import entries
from surefoot.domain.audit.tree import leaf_hash
from tests.unit.server.place import Browser, Place
from tests.unit.server.test_intake import event, lines

pytestmark = pytest.mark.req("AUD-3")


@pytest.fixture
def reader(place: Place) -> Browser:
    """Return an auditor's program, on a log of 300 events."""
    place.add("root", Role.ADMIN, LogRole.AUDITOR)
    root = place.logged_in("root")
    sent = lines(*map(event, range(300)))
    headers = {"Content-Type": "application/x-ndjson"}
    assert place.token(root, "audit:append").post("/in/audit", content=sent, headers=headers).status_code == 202
    return place.token(root, "audit:read")


def test_tiles_hold_the_hashes_of_what_bundles_hold(reader: Browser):
    tile, part = reader.get("/audit/tile/0/000"), reader.get("/audit/tile/0/001.p/44")
    assert "immutable" in tile.headers["cache-control"]
    whole, rest = reader.get("/audit/tile/entries/000"), reader.get("/audit/tile/entries/001.p/44")
    assert whole.headers["cache-control"] == "no-store"
    assert b"".join(map(leaf_hash, entries(whole.content))) == tile.content
    assert b"".join(map(leaf_hash, entries(rest.content))) == part.content
    assert reader.get("/audit/checkpoint").text.split("\n")[:2] == ["surefoot/main", "302"]  # each bundle is recorded


@pytest.mark.parametrize("path", ["0/002", "0/001", "entries/001", "0/000.p/300", "1/000.p/2", "0/1", "x"])
def test_what_is_not_there_yet_or_no_path_is_not_found(reader: Browser, path: str):
    assert reader.get(f"/audit/tile/{path}").status_code == 404


@pytest.mark.req("AUD-5")
def test_taking_records_out_is_recorded(reader: Browser):
    reader.get("/audit/tile/0/000")
    reader.get("/audit/tile/entries/000")
    found = reader.get("/api/v1/audit/records", params={"q": "action=log.read"}).json()["records"]
    assert [one["record"]["detail"]["filter"] for one in found] == ["action=log.read", "records 0 to 255"]
