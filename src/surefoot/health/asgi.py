"""The endpoints as an ASGI application: mount it in FastAPI, Starlette, Django, Quart, or serve it alone."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, cast

from surefoot.health.aggregate import Endpoint, Health, Part
from surefoot.health.answer import Answer, answer, route
from surefoot.health.check import Check

# The types of the ASGI specification, spelled as Starlette and uvicorn do: only then do their checkers agree.
Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi(*parts: Part | Health, **checks: Check) -> Application:
    """Make the application with ``/live``, ``/ready`` and ``/deep``, relative to where it is mounted.

    Args:
        parts: Those of `Health`; or one `Health`, to share it with another server.
        checks: Further checks, each named by its keyword.

    Raises:
        ValueError: As `Health` does.

    Example::

        app.mount("/health", health.asgi(payments, orders=health.check(ping_orders, timeout="1s", ready=True)))
    """
    health = whole(parts, checks)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _send(await _serve(health, scope), send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": f"{scope['type']}.close"})

    return application


def whole(parts: Iterable[Part | Health], checks: MutableMapping[str, Check]) -> Health:
    """Take the one `Health` that is given, or make it of parts.

    Raises:
        ValueError: There is more beside a finished one.
    """
    listed = list(parts)
    ready = next((part for part in listed if isinstance(part, Health)), None)
    if ready is None:
        return Health(*cast("list[Part]", listed), **checks)
    if len(listed) > 1 or checks:
        raise ValueError("a `Health` is complete: give the other checks to it, not beside it")
    return ready


async def _serve(health: Health, scope: Scope) -> Answer:
    found = route(scope["method"], _below(scope["path"], scope.get("root_path", "")))
    if not isinstance(found, Endpoint):
        return found
    accept = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"accept")
    return answer(await health.report_async(found), scope["method"], accept)


def _below(path: str, mount: str) -> str:
    """Return the path below the mount; servers and frameworks do not agree on how much of it `path` includes."""
    prefix = mount.rstrip("/")
    while prefix:
        if path.startswith(f"{prefix}/"):
            return path.removeprefix(prefix)
        _, slash, rest = prefix.removeprefix("/").partition("/")  # a proxy took the first part away
        prefix = slash + rest
    return path


async def _send(found: Answer, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in found.headers]
    await send({"type": "http.response.start", "status": found.code, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})


async def _live(receive: Receive, send: Send) -> None:
    """Agree to start and to end, where the application is served alone."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
