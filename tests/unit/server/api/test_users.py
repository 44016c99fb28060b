"""Users over HTTP."""

import pytest

from surefoot.domain.access.account import LogRole, Role, UserName
from tests.unit.server.place import PASSWORD, Browser, Place

USERS = "/api/v1/users"


@pytest.fixture
def root(place: Place) -> Browser:
    """Return an administrator's browser."""
    place.add("root", Role.ADMIN)
    return place.logged_in("root")


@pytest.mark.req("PLT-1", "PLT-2", "AUD-6")
def test_a_user_is_added_with_a_record_and_can_log_in(place: Place, root: Browser):
    answer = root.post(USERS, {"name": "Bo", "display": "Bo B", "role": "responder", "password": PASSWORD})
    assert answer.status_code == 201
    assert "password" not in answer.json()
    assert {**answer.json(), "created": ""} == {
        "name": "bo",
        "display": "Bo B",
        "role": "responder",
        "log_role": None,
        "active": True,
        "created": "",
    }
    (event,) = place.door.events
    assert (event.action.type, event.actor.id, event.target.id) == ("user.create", "root", "bo")
    assert "respond" in place.logged_in("bo").get("/api/v1/session").json()["rights"]


def test_a_name_is_given_once(root: Browser):
    assert root.post(USERS, {"name": "bo"}).status_code == 201
    assert root.post(USERS, {"name": "BO"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "b o"},
        {"name": "bo", "password": "short"},
        {"name": "bo", "role": "owner"},
        {"name": "bo", "display": "\n"},
        {"name": "bo", "admin": True},
        {"name": ["bo"]},
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(place: Place, root: Browser, body: dict[str, object]):
    answer = root.post(USERS, body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert place.store.read(lambda tx: tx.accounts.user(UserName("bo"))) is None
    assert not place.door.events


@pytest.mark.req("PLT-1", "AUD-6")
def test_every_change_of_what_somebody_may_do_is_recorded_as_granted_or_revoked(place: Place, root: Browser):
    place.add("bo", Role.RESPONDER)
    for body in ({"role": "admin"}, {"role": "viewer"}, {"log_role": "auditor"}, {"log_role": ""}, {"display": "B"}):
        assert root.ask("PATCH", f"{USERS}/bo", json=body).status_code == 200
    assert [event.action.type for event in place.door.events] == [
        "permission.grant",
        "permission.revoke",
        "permission.grant",
        "permission.revoke",
        "user.update",
    ]
    first = place.door.events[0].changes[0]
    assert (first.field, first.old_value, first.new_value) == ("role", "responder", "admin")


def test_what_stays_the_same_is_no_change(place: Place, root: Browser):
    place.add("bo", Role.RESPONDER, LogRole.OPERATOR)
    assert root.ask("PATCH", f"{USERS}/bo", json={"role": "responder"}).json()["log_role"] == "operator"
    assert not place.door.events


@pytest.mark.req("PLT-1")
def test_whoever_is_deactivated_is_out_at_once(place: Place, root: Browser):
    place.add("bo")
    bo = place.logged_in("bo")
    assert root.ask("PATCH", f"{USERS}/bo", json={"active": False}).json()["active"] is False
    assert bo.get("/api/v1/session").status_code == 401
    assert [event.action.type for event in place.door.events] == ["user.deactivate"]


def test_a_role_that_is_taken_away_counts_from_the_next_request_on(place: Place, root: Browser):
    place.add("bo", Role.ADMIN)
    bo = place.logged_in("bo")
    assert bo.get(USERS).status_code == 200
    root.ask("PATCH", f"{USERS}/bo", json={"role": "viewer"})
    assert bo.get(USERS).status_code == 403


@pytest.mark.parametrize("body", [{"active": False}, {"role": "responder"}])
def test_the_last_administrator_stays_one(root: Browser, body: dict[str, object]):
    answer = root.ask("PATCH", f"{USERS}/root", json=body)
    assert answer.status_code == 409
    assert "last administrator" in answer.json()["detail"]


def test_nobody_of_that_name_is_told_so(root: Browser):
    assert root.get(f"{USERS}/eve").status_code == 404
    assert root.ask("PATCH", f"{USERS}/eve", json={"role": "viewer"}).status_code == 404
    assert root.ask("PUT", f"{USERS}/eve/password", json={"password": PASSWORD}).status_code == 404


@pytest.mark.req("PLT-1", "AUD-6")
def test_one_changes_ones_own_password_with_the_current_one_and_stays_logged_in_here_alone(place: Place):
    place.add("ana")
    here, there = place.logged_in("ana"), place.logged_in("ana")
    new = {"password": "another battery horse", "current": PASSWORD}
    assert here.ask("PUT", f"{USERS}/ana/password", json=new).status_code == 204
    assert here.get("/api/v1/session").status_code == 200
    assert there.get("/api/v1/session").status_code == 401
    assert [event.action.type for event in place.door.events] == ["password.change"]


@pytest.mark.req("PLT-1")
def test_whoever_finds_a_browser_open_cannot_guess_the_current_password(place: Place):
    place.add("ana")
    ana = place.logged_in("ana")
    new = {"password": "another battery horse", "current": "wrong"}
    codes = [ana.ask("PUT", f"{USERS}/ana/password", json=new).status_code for _ in range(7)]
    assert codes == [403] * 5 + [429] * 2


def test_an_administrator_sets_a_password_and_the_sessions_end(place: Place, root: Browser):
    place.add("bo")
    bo = place.logged_in("bo")
    assert root.ask("PUT", f"{USERS}/bo/password", json={"password": "another battery horse"}).status_code == 204
    assert bo.get("/api/v1/session").status_code == 401


def test_a_token_does_not_change_its_owners_password(place: Place):
    place.add("ana")
    program = place.token(place.logged_in("ana"), "read")
    new = {"password": "another battery horse", "current": PASSWORD}
    assert program.ask("PUT", f"{USERS}/ana/password", json=new).status_code == 403
