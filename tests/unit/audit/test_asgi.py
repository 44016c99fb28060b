"""Events of requests of an ASGI application."""

import asyncio
from typing import Any

import httpx
import pytest

from surefoot import audit
from surefoot.audit.asgi import AuditMiddleware, Receive, Scope, Send
from tests.unit.audit.seen import Seen

pytestmark = pytest.mark.req("AUD-1")


def ask(app: Any, **headers: str) -> int:
    async def once() -> int:
        transport = httpx.ASGITransport(app, client=("10.0.0.5", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.get("/", headers=headers)).status_code

    return asyncio.run(once())


def serving(log: audit.Log):
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        scope["user"] = "ana"  # as an inner middleware finds out
        await log.record_async("session.end", target=audit.thing("user", "ana"))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def test_events_of_a_request_name_its_user_and_where_they_are(log: audit.Log, seen: Seen):
    app = AuditMiddleware(serving(log), who=lambda scope: scope["user"], proxies=["10.0.0.0/8"])
    assert ask(app, **{"X-Forwarded-For": "192.0.2.1, 203.0.113.7"}) == 204
    assert seen.actor == ("user", "ana", "203.0.113.7")


def test_an_unknown_proxy_is_the_client(log: audit.Log, seen: Seen):
    app = AuditMiddleware(serving(log), who=lambda _: audit.api_key("k1"))
    assert ask(app, **{"X-Forwarded-For": "203.0.113.7"}) == 204
    assert seen.actor == ("api_key", "k1", "10.0.0.5")


def test_where_nobody_is_known_the_event_has_to_name_somebody(log: audit.Log):
    app = AuditMiddleware(serving(log), who=lambda _: None)
    with pytest.raises(audit.RecordRefused, match="nobody acts"):
        ask(app)


def test_what_is_no_request_passes():
    passed: list[str] = []

    async def app(scope: Scope, *_: object) -> None:
        passed.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    asyncio.run(AuditMiddleware(app, who=lambda _: None)({"type": "lifespan"}, nothing, nothing))
    assert passed == ["lifespan"]
