"""Tokens over HTTP."""

import pytest

from surefoot.domain.access.account import LogRole, Role
from tests.unit.server.place import Browser, Place

TOKENS = "/api/v1/tokens"


@pytest.fixture
def root(place: Place) -> Browser:
    """Return an administrator's browser."""
    place.add("root", Role.ADMIN)
    return place.logged_in("root")


@pytest.mark.req("PLT-1", "PLT-2", "AUD-6")
def test_a_token_is_shown_once_and_recorded(place: Place, root: Browser):
    answer = root.post(TOKENS, {"title": "deploys", "scopes": ["read", "respond"], "days": 30})
    assert answer.status_code == 201
    text = answer.json()["token"]
    assert text.startswith(f"sf_{answer.json()['id']}_")
    (event,) = place.door.events
    assert (event.action.type, event.target.id, event.detail["scopes"]) == ("token.create", "root", "read respond")
    assert text not in str(event)
    listed = root.get(TOKENS)
    assert text not in listed.text
    (token,) = listed.json()["tokens"]
    assert (token["title"], token["owner"], token["scopes"], token["used"]) == (
        "deploys",
        "root",
        ["read", "respond"],
        None,
    )


def test_the_last_use_shows(place: Place, root: Browser):
    place.token(root, "read").get("/api/v1/session")
    assert root.get(TOKENS).json()["tokens"][0]["used"] is not None


@pytest.mark.req("PLT-1")
def test_nobody_gets_a_token_that_may_do_more_than_they(place: Place, root: Browser):
    place.add("ana", Role.RESPONDER)
    ana = place.logged_in("ana")
    assert ana.post(TOKENS, {"title": "t", "scopes": ["respond"]}).status_code == 201
    for scope in ("admin", "audit:read", "audit:append", "intake"):
        assert ana.post(TOKENS, {"title": "t", "scopes": ["read", scope]}).status_code == 403
    assert root.post(TOKENS, {"title": "t", "scopes": ["audit:read"]}).status_code == 403
    assert ana.post(TOKENS, {"title": "t", "scopes": ["read"], "owner": "root"}).status_code == 403
    assert ana.post(TOKENS, {"title": "t", "scopes": ["read"], "program": True}).status_code == 403


def test_whoever_may_read_the_log_may_let_a_program_read_it(place: Place):
    place.add("aud", Role.ADMIN, LogRole.AUDITOR)
    reader = place.token(place.logged_in("aud"), "audit:read", program=True)
    assert reader.get("/api/v1/session").json()["rights"] == ["read-log", "read-whole-log"]


def test_a_token_issues_none_that_may_do_more_than_itself(place: Place, root: Browser):
    small = place.token(root, "read")
    assert small.post(TOKENS, {"title": "t", "scopes": ["admin"]}).status_code == 403
    assert small.post(TOKENS, {"title": "t", "scopes": ["read"]}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"title": "", "scopes": ["read"]},
        {"title": "t", "scopes": []},
        {"title": "t", "scopes": ["everything"]},
        {"title": "t", "scopes": ["read"], "days": 0},
        {"title": "t", "scopes": ["read"], "days": 36500},
        {"title": "t", "scopes": ["read"], "source": "alerts"},
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(root: Browser, body: dict[str, object]):
    assert root.post(TOKENS, body).status_code == 422


def test_an_intake_token_is_bound_to_its_source(place: Place, root: Browser):
    bound = place.token(root, "intake", source="alerts", program=True)
    assert bound.get("/api/v1/session").json()["rights"] == ["intake"]
    assert bound.get("/api/v1/users").status_code == 403


@pytest.mark.req("PLT-1")
def test_one_sees_and_revokes_ones_own_and_an_administrator_all(place: Place, root: Browser):
    place.add("ana")
    place.add("bo")
    ana, bo = place.logged_in("ana"), place.logged_in("bo")
    place.token(ana, "read")
    (token,) = ana.get(TOKENS).json()["tokens"]
    assert bo.get(TOKENS).json()["tokens"] == []
    assert bo.ask("DELETE", f"{TOKENS}/{token['id']}").status_code == 404
    assert ana.ask("DELETE", f"{TOKENS}/{token['id']}").status_code == 204
    assert root.ask("DELETE", f"{TOKENS}/{token['id']}").status_code == 409
    assert [event.action.type for event in place.door.events] == ["token.revoke"]
