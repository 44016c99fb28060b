"""The page that Prometheus reads."""

import pytest

from surefoot.domain.access.account import Role


def test_this_machine_reads_the_figures(place):
    browser = place.client()
    browser.get("/login")
    browser.get("/" + "x" * 30)
    text = browser.get("/metrics").text
    assert 'surefoot_http_requests_total{method="GET",route="/login",status="200"} 1.0' in text
    assert 'route="(none)",status="404"' in text
    assert "x" * 30 not in text
    assert 'surefoot_info{version="1.2.3"} 1.0' in text


@pytest.mark.parametrize(
    ("address", "base"), [("203.0.113.9", "http://127.0.0.1:8765"), ("127.0.0.1", "http://evil.example:8765")]
)
def test_nobody_else_does_without_a_token(place, address: str, base: str):
    assert place.client(address, base).get("/metrics").status_code == 401


def test_a_token_for_reading_is_enough_and_one_for_sending_is_not(place):
    place.add("root", Role.ADMIN)
    root = place.logged_in("root")
    reader, sender = place.token(root, "read"), place.token(root, "intake")
    outside = place.client("203.0.113.9")
    outside.headers["Authorization"] = reader.headers["Authorization"]
    assert "surefoot_store_seconds" in outside.get("/metrics").text
    outside.headers["Authorization"] = sender.headers["Authorization"]
    assert outside.get("/metrics").status_code == 403
    assert place.door.told() == [("access.refusal", "GET /metrics", "failure")]
