"""Logging in through the page."""

import re

import pytest

from surefoot.server.web.entrance import local
from tests.unit.server.place import PASSWORD, Browser, Place


def submit(browser: Browser, **fields: str):
    page = browser.get("/login?next=/api/v1/session")
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    return browser.ask("POST", "/login", data={"name": "ana", "password": PASSWORD, **found, **fields})


@pytest.mark.req("PLT-1")
def test_the_form_logs_in_and_leads_on(place: Place):
    place.add("ana")
    browser = place.client()
    answer = submit(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/session")
    assert browser.get("/api/v1/session").json()["id"] == "ana"
    assert "logged in as <strong>ana</strong>" in browser.get("/").text


def test_without_a_session_the_form_comes(place: Place):
    answer = place.client().get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.req("PLT-1")
def test_what_went_wrong_stands_above_the_form_and_nothing_typed_becomes_markup(place: Place):
    answer = submit(place.client(), name='"><script>alert(1)</script>')
    assert answer.status_code == 401
    assert '<p role="alert">the name or the password is wrong</p>' in answer.text
    assert "<script" not in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize("fields", [{"csrf": ""}, {"csrf": "0" * 64}])
def test_a_forged_form_logs_nobody_in(place: Place, fields: dict[str, str]):
    place.add("ana")
    browser = place.client()
    answer = submit(browser, **fields)
    assert answer.status_code == 403
    assert browser.get("/api/v1/session").status_code == 401
    assert not place.passwords.compared


def test_a_form_from_another_site_logs_nobody_in(place: Place):
    place.add("ana")
    browser = place.client()
    browser.headers["Origin"] = "https://evil.example"
    assert submit(browser).status_code == 403


@pytest.mark.req("PLT-1")
def test_logging_out_needs_the_pages_own_form(place: Place):
    place.add("ana")
    browser = place.logged_in("ana")
    csrf = browser.headers.pop("X-CSRF-Token")
    assert browser.ask("POST", "/logout", data={"csrf": "forged"}).status_code == 403
    assert browser.get("/api/v1/session").status_code == 200
    answer = browser.ask("POST", "/logout", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert browser.get("/api/v1/session").status_code == 401


def test_too_many_failures_are_told_in_the_form(place: Place):
    answers = [submit(place.client(), password="wrong wrong") for _ in range(6)]  # noqa: S106  # of nobody
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "try again in 1 s" in answers[-1].text
    assert answers[-1].headers["retry-after"] == "1"


def test_the_form_takes_nothing_but_a_form(place: Place):
    assert place.client().post("/login", {"name": "ana"}).status_code == 415
    assert place.client().ask("POST", "/login", data={f"f{number}": "" for number in range(101)}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/incidents?x=1", "/a/b-c"])
def test_one_goes_on_to_paths_of_this_server(path: str):
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\t/evil", "/a\r\nSet-Cookie: x", "/ü"],
)
def test_one_never_goes_on_to_another_site(path: str):
    assert local(path) == "/"
