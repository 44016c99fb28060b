"""A middleware for WSGI services: measured at once, deadlines taken from callers, load shed; see `asgi`.

::

    app.wsgi_app = Middleware(app.wsgi_app, served=served, pipeline=own)

A request lasts until its answer is read or closed. Plain code cannot be interrupted: what it calls is told by
`remaining()`, and refused when nothing is left.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from contextvars import copy_context
from math import ceil
from typing import Any

from surefoot.integrations.headers import DEADLINE, timeout_in
from surefoot.integrations.served import Served
from surefoot.resilience.attempt import Attempt
from surefoot.resilience.clock import SYSTEM
from surefoot.resilience.deadline import deadline
from surefoot.resilience.errors import DeadlineExceeded, Rejected
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.priorities import priority as priority_of

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

FAILED = 500


def unknown(environ: Environ) -> str:
    """Give no handler: WSGI does not tell the route. Flask: `lambda environ: str(request.url_rule or "")`."""
    del environ
    return ""


class Middleware:
    """Wraps a WSGI application; arguments as those of `asgi.Middleware`."""

    def __init__(  # noqa: PLR0913  # all but the application have good defaults
        self,
        app: App,
        *,
        served: Served | None = None,
        pipeline: Pipeline | None = None,
        header: str | None = DEADLINE,
        longest: float | None = None,
        handler: Callable[[Environ], str] = unknown,
        priority: Callable[[Environ], str] | None = None,
    ) -> None:
        self._app = app
        self._served = Served() if served is None else served
        self._pipeline = pipeline
        self._header = None if header is None else "HTTP_" + header.upper().replace("-", "_")
        self._longest = longest
        self._handler = handler
        self._priority = priority

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Serve a request; called by the server."""
        request = _Request(self._served, environ, self._handler)
        try:
            seconds = self._seconds(environ)
            if seconds is not None:
                request.enter(deadline(seconds))
            if self._priority is not None:
                request.enter(priority_of(self._priority(environ)))
            if self._pipeline is not None:
                request.enter(self._pipeline.attempt(bad=_is_bad))
            return request.run(self._app, start_response)
        except Rejected as refused:
            wait = [] if refused.retry_after is None else [("Retry-After", str(ceil(refused.retry_after)))]
            return request.refuse(refused, start_response, "503 Service Unavailable", wait)
        except DeadlineExceeded as over:
            return request.refuse(over, start_response, "504 Gateway Timeout", [])
        except BaseException as error:
            request.end(error)
            raise

    def _seconds(self, environ: Environ) -> float | None:
        said = None if self._header is None else timeout_in(environ.get(self._header))
        return min((one for one in (said, self._longest) if one is not None), default=None)


def _is_bad(code: int) -> bool:
    return code >= FAILED


class _Request:
    """One request: the answer's parts, read in the context that the deadline was set in."""

    def __init__(self, served: Served, environ: Environ, handler: Callable[[Environ], str]) -> None:
        self._served = served
        self._environ = environ
        self._handler = handler
        self._context = copy_context()
        self._stack = ExitStack()
        self._attempt: Attempt | None = None
        self._began = SYSTEM.now()
        self._code = 0
        self._parts: Iterable[bytes] = ()
        self._iterator: Iterator[bytes] = iter(())
        self._over = False
        served.start()

    def enter(self, passage: Any) -> None:
        entered = self._context.run(self._stack.enter_context, passage)
        if isinstance(entered, Attempt):
            self._attempt = entered

    def run(self, app: App, start_response: Start) -> "_Request":
        def start(status: str, headers: Any, *error: Any) -> Any:
            self._code = int(status[:3])
            return start_response(status, headers, *error)

        self._parts = self._context.run(app, self._environ, start)
        self._iterator = self._context.run(iter, self._parts)
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return self._context.run(next, self._iterator)
        except StopIteration:
            raise
        except BaseException as error:
            self.end(error)
            raise

    def close(self) -> None:
        """End the request; called by the server, also when the client left."""
        try:
            close = getattr(self._parts, "close", None)
            if close is not None:
                self._context.run(close)
        except BaseException as error:
            self.end(error)
            raise
        self.end(None)

    def refuse(self, error: Exception, start_response: Start, status: str, headers: list[Any]) -> Iterable[bytes]:
        """Answer for the application, if it has not begun to."""
        if self._code:
            self.end(error)
            raise error
        self._code = int(status[:3])
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
        self.end(error)
        return [f"{status[4:]}\n".encode()]

    def end(self, error: BaseException | None) -> None:
        """Count the request and leave what was entered, once."""
        if self._over:
            return
        self._over = True
        if self._attempt is not None:
            self._attempt.result(self._code)
        try:
            self._context.run(self._stack.__exit__, type(error) if error is not None else None, error, None)
        finally:
            code = self._code or FAILED
            if error is not None and not isinstance(error, (Rejected, DeadlineExceeded)):
                code = FAILED
            seconds = SYSTEM.now() - self._began
            self._served.finish(self._environ["REQUEST_METHOD"], self._handler(self._environ), code, seconds)
