"""Who acts in a request of an ASGI application: FastAPI, Starlette, Django, Quart."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import replace
from typing import Any

from surefoot.audit.acting import acting, user
from surefoot.audit.addresses import trusting
from surefoot.domain.audit.record import Actor

# The types of the ASGI specification, spelled as Starlette and uvicorn do: only then do their checkers agree.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AuditMiddleware:
    """Names the actor of every event that is recorded within a request, and the address.

    Args:
        app: The application.
        who: Tells from a scope who asks: an id of a user, an actor, or None. It is asked when an event is recorded,
            so it may read what further middlewares put into the scope.
        proxies: Whose ``X-Forwarded-For`` is believed, such as ``10.0.0.0/8``.

    Raises:
        ValueError: A proxy cannot be read.

    Example::

        app.add_middleware(AuditMiddleware, who=lambda scope: scope["user"].username, proxies=["10.0.0.5"])
    """

    def __init__(
        self, app: Application, *, who: Callable[[Scope], str | Actor | None], proxies: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._who = who
        self._address = trusting(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        with acting(lambda: actor(self._who(scope), self._from(scope))):
            await self._app(scope, receive, send)

    def _from(self, scope: Scope) -> str | None:
        client = scope.get("client")
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
        return self._address(client[0] if client else "", ",".join(lines))


def actor(who: str | Actor | None, address: str | None) -> Actor | None:
    """Complete who asks by the address, unless it is known better."""
    if who is None:
        return None
    found = who if isinstance(who, Actor) else user(who)
    return replace(found, ip_address=found.ip_address or address)
