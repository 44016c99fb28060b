"""What surrounds every request."""

import pytest

from surefoot.server.frame import CSP
from surefoot.server.settings import Settings
from tests.unit.server.place import Furnish

PROXIED = Settings("0.0.0.0", 8765, ("10.0.0.5/32",))  # noqa: S104  # nothing listens


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize(
    "path", ["/login", "/nothing", "/api/v1/users", "/static/style.css", "/metrics", "/health/live"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(place, path: str):
    headers = place.client().get(path).headers
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert len(headers["x-request-id"]) == 16
    assert "server" not in headers
    assert ("no-store" in headers["cache-control"]) == (not path.startswith("/static"))


def test_a_bug_is_answered_without_a_stack_trace_and_logged_with_its_id(place):
    app = place.app.app._app  # the application inside its bounds

    async def broken() -> None:
        raise ZeroDivisionError("a detail of ours")

    app.add_api_route("/broken", broken)
    answer = place.client().get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "detail of ours" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == CSP
    told = place.log.getvalue()
    bug = next(line for line in told.splitlines() if '"bug"' in line)
    assert answer.json()["request"] in bug
    assert "a detail of ours" in bug


def test_behind_tls_browsers_are_told_to_stay_there(furnish: Furnish):
    place = furnish(PROXIED)
    answer = place.client("203.0.113.9", "https://status.example").get("/login")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["set-cookie"].startswith("__Host-surefoot-form=")


@pytest.mark.req("PLT-1")
def test_without_tls_nobody_from_elsewhere_gets_in_where_it_is_expected(furnish: Furnish):
    place = furnish(PROXIED)
    outside = place.client("203.0.113.9", "http://status.example")
    assert outside.get("/login").status_code == 403
    assert "X-Forwarded-Proto" in outside.get("/api/v1/session").json()["detail"]
    assert outside.get("/health/live").status_code == 200


def test_the_log_names_the_route_and_never_the_path(place):
    place.client().get("/api/v1/users/ana?token=xyz")
    place.client().get("/made-up-by-a-scanner")
    told = place.log.getvalue()
    assert '"/api/v1/users/{name}"' in told
    assert "xyz" not in told
    assert "scanner" not in told
