"""Events of other services: line by line, durable or said not to be."""

import json
import uuid
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest

from surefoot.domain.access.account import LogRole, Role
from surefoot.errors import StoreError
from tests.unit.server.place import Browser, Furnish, Place

pytestmark = pytest.mark.req("AUD-1", "AUD-3")
INTAKE = "/in/audit"
LINES = {"Content-Type": "application/x-ndjson"}


def event(number: int = 1, **changes: object) -> dict[str, Any]:
    whole = {
        "id": str(uuid.UUID(int=number)),
        "timestamp": "2026-11-01T00:00:00.000000Z",
        "actor": {"type": "user", "id": "ana", "ip_address": "203.0.113.7"},
        "action": {"type": "data.export", "category": "data", "description": ""},
        "target": {"type": "report", "id": str(number)},
        "outcome": {"status": "success", "reason": ""},
        "changes": [],
        "detail": {"scope": "all", "format": "csv"},
    }
    return {**whole, **changes}


def lines(*events: object) -> bytes:
    return b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in events)


def program(place: Place, *scopes: str) -> Browser:
    place.add("root", Role.ADMIN, LogRole.AUDITOR)
    return place.token(place.logged_in("root"), *(scopes or ("audit:append",)))


def stored(place: Place) -> list[dict[str, Any]]:
    def work(tx: Any) -> list[Any]:
        return tx.log.rows("main", 0, 1000) if "main" in tx.log.logs() else []

    return [json.loads(row.body) for row in place.store.read(work)]


def test_an_event_is_in_the_log_when_it_is_answered_for(place: Place):
    answer = program(place).post(INTAKE, json=event())
    assert answer.status_code == 202
    assert answer.json() == {"receipts": [{"line": 1, "id": event()["id"], "kept": "sequenced", "index": 0}]}
    assert [one["target"]["id"] for one in stored(place)] == ["1"]


def test_sent_again_it_is_not_doubled(place: Place):
    sender = program(place)
    first, again = (sender.post(INTAKE, content=lines(event(), event()), headers=LINES).json() for _ in range(2))
    assert first == again
    assert [one["index"] for one in again["receipts"]] == [0, 0]
    assert len(stored(place)) == 1


def test_what_is_refused_is_named_by_line_and_field_and_its_neighbours_are_taken(place: Place):
    share = event(2, detail={"share": 0.123456789})
    sent = lines(event(1), b"\n", share, b"{broken\n", event(3, colour="red"), event(4))
    answer = program(place).post(INTAKE, content=sent, headers=LINES)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert [(one["line"], one["field"]) for one in told["refusals"]] == [
        (3, "detail.share"),
        (4, "record"),
        (5, "colour"),
    ]
    assert [one["line"] for one in told["receipts"]] == [1, 6]
    kinds = [one["action"]["type"] for one in stored(place)]
    assert (kinds.count("data.export"), kinds.count("log.refuse")) == (2, 3)
    refusal = next(one for one in stored(place) if one["action"]["type"] == "log.refuse")
    assert "0.123456789" not in json.dumps(refusal)


def test_another_event_under_a_known_id_is_refused(place: Place):
    sender = program(place)
    sender.post(INTAKE, json=event())
    answer = sender.post(INTAKE, json=event(target={"type": "report", "id": "other"}))
    assert [one["field"] for one in answer.json()["refusals"]] == ["id"]


def test_nobody_speaks_for_surefoot(place: Place):
    own = {"type": "log.erase", "category": "operation", "description": ""}
    itself = {"type": "system", "id": "surefoot", "ip_address": None}
    gap = event(3, action={"type": "log.spool", "category": "operation", "description": ""}, detail={"state": "opened"})
    sent = lines(event(1, action=own), event(2, actor=itself), gap)
    answer = program(place).post(INTAKE, content=sent, headers=LINES).json()
    assert [one["field"] for one in answer["refusals"]] == ["action.type", "actor.id"]
    assert [one["line"] for one in answer["receipts"]] == [3]


@pytest.mark.parametrize(("scopes", "status"), [(["audit:append"], 400), (["audit:append", "admin"], 202)])
def test_what_was_proved_only_an_administrators_program_tells(place: Place, scopes: list[str], status: int):
    said = dict.fromkeys(("promise", "verdict", "measured", "bound", "how", "version", "digest"), "x")
    proof = event(1, action={"type": "proof.add", "category": "evidence", "description": ""}, detail=said)
    assert program(place, *scopes).post(INTAKE, json=proof).status_code == status


def test_without_the_scope_nothing_is_taken_and_that_is_recorded(place: Place):
    assert program(place, "read").post(INTAKE, json=event()).status_code == 403
    assert place.door.told() == [("access.refusal", f"POST {INTAKE}", "failure")]
    assert place.client().post(INTAKE, json=event()).status_code == 401
    assert place.logged_in("root").post(INTAKE, json=event()).status_code == 401  # a page cannot send events
    assert stored(place) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"\n\n", "application/x-ndjson", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}\n" * 4097, "application/x-ndjson", 413),
    ],
)
def test_what_is_no_event_at_all_is_told_so(place: Place, body: bytes, kind: str, status: int):
    answer = program(place).post(INTAKE, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert stored(place) == []


def test_what_is_not_on_disk_is_not_answered_for(furnish: Furnish, monkeypatch: pytest.MonkeyPatch):
    place = furnish(store_wait=timedelta(seconds=0.2))
    sender = program(place)
    late: Future[Any] = Future()
    submitted = iter([Future(), late])
    next_one = next(submitted)
    next_one.set_exception(StoreError("away"))
    answers = iter([next_one, late])
    monkeypatch.setattr(type(place.services.desk.log), "record", lambda *_: next(answers))
    answer = sender.post(INTAKE, content=lines(event(1), event(2)), headers=LINES)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["receipts"] == []
    assert "2 of 2" in answer.json()["detail"]


def test_what_came_of_events_is_counted(place: Place):
    program(place).post(INTAKE, content=lines(event(1), event(2), b"x\n"), headers=LINES)
    figures = place.client().get("/metrics").text
    assert 'surefoot_audit_events_total{kept="sequenced"} 2.0' in figures
    assert 'surefoot_audit_events_total{kept="refused"} 1.0' in figures
