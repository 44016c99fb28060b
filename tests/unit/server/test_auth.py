"""Who asks, and whether a form is really ours."""

from datetime import timedelta

import pytest

from surefoot.domain.access.account import Role, UserName
from surefoot.domain.access.tokens import digest, issue
from tests.unit.server.place import Furnish

USERS, SESSION, TOKENS = "/api/v1/users", "/api/v1/session", "/api/v1/tokens"
OPEN = {("get", "/api/v1/openapi.json"), ("post", SESSION)}


@pytest.mark.req("PLT-1", "PLT-2")
def test_every_operation_of_the_api_wants_to_know_who_asks(place):
    browser = place.client()
    document = browser.get("/api/v1/openapi.json").json()
    asked = 0
    for path, methods in document["paths"].items():
        for method in methods:
            if (method, path) not in OPEN:
                answer = browser.ask(
                    method.upper(), path.replace("{", "").replace("}", ""), json={} if method != "get" else None
                )
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                asked += 1
    assert asked >= 10


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", USERS), ("POST", USERS), ("PATCH", f"{USERS}/root"), ("PUT", f"{USERS}/bo/password")]
)
def test_whoever_is_no_administrator_is_refused_and_that_is_recorded(place, role: Role, method: str, path: str):
    place.add("ana", role)
    place.add("root", Role.ADMIN)
    body = (
        {"name": "eve", "role": "admin"}
        if method == "POST"
        else {"password": "x" * 9 + "abc"}
        if method == "PUT"
        else {}
    )
    answer = place.logged_in("ana").ask(method, path, json=body)
    assert answer.status_code == 403
    assert "administrator" in answer.json()["detail"]
    (event,) = place.door.events
    assert (event.action.type, event.actor.id, event.outcome.status) == ("access.refusal", "ana", "failure")
    assert event.target.id.startswith(f"{method} {USERS}")
    assert place.store.read(lambda tx: tx.accounts.user(UserName("eve"))) is None


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize("forged", [None, "", "0" * 64, "ä" * 64])
def test_a_change_without_the_sessions_token_is_refused_and_recorded(place, forged: str | None):
    place.add("root", Role.ADMIN)
    root = place.logged_in("root")
    del root.headers["X-CSRF-Token"]
    headers = {} if forged is None else {"X-CSRF-Token": forged.encode()}
    answer = root.post(USERS, {"name": "eve"}, headers=headers)
    assert answer.status_code == 403
    assert [event.action.type for event in place.door.events] == ["access.refusal"]
    assert place.store.read(lambda tx: tx.accounts.user(UserName("eve"))) is None


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_change_from_another_site_is_refused_even_with_the_token(place, headers: dict[str, str]):
    place.add("root", Role.ADMIN)
    assert place.logged_in("root").post(USERS, {"name": "eve"}, headers=headers).status_code == 403
    own = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert place.logged_in("root").post(USERS, {"name": "eve"}, headers=own).status_code == 201


def test_a_program_needs_no_form_token(place):
    place.add("root", Role.ADMIN)
    program = place.token(place.logged_in("root"), "admin")
    assert program.post(USERS, {"name": "bo"}).status_code == 201
    assert [(event.actor.type, event.action.type) for event in place.door.events] == [("api_key", "user.create")]


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer x", "sf_1", f"Bearer {issue(bytes(38)).text}"])
def test_a_token_that_is_none_is_refused_even_beside_a_good_session(place, header: str):
    place.add("ana")
    ana = place.logged_in("ana")
    assert ana.get(SESSION, headers={"Authorization": header}).status_code == 401


@pytest.mark.req("PLT-1")
def test_guessing_tokens_is_recorded_and_becomes_slow(place):
    browser = place.client()
    browser.headers["Authorization"] = f"Bearer {issue(bytes(38)).text}"
    codes = [browser.get(SESSION).status_code for _ in range(22)]
    assert codes == [401] * 20 + [429] * 2
    assert {event.target.id for event in place.door.events} == {"00" * 6}
    assert len(place.door.events) == 20


def test_a_revoked_token_and_that_of_somebody_deactivated_end_at_once(place):
    place.add("ana")
    place.add("root", Role.ADMIN)
    root = place.logged_in("root")
    first, second = place.token(place.logged_in("ana"), "read"), place.token(root, "read", owner="ana")
    found = {token["id"]: token for token in root.get(TOKENS).json()["tokens"]}
    gone = next(iter(found))
    assert root.ask("DELETE", f"{TOKENS}/{gone}").status_code == 204
    assert sorted([first.get(SESSION).status_code, second.get(SESSION).status_code]) == [200, 401]
    assert root.ask("PATCH", f"{USERS}/ana", json={"active": False}).status_code == 200
    assert {first.get(USERS).status_code, second.get(USERS).status_code} == {401, 403}


def test_a_session_that_lies_unused_ends(furnish: Furnish, numbers):
    place = furnish(session=numbers.session.model_copy(update={"idle": timedelta(0)}))
    place.add("ana")
    assert place.logged_in("ana").get(SESSION).status_code == 401


def test_only_the_hashes_of_secrets_are_kept(place, tmp_path):
    place.add("ana")
    ana = place.logged_in("ana")
    program = place.token(ana, "read")
    cookie, token = ana.cookies["surefoot"], program.headers["Authorization"].removeprefix("Bearer ")
    place.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert cookie.encode() not in kept
    assert token.encode() not in kept
    assert digest(cookie) in kept
    assert digest(token) in kept


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(place):
    place.add("ana")
    answer = place.client().post(SESSION, {"name": "ana", "password": "correct horse battery"})
    assert answer.headers["set-cookie"].endswith("; HttpOnly; Path=/; SameSite=lax")
