"""The endpoints as a WSGI application, for Flask, Django, gunicorn or anything else that speaks it."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from surefoot.health.aggregate import Endpoint, Health, Part
from surefoot.health.answer import answer, route
from surefoot.health.asgi import whole
from surefoot.health.check import Check

Start = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def wsgi(*parts: Part | Health, **checks: Check) -> Application:
    """Make the application with ``/live``, ``/ready`` and ``/deep``, relative to where it is mounted.

    Async checks run in a thread with a loop of its own: what they use must not belong to another loop.

    Args:
        parts: Those of `Health`; or one `Health`, to share it with another server.
        checks: Further checks, each named by its keyword.

    Raises:
        ValueError: As `Health` does.

    Example::

        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health": health.wsgi(payments)})
    """
    health = whole(parts, checks)

    def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        found = route(method, environ.get("PATH_INFO", ""))
        if isinstance(found, Endpoint):
            found = answer(health.report(found), method, environ.get("HTTP_ACCEPT", ""))
        start_response(f"{found.code} {HTTPStatus(found.code).phrase}", list(found.headers))
        return [found.body]

    return application
