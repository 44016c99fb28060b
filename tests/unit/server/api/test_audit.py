"""Reading the log over the API: recorded first, and only what the reader may see."""

import json
from pathlib import Path
from typing import Any

import pytest

from surefoot.domain.access.account import LogRole, Role
from surefoot.domain.audit.note import verifier_key
from surefoot.domain.audit.proof import parse_proof, verify_proof
from tests.unit.server.place import Browser, Place
from tests.unit.server.test_intake import event

pytestmark = pytest.mark.req("AUD-5")
AUDIT = "/api/v1/audit"
RECORDS = f"{AUDIT}/records"


@pytest.fixture
def filled(place: Place) -> Place:
    """Return a server with three events of others in its log."""
    place.add("root", Role.ADMIN)
    sender = place.token(place.logged_in("root"), "audit:append")
    for number in range(1, 4):
        assert sender.post("/in/audit", json=event(number)).status_code == 202
    return place


def reader(place: Place, role: LogRole | None) -> Browser:
    place.add("otto", Role.VIEWER, role)
    return place.logged_in("otto")


def ids(answer: Any) -> list[str]:
    return [one["record"]["target"]["id"] for one in answer.json()["records"]]


def test_an_auditor_asks_and_the_question_is_recorded_first(filled: Place):
    browser = reader(filled, LogRole.AUDITOR)
    answer = browser.get(RECORDS, params={"q": "action=data.export actor=ana", "purpose": "case 4711"})
    assert ids(answer) == ["3", "2", "1"]
    assert answer.json()["indexed"] == answer.json()["size"] == 4
    newest = browser.get(RECORDS, params={"q": "action=log.read"}).json()["records"][1]["record"]
    assert newest["detail"]["purpose"] == "case 4711"
    assert "ana" not in newest["detail"]["filter"]  # by their pseudonym
    assert "ana" not in json.dumps(answer.json()["records"])


def test_pages_follow_each_other(filled: Place):
    browser = reader(filled, LogRole.AUDITOR)
    first = browser.get(RECORDS, params={"q": "action=data.export", "limit": 2})
    rest = browser.get(RECORDS, params={"q": "action=data.export", "limit": 2, "after": first.json()["next"]})
    assert (ids(first), ids(rest), rest.json()["next"]) == (["3", "2"], ["1"], None)


def test_who_has_no_log_role_is_refused_and_that_is_recorded(filled: Place):
    browser = reader(filled, None)
    for path in (RECORDS, f"{RECORDS}/{event()['id']}/proof", f"{AUDIT}/checkpoint", "/audit/checkpoint"):
        assert browser.get(path).status_code == 403
    assert {one[0] for one in filled.door.told()} == {"access.refusal"}


def test_an_operator_sees_events_of_their_services_and_takes_no_proof(filled: Place):
    browser = reader(filled, LogRole.OPERATOR)
    answer = browser.get(RECORDS, params={"q": "action=data.export"})
    assert (answer.status_code, ids(answer)) == (200, [])  # whose services the spec would say
    assert browser.get(f"{RECORDS}/{event()['id']}/proof").status_code == 403
    assert browser.get("/audit/tile/0/000.p/1").status_code == 403


def test_only_the_privacy_officer_opens_values_and_only_for_a_purpose(filled: Place):
    asked = {"q": "action=data.export", "reveal": "ana", "limit": 1}
    auditor = reader(filled, LogRole.AUDITOR)
    assert auditor.get(RECORDS, params={**asked, "purpose": "a request"}).status_code == 403
    filled.add("olga", Role.VIEWER, LogRole.PRIVACY_OFFICER)
    officer = filled.logged_in("olga")
    assert officer.get(RECORDS, params=asked).status_code == 422
    (found,) = officer.get(RECORDS, params={**asked, "purpose": "a request"}).json()["records"]
    assert (found["record"]["actor"]["id"], found["record"]["actor"]["ip_address"]) == ("ana", "203.0.113.7")
    assert ids(officer.get(RECORDS, params={"q": "action=log.reveal"}))
    unknown = officer.get(RECORDS, params={**asked, "reveal": "nobody", "purpose": "a request"})
    assert (unknown.status_code, "no key" in unknown.json()["detail"]) == (422, True)


@pytest.mark.parametrize("asked", [{"q": "colour=red"}, {"limit": 0}, {"limit": 100_000}, {"wat": 1}, {"purpose": ""}])
def test_a_question_that_cannot_be_read_is_told_what_is_wrong(filled: Place, asked: dict[str, Any]):
    answer = reader(filled, LogRole.AUDITOR).get(RECORDS, params=asked)
    assert answer.status_code == 422


@pytest.mark.req("AUD-3")
def test_a_proof_verifies_without_the_server(filled: Place):
    browser = reader(filled, LogRole.AUDITOR)
    proof = parse_proof(browser.get(f"{RECORDS}/{event(2)['id']}/proof").text)
    key = verifier_key(browser.get(f"{AUDIT}/checkpoint").json()["key"])
    verified = verify_proof(proof.extra, proof, [key])
    assert verified.index == 1
    assert json.loads(proof.extra)["id"] == event(2)["id"]


@pytest.mark.parametrize("record", ["00000000-0000-4000-8000-00000000ffff", "nonsense"])
def test_a_record_that_is_not_there_has_no_proof(filled: Place, record: str):
    assert reader(filled, LogRole.AUDITOR).get(f"{RECORDS}/{record}/proof").status_code == 404


def test_an_empty_log_has_no_checkpoint(place: Place):
    place.add("otto", Role.VIEWER, LogRole.AUDITOR)
    assert place.logged_in("otto").get(f"{AUDIT}/checkpoint").status_code == 404


@pytest.mark.req("AUD-3")
def test_without_a_record_of_the_question_there_is_no_answer(filled: Place, tmp_path: Path):
    browser = reader(filled, LogRole.AUDITOR)
    for path in tmp_path.glob("*.db"):
        path.rename(path.with_suffix(".gone"))
    assert browser.get(RECORDS).status_code == 503
