import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from surefoot.health import Health, check, wsgi

pytestmark = pytest.mark.req("MON-4")


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        pass


async def ping() -> None:
    await asyncio.sleep(0)


@pytest.fixture
def port() -> Iterator[int]:
    """A real server whose application is checked against the WSGI specification."""
    shared = Health(db=check(ping, ready=True), mail=check(lambda: False))
    server = make_server("127.0.0.1", 0, validator(wsgi(shared)), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_the_endpoints_answer_and_async_checks_run(port: int):
    code, headers, body = ask(port, "/ready")
    assert (code, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body)["checks"]["db"]["status"] == "healthy"
    code, _, body = ask(port, "/deep")
    assert (code, json.loads(body)["checks"]["mail"]["reason"]) == (503, "the check said no")
    assert ask(port, "/live")[0] == 200


def test_head_other_methods_other_paths_and_the_media_type(port: int):
    assert ask(port, "/deep", "HEAD")[::2] == (503, b"")
    assert ask(port, "/deep", "DELETE")[0] == 405
    assert ask(port, "/")[0] == 404
    assert json.loads(ask(port, "/live", Accept="application/health+json")[2])["status"] == "pass"


def test_it_is_mounted_below_a_path():
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/health", "PATH_INFO": "/live"}
    assert json.loads(b"".join(wsgi()(environ, lambda status, _: statuses.append(status))))["status"] == "healthy"
    assert statuses == ["200 OK"]
