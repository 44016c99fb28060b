import pytest

from surefoot.health import Endpoint, Report
from surefoot.health.answer import Answer, answer, route
from tests.unit.health.movable import AT

pytestmark = pytest.mark.req("MON-4")


@pytest.mark.parametrize("path", ["/ready", "/ready/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_endpoint_is_found(method: str, path: str):
    assert route(method, path) is Endpoint.READY


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "", 404), ("GET", "/readyz", 404), ("POST", "/ready", 405), ("PUT", "/x", 404)]
)
def test_what_is_not_there_says_what_is(method: str, path: str, code: int):
    found = route(method, path)
    assert isinstance(found, Answer)
    assert found.code == code
    assert ("Allow" in dict(found.headers)) == (code == 405)


def test_an_answer_is_never_kept_by_caches_and_head_has_no_body():
    report = Report(AT, "1", ())
    whole, head = answer(report, "GET", ""), answer(report, "HEAD", "")
    assert dict(whole.headers)["Cache-Control"] == "no-store"
    assert dict(whole.headers)["Vary"] == "Accept"
    assert (head.headers, head.body) == (whole.headers, b"")
    assert dict(head.headers)["Content-Length"] == str(len(whole.body))
