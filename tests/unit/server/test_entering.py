"""Logging in."""

from dataclasses import replace

import pytest

from surefoot.domain.access.account import UserName
from surefoot.server.settings import Settings
from tests.unit.server.place import PASSWORD, Furnish

SESSION = "/api/v1/session"


def enter(place, password: str, name: str = "ana", address: str = "127.0.0.1"):
    return place.client(address).post(SESSION, {"name": name, "password": password})


@pytest.mark.req("PLT-1", "AUD-6")
def test_logging_in_and_out_is_recorded_with_address_and_device(place):
    place.add("ana")
    browser = place.client("192.0.2.7")
    assert (
        browser.post(SESSION, {"name": "Ana", "password": PASSWORD}, headers={"User-Agent": "Lynx"}).status_code == 201
    )
    browser.headers["X-CSRF-Token"] = browser.get(SESSION).json()["csrf"]
    assert browser.ask("DELETE", SESSION).status_code == 204
    assert browser.get(SESSION).status_code == 401
    entered, left = place.door.events
    assert (entered.action.type, entered.actor.id, entered.actor.ip_address) == ("login.success", "ana", "192.0.2.7")
    assert entered.detail == {"device": "Lynx"}
    assert (left.action.type, left.actor.id) == ("session.end", "ana")


@pytest.mark.req("PLT-1", "AUD-6")
def test_whether_the_name_or_the_password_was_wrong_only_the_log_tells(place):
    place.add("ana")
    answers = [
        enter(place, "wrong wrong wrong"),
        enter(place, PASSWORD, "nobody"),
        enter(place, PASSWORD, "what <is> this"),
    ]
    assert len({(answer.status_code, answer.json()["detail"]) for answer in answers}) == 1
    assert [(event.target.id, event.outcome.reason) for event in place.door.events] == [
        ("ana", "wrong password"),
        ("nobody", "no such user"),
        ("(no name)", "no such user"),
    ]


def test_a_name_that_is_not_there_takes_as_long_as_one_that_is(place):
    enter(place, PASSWORD, "nobody")
    assert place.passwords.compared == [""]


def test_whoever_was_deactivated_or_has_no_password_does_not_get_in(place):
    place.add("ana")
    user = place.store.read(lambda tx: tx.accounts.user(UserName("ana")))
    place.store.write(lambda tx: tx.accounts.change(replace(user, active=False)))
    assert enter(place, PASSWORD).status_code == 401
    place.store.write(lambda tx: tx.accounts.change(replace(user, password="")))
    assert enter(place, "").status_code == 401


@pytest.mark.req("PLT-1")
def test_guessing_becomes_slow_and_costs_the_server_nothing(place):
    place.add("ana")
    codes = [enter(place, "wrong", address=f"192.0.2.{number}").status_code for number in range(8)]
    assert codes == [401] * 5 + [429] * 3
    assert len(place.passwords.compared) == 5
    answer = enter(place, PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    types = [event.action.type for event in place.door.events]
    assert types == ["login.failure"] * 5 + ["login.refusal"]  # of one wait, the first


@pytest.mark.req("PLT-1")
def test_one_address_that_tries_many_names_becomes_slow(place):
    codes = [enter(place, "wrong", f"user{number}").status_code for number in range(22)]
    assert codes == [401] * 20 + [429] * 2
    assert enter(place, "wrong", "other", "192.0.2.1").status_code == 401


@pytest.mark.req("PLT-1")
def test_a_planted_session_is_not_the_one_that_is_logged_in(place):
    place.add("ana")
    place.add("eve")
    planted = place.logged_in("eve").cookies["surefoot"]
    victim = place.client()
    victim.cookies.set("surefoot", planted)
    answer = victim.post(SESSION, {"name": "ana", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.cookies["surefoot"] != planted
    thief = place.client()
    thief.cookies.set("surefoot", planted)
    assert thief.get(SESSION).status_code == 401


def test_a_made_up_cookie_never_becomes_a_session(place):
    place.add("ana")
    victim = place.client()
    victim.cookies.set("surefoot", "0" * 64)
    answer = victim.post(SESSION, {"name": "ana", "password": PASSWORD})
    assert answer.cookies["surefoot"] != "0" * 64
    thief = place.client()
    thief.cookies.set("surefoot", "0" * 64)
    assert thief.get(SESSION).status_code == 401


def test_a_hash_of_old_numbers_is_made_anew_at_the_next_log_in(place):
    place.add("ana")
    user = place.store.read(lambda tx: tx.accounts.user(UserName("ana")))
    place.store.write(lambda tx: tx.accounts.change(replace(user, password=f"old:{PASSWORD}")))
    assert enter(place, PASSWORD).status_code == 201
    assert place.store.read(lambda tx: tx.accounts.user(UserName("ana"))).password == f"plain:{PASSWORD}"


def test_a_password_longer_than_any_is_not_hashed(place):
    place.add("ana")
    assert enter(place, "x" * 1000).status_code == 401
    assert place.passwords.compared == [""]
    assert enter(place, "x" * 2000).status_code == 422


def test_a_refusal_does_not_repeat_the_password(place):
    answer = place.client().post(SESSION, {"name": 1, "password": ["hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
    assert {field["field"] for field in answer.json()["fields"]} == {"name", "password"}


def test_another_site_cannot_log_anybody_in(place):
    place.add("ana")
    answer = place.client().post(
        SESSION, {"name": "ana", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_over_tls_the_cookie_never_travels_without(furnish: Furnish):
    place = furnish(Settings("0.0.0.0", 1, ("10.0.0.5/32",)))  # noqa: S104  # nothing listens
    place.add("ana")
    browser = place.client("203.0.113.9", "https://status.example")
    cookie = browser.post(SESSION, {"name": "ana", "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("__Host-surefoot=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_without_its_database_the_server_says_so(place):
    place.store.close()
    answer = enter(place, PASSWORD)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
