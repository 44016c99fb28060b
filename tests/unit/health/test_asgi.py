import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from surefoot import health
from surefoot.health import Result, Status, asgi, check
from surefoot.health.asgi import Application

pytestmark = pytest.mark.req("MON-4")


def bad() -> Result:
    return Result(Status.UNHEALTHY, "gone")


def get(application: Any, path: str, method: str = "GET", root: str = "", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application, root_path=root)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def fastapi_mounted(inner: Application) -> Any:
    app = FastAPI()
    app.mount("/health", inner)
    return app


def starlette_nested(inner: Application) -> Any:
    return Starlette(routes=[Mount("/health", routes=[Mount("/", app=inner)])])


@pytest.mark.parametrize("mounted", [fastapi_mounted, starlette_nested])
def test_it_is_mounted_in_frameworks(mounted: Callable[[Application], Any]):
    app = mounted(asgi(db=check(lambda: True, ready=True), mail=check(bad)))
    assert set(get(app, "/health/ready").json()["checks"]) == {"db"}
    assert get(app, "/health/ready", root="/behind/a/proxy").status_code == 200
    assert get(app, "/health/deep").status_code == 503
    assert get(app, "/health/live").json()["status"] == "healthy"
    assert get(app, "/health/nothing").status_code == 404


@pytest.mark.parametrize("root", ["", "/health"])
def test_the_path_may_or_may_not_contain_the_mount(root: str):
    app = asgi(db=check(lambda: True))
    assert get(app, "/live", root=root).status_code == 200
    if root:
        assert get(app, "/health/live", root=root).status_code == 200


def test_head_and_other_methods_and_the_media_type():
    app = asgi(mail=check(bad))
    head = get(app, "/deep", "HEAD")
    assert (head.status_code, head.content) == (503, b"")
    assert get(app, "/deep", "POST").status_code == 405
    draft = get(app, "/deep", Accept="application/health+json")
    assert draft.headers["content-type"] == "application/health+json"
    assert draft.json()["status"] == "fail"


def test_one_health_is_shared_and_nothing_is_added_to_it():
    shared = health.Health(db=check(lambda: True))
    assert get(asgi(shared), "/deep").status_code == 200
    with pytest.raises(ValueError, match="is complete"):
        asgi(shared, more=check(lambda: True))


def test_served_alone_it_starts_and_ends_and_refuses_sockets():
    async def talk(scope: str, *messages: str) -> list[str]:
        incoming, sent = iter(messages), []

        async def receive() -> dict[str, Any]:
            return {"type": next(incoming)}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await asgi()({"type": scope}, receive, send)
        return sent

    assert asyncio.run(talk("lifespan", "lifespan.startup", "lifespan.shutdown")) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert asyncio.run(talk("websocket")) == ["websocket.close"]
