"""Who acts in a request of a WSGI application: Flask, Django."""

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from typing import Any

from surefoot.audit.acting import let_act
from surefoot.audit.addresses import trusting
from surefoot.audit.asgi import actor
from surefoot.domain.audit.record import Actor

Environ = dict[str, Any]  # as PEP 3333 types it
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class AuditMiddleware:
    """Names the actor of every event that is recorded within a request, and the address.

    Args:
        app: The application.
        who: Tells from an environment who asks: an id of a user, an actor, or None. It is asked when an event is
            recorded.
        proxies: Whose ``X-Forwarded-For`` is believed, such as ``10.0.0.0/8``.

    Raises:
        ValueError: A proxy cannot be read.

    Example::

        app.wsgi_app = AuditMiddleware(app.wsgi_app, who=lambda environ: environ.get("REMOTE_USER"))
    """

    def __init__(
        self, app: Application, *, who: Callable[[Environ], str | Actor | None], proxies: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._who = who
        self._address = trusting(proxies)

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request; the answer too is made in a context of its own."""
        context = copy_context()
        context.run(let_act, lambda: actor(self._who(environ), self._from(environ)))
        return _Within(context, context.run(self._app, environ, start))

    def _from(self, environ: Environ) -> str | None:
        return self._address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))


class _Within:
    """An answer whose pieces are made in a context."""

    def __init__(self, context: Context, answer: Iterable[bytes]) -> None:
        self._context = context
        self._answer = answer
        self._pieces = context.run(iter, answer)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._context.run(next, self._pieces)

    def close(self) -> None:
        """Let the application know that the request has ended."""
        close = getattr(self._answer, "close", None)
        if close is not None:
            self._context.run(close)
