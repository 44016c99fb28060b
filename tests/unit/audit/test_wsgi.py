"""Events of requests of a WSGI application."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from surefoot import audit
from surefoot.audit.acting import current
from surefoot.audit.wsgi import AuditMiddleware, Environ
from tests.unit.audit.seen import Seen

pytestmark = pytest.mark.req("AUD-1")


def ask(app: Any) -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(app, remote_addr="10.0.0.5"), base_url="http://shop") as client:
        return client.get("/", headers={"X-Forwarded-For": "203.0.113.7"})


def test_events_of_a_request_name_its_user_also_those_of_a_streamed_answer(log: audit.Log, seen: Seen):
    closed: list[Any] = []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            log.record("data.export", target=audit.thing("report", 1), detail={"scope": "all", "format": "csv"})
            yield b"done"

        def close(self) -> None:
            closed.append(current())

    def app(environ: Environ, start: Callable[..., Any]) -> Answer:
        environ["user"] = "ana"
        start("200 OK", [])
        return Answer()

    answer = ask(AuditMiddleware(app, who=lambda environ: environ["user"], proxies=["10.0.0.5"]))
    assert answer.text == "done"
    assert seen.actor == ("user", "ana", "203.0.113.7")
    assert closed == [audit.user("ana", "203.0.113.7")]
    assert current() is None
