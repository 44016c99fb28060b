import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from surefoot.health import http
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        allowed = self.headers["Authorization"] == "Bearer hunter2"
        self.send_response({"/live?full=1": 200, "/moved": 302, "/down": 503}.get(self.path, 200 if allowed else 401))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_codes_decide(url: str):
    assert alone(http(f"{url}/live?full=1"))["status"] == "healthy"
    assert alone(http(f"{url}/moved"))["status"] == "healthy"
    assert alone(http(f"{url}/down"))["reason"] == "answered 503"
    assert alone(http(f"{url}/down", codes={503}))["status"] == "healthy"


def test_headers_are_sent_and_not_shown(url: str):
    assert alone(http(url))["reason"] == "answered 401"
    assert "hunter2" not in str(alone(http(url, headers={"Authorization": "Bearer hunter2"})))
    assert alone(http(url, headers={"Authorization": "Bearer hunter2"}))["status"] == "healthy"


@pytest.mark.parametrize("url", ["ftp://h/", "h:80", "http://user:hunter2@h/", "http:///x"])
def test_an_address_that_cannot_be_asked_is_refused_without_being_repeated(url: str):
    with pytest.raises(ValueError, match="is not `http://host/path`") as caught:
        http(url)
    assert "hunter2" not in str(caught.value)


def test_tls_that_is_not_spoken_is_told(url: str):
    assert alone(http(url.replace("http:", "https:")))["reason"].startswith("SSLError: ")
