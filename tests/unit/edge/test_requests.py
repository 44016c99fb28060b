"""The HTTP client against a server of our own."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from surefoot.edge.requests import HttpClient
from surefoot.errors import PortError


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "Text/Plain; version=0.0.4")
        self.end_headers()
        try:
            for _ in range({"/slow": 100}.get(self.path, 1)):
                self.wfile.write(b"x 1\n" * (1000 if self.path == "/long" else 1))
                self.wfile.flush()
                if self.path == "/slow":
                    time.sleep(0.05)
        except OSError:
            pass  # the client has gone, as it should

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        pass


@pytest.fixture
def server() -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}"
    http.shutdown()
    http.server_close()
    thread.join(5)


@pytest.fixture
def client() -> Iterator[HttpClient]:
    one = HttpClient(most=2000)
    yield one
    one.close()


def test_an_answer_comes_with_its_kind(server: str, client: HttpClient):
    answer = client.get(f"{server}/", headers={}, timeout=5)
    assert (answer.status, answer.body, answer.kind) == (200, b"x 1\n", "text/plain; version=0.0.4")
    assert client.post(f"{server}/", b"abc", headers={}, timeout=5).body == b"cba"


def test_an_answer_that_trickles_ends_in_time(server: str, client: HttpClient):
    begin = time.monotonic()
    with pytest.raises(PortError, match=r"did not answer within 0\.3 s"):
        client.get(f"{server}/slow", headers={}, timeout=0.3)
    assert time.monotonic() - begin < 2


def test_an_answer_that_is_too_long_is_cut(server: str, client: HttpClient):
    with pytest.raises(PortError, match="more than"):
        client.get(f"{server}/long", headers={}, timeout=5)


def test_nobody_there_is_told(client: HttpClient):
    with pytest.raises(PortError):
        client.get("http://127.0.0.1:9/", headers={}, timeout=5)
    with pytest.raises(PortError):
        client.get("nowhere", headers={}, timeout=5)
