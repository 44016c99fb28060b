"""Events of other services, sent to a server that is killed, cut off and lied to (AUD-1, AUD-3, AUD-5, AUD-6)."""

import json
import shutil
import socket
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from surefoot import audit
from surefoot.domain.audit.note import verifier_key
from surefoot.domain.audit.record import stamp
from surefoot.domain.audit.verify import verify
from surefoot.run.audit.exported import ExportedLog
from tests.real.programs import eventually
from tests.real.test_server import FAST, PASSWORD, Serving, surefoot

pytestmark = pytest.mark.real
INTAKE, RECORDS = "/in/audit", "/api/v1/audit/records"
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an administrator, an auditor, and a token for each purpose."""
    folder = tmp_path_factory.mktemp("intake")
    (folder / "surefoot.yaml").write_text(FAST, "utf-8")
    surefoot(folder, "users", "add", "root", "--role", "admin", given=PASSWORD)
    surefoot(folder, "users", "add", "vera", given=PASSWORD)
    surefoot(folder, "users", "add", "otto", "--log-role", "auditor", given=PASSWORD)
    for owner, scope in (("root", "audit:append"), ("root", "read"), ("otto", "audit:read")):
        token = surefoot(folder, "users", "token", "add", owner, "--title", "test", "--scope", scope)
        (folder / scope.replace(":", "-")).write_text(token, "utf-8")
    return folder


class Site:
    """A server on one port, that is killed and comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.place = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.place}"
        self.serving = self.start()

    def start(self) -> Serving:
        self.serving = Serving(self.folder, "--bind", self.place)
        return self.serving

    def kill(self) -> None:
        self.serving.process.kill()
        self.serving.process.wait(10)

    def client(self, scope: str) -> httpx.Client:
        token = (self.folder / scope.replace(":", "-")).read_text("utf-8")
        return self.serving.browser(headers={"Authorization": f"Bearer {token}"})

    def found(self, question: str) -> list[dict[str, Any]]:
        """Ask as the auditor, newest first."""
        answer = self.client("audit:read").get(RECORDS, params={"q": question, "limit": 1000})
        assert answer.status_code == 200, answer.text
        return [one["record"] for one in answer.json()["records"]]

    def opened(self) -> audit.Log:
        return audit.open(self.url, keys=self.folder / "client", token="TEST_TOKEN", service="checkout")  # noqa: S106


@pytest.fixture
def site(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TEST_TOKEN", (tmp_path / "audit-append").read_text("utf-8"))
    found = Site(tmp_path)
    yield found
    found.serving.end()


def event(number: int, **changes: object) -> bytes:
    whole = {
        "id": str(uuid.UUID(int=number)),
        "timestamp": stamp(datetime(2026, 11, 1, tzinfo=UTC)),
        "actor": {"type": "user", "id": "ana", "ip_address": "203.0.113.7"},
        "action": {"type": "entity.delete", "category": "data", "description": ""},
        "target": {"type": "order", "id": str(number)},
        "outcome": {"status": "success", "reason": ""},
        "changes": [{"field": "state", "old_value": "paid", "new_value": None}],
        "detail": {},
    }
    return json.dumps({**whole, **changes}).encode()


def kept(folder: Path) -> list[str]:
    """Return the ids of all records, however often they stand there."""
    with closing(sqlite3.connect(folder / "surefoot.db")) as database:
        return [row[0] for row in database.execute("SELECT id FROM audit_record")]


@pytest.mark.req("AUD-1", "AUD-3")
def test_after_a_kill_everything_is_sent_again_and_nothing_is_lost_or_doubled(site: Site):
    batches = [b"\n".join(event(number) for number in range(first, first + 20)) for first in range(0, 2000, 20)]
    answered: list[str] = []
    begun = threading.Event()

    def send() -> None:
        client = site.client("audit:append")
        for batch in batches:
            try:
                answer = client.post(INTAKE, content=batch, headers=LINES)
            except httpx.HTTPError:
                return
            answered.extend(one["id"] for one in answer.json()["receipts"])
            if len(answered) > 200:
                begun.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(30)
    site.kill()
    sender.join(30)
    assert 200 < len(answered) < 2000
    assert set(answered) <= set(kept(site.folder))

    site.start()
    client = site.client("audit:append")
    for batch in batches:
        answer = client.post(INTAKE, content=batch, headers=LINES)
        assert answer.status_code == 202, answer.text
    ids = [one for one in kept(site.folder) if one.startswith("00000000-")]
    assert sorted(ids) == sorted({str(uuid.UUID(int=number)) for number in range(2000)})
    assert "intact" in site.serving.run("audit", "verify")


@pytest.mark.req("AUD-3")
def test_events_wait_while_the_server_is_gone_and_the_gap_is_told(site: Site):
    with site.opened() as log:
        assert log.record("entity.delete", target=audit.thing("order", 0), changes={"state": ("paid", None)}).index
        site.kill()
        done = [
            log.record("entity.delete", target=audit.thing("order", number), changes={"state": ("paid", None)})
            for number in range(1, 6)
        ]
        assert {one.kept for one in done} == {audit.Kept.SPOOLED}
        assert log.waiting
        with pytest.raises(audit.PortError):  # of this category one wants to know
            log.record("setting.change", target=audit.thing("setting", "tls"), changes={"tls": (True, False)})
        site.start()
        eventually(lambda: not log.waiting, "what waited is not sent")
    eventually(lambda: len(site.found("target=order/* action=entity.delete")) == 6, "it did not arrive")
    told = [one["detail"] for one in site.found("action=log.spool actor=system/checkout")]
    assert told == [{"records": 6, "state": "closed"}, {"state": "opened"}]
    assert all(one["detail"]["service"] == "checkout" for one in site.found("target=order/*"))


@pytest.mark.req("AUD-3")
def test_without_its_database_the_server_takes_nothing_and_says_when_to_come_back(site: Site):
    with site.opened() as log:
        away = site.folder / "away.db"
        (site.folder / "surefoot.db").rename(away)
        answer = site.client("audit:append").post(INTAKE, content=event(1), headers=LINES)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        receipt = log.record("data.export", target=audit.thing("report", 1), detail={"scope": "all", "format": "csv"})
        assert receipt.kept is audit.Kept.SPOOLED
        away.rename(site.folder / "surefoot.db")
        eventually(lambda: not log.waiting, "what waited is not sent")
    assert [one["id"] for one in site.found("action=data.export")] == [receipt.id]


@pytest.mark.req("AUD-3", "AUD-5")
def test_a_token_that_is_none_or_for_something_else_lets_nothing_in_and_is_recorded(site: Site):
    forged = {"Authorization": "Bearer sf_000000000000_" + "0" * 49, **LINES}
    assert httpx.post(f"{site.url}{INTAKE}", content=event(1), headers=forged).status_code == 401
    assert site.client("read").post(INTAKE, content=event(1), headers=LINES).status_code == 403
    assert site.client("audit:append").get(RECORDS).status_code == 403
    assert site.serving.logged_in("vera").get(RECORDS).status_code == 403
    assert site.found("target=order/1") == []
    refused = [one["target"]["id"] for one in site.found("action=access.refusal outcome=failure")]
    assert sorted(refused) == [f"GET {RECORDS}", f"GET {RECORDS}", f"POST {INTAKE}"]


def test_a_wrong_token_loses_no_event(site: Site, monkeypatch: pytest.MonkeyPatch):
    right = (site.folder / "audit-append").read_text("utf-8")
    monkeypatch.setenv("TEST_TOKEN", "sf_wrong")
    with site.opened() as log:
        receipt = log.record("data.export", target=audit.thing("report", 1), detail={"scope": "all", "format": "csv"})
    assert receipt.kept is audit.Kept.SPOOLED
    monkeypatch.setenv("TEST_TOKEN", right)
    with site.opened() as log:
        eventually(lambda: not log.waiting, "what waited is not sent")
    assert [one["id"] for one in site.found("action=data.export")] == [receipt.id]


@pytest.mark.req("AUD-5")
def test_a_question_is_recorded_before_it_is_answered(site: Site):
    client = site.client("audit:read")
    question = {"q": "action=log.read", "purpose": "case 4711"}
    answer = client.get(RECORDS, params=question).json()
    newest = answer["records"][0]["record"]
    assert newest["action"]["type"] == "log.read"
    assert newest["actor"]["type"] == "api_key"
    assert (newest["detail"]["filter"], newest["detail"]["purpose"]) == ("action=log.read", "case 4711")
    assert answer["indexed"] == answer["size"]


@pytest.mark.req("AUD-6")
def test_what_surefoot_does_itself_ends_in_the_same_log(site: Site):
    root = site.serving.logged_in("root")
    assert root.post("/api/v1/users", json={"name": "eve"}).status_code == 201
    site.client("audit:append").post(INTAKE, content=event(1), headers=LINES)

    def types() -> set[str]:
        return {one["action"]["type"] for one in site.found("")}

    wanted = {"user.create", "token.create", "login.success", "entity.delete", "log.read"}
    eventually(lambda: wanted <= types(), "not all of it is in the log")
    assert "intact" in site.serving.run("audit", "verify")


@pytest.mark.req("AUD-3")
def test_a_client_of_static_tiles_verifies_the_log_over_http(site: Site):
    site.client("audit:append").post(INTAKE, content=b"\n".join(map(event, range(600))), headers=LINES)
    client = site.client("audit:read")
    noted = client.get("/audit/checkpoint").content
    key = verifier_key(client.get("/api/v1/audit/checkpoint").json()["key"])

    def read(path: str) -> bytes | None:
        if path == "checkpoint":
            return noted
        answer = client.get(f"/audit/{path}")
        return answer.content if answer.status_code == 200 else None

    log = ExportedLog(read)
    assert log.size > 600
    found = verify(log, key, key.name)
    assert {one.kind.value for one in found.verdicts} <= {"unanchored"}
    assert "records 0 to 255" in [one["detail"]["filter"] for one in site.found("action=log.read")]
    assert client.get("/audit/tile/entries/900").status_code == 404


@pytest.mark.req("AUD-3")
def test_how_far_the_log_is_stands_in_the_figures(site: Site):
    site.client("audit:append").post(INTAKE, content=event(1), headers=LINES)

    def figures() -> dict[str, float]:
        lines = httpx.get(f"{site.url}/metrics").text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    eventually(lambda: figures()['surefoot_audit_records{state="indexed"}'] > 0, "nothing is indexed")
    found = figures()
    assert found['surefoot_audit_events_total{kept="sequenced"}'] == 1
    eventually(lambda: figures()["surefoot_audit_lag_seconds"] < 2, "it lags")


@pytest.mark.req("AUD-3")
def test_services_that_record_straight_into_the_database_share_the_log_with_the_server(site: Site):
    place, keys = site.folder / "surefoot.db", site.folder / "surefoot-keys"
    with audit.open(place, keys=keys, service="worker") as log:
        first = log.record("data.export", target=audit.thing("report", 1), detail={"scope": "all", "format": "csv"})
    site.client("audit:append").post(INTAKE, content=event(1), headers=LINES)
    assert first.kept is audit.Kept.SEQUENCED
    eventually(lambda: len(site.found("target=order/1")) == 1, "the server does not go on")
    assert [one["id"] for one in site.found("action=data.export")] == [first.id]
    assert "intact" in site.serving.run("audit", "verify")
