"""A middleware for ASGI services: measured at once, deadlines taken from callers, load shed.

::

    app.add_middleware(Middleware, served=served, pipeline=own)

`served` goes to `prometheus.endpoint` or `prometheus.Collector`. `pipeline` is one of the service itself, with
`shed`, `adaptive`, `bulkhead` or `rate`: who is refused gets 503 and `Retry-After`. A deadline that is over before
the answer began gives 504.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from math import ceil
from typing import Any

from surefoot.integrations.headers import DEADLINE, grpc_timeout_in, timeout_in
from surefoot.integrations.served import Served
from surefoot.resilience.clock import SYSTEM
from surefoot.resilience.deadline import deadline
from surefoot.resilience.errors import DeadlineExceeded, Rejected
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.priorities import priority as priority_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CLIENT_LEFT = 499
FAILED = 500
UNAVAILABLE = 503
TIMED_OUT = 504


def route(scope: Message) -> str:
    """Give the route that a request took, as Starlette and FastAPI leave it in the scope; "" where there is none."""
    return str(getattr(scope.get("route"), "path", ""))


class Middleware:
    """Wraps an ASGI application.

    Args:
        app: Which it wraps.
        served: Counts the requests.
        pipeline: Of the service itself.
        header: In which callers tell how long they wait; `grpc-timeout` is understood, too. None: they are not asked.
        longest: Seconds of a request at most, and where no caller says.
        handler: Gives the label `handler` of a request after it was answered.
        priority: Gives the importance of a request, `low`, `normal` or `critical`: the low ones are shed first.
    """

    def __init__(  # noqa: PLR0913  # all but the application have good defaults
        self,
        app: App,
        *,
        served: Served | None = None,
        pipeline: Pipeline | None = None,
        header: str | None = DEADLINE,
        longest: float | None = None,
        handler: Callable[[Message], str] = route,
        priority: Callable[[Message], str] | None = None,
    ) -> None:
        self._app = app
        self._served = Served() if served is None else served
        self._pipeline = pipeline
        self._header = None if header is None else header.lower().encode()
        self._longest = longest
        self._handler = handler
        self._priority = priority

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request; called by the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        began = SYSTEM.now()
        self._served.start()
        code = CLIENT_LEFT
        try:
            await self._serve(scope, receive, answer)
            code = answer.code or FAILED
        except Exception:
            code = FAILED
            raise
        finally:
            self._served.finish(scope["method"], self._handler(scope), code, SYSTEM.now() - began)

    async def _serve(self, scope: Message, receive: Receive, answer: "_Answer") -> None:
        try:
            async with AsyncExitStack() as stack:
                seconds = self._seconds(scope)
                if seconds is not None:
                    await stack.enter_async_context(deadline(seconds))
                if self._pipeline is None:
                    await self._app(scope, receive, answer)
                else:
                    if self._priority is not None:
                        stack.enter_context(priority_of(self._priority(scope)))
                    attempt = await stack.enter_async_context(self._pipeline.attempt(bad=_is_bad))
                    await self._app(scope, receive, answer)
                    attempt.result(answer.code)
        except Rejected as refused:
            await answer.refuse(refused, UNAVAILABLE, refused.retry_after)
        except DeadlineExceeded as over:
            await answer.refuse(over, TIMED_OUT, None)

    def _seconds(self, scope: Message) -> float | None:
        found = self._longest
        if self._header is None:
            return found
        for name, value in scope["headers"]:
            if name == self._header:
                said = timeout_in(value.decode("latin-1"))
            elif name == b"grpc-timeout":
                said = grpc_timeout_in(value.decode("latin-1"))
            else:
                continue
            found = said if found is None else found if said is None else min(found, said)
        return found


def _is_bad(code: int) -> bool:
    return code >= FAILED


class _Answer:
    """Passes an answer on and remembers its code."""

    __slots__ = ("_send", "code")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.code = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.code = message["status"]
        await self._send(message)

    async def refuse(self, error: Exception, code: int, retry_after: float | None) -> None:
        """Answer for the application, if it has not begun to."""
        if self.code:
            raise error
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if retry_after is not None:
            headers.append((b"retry-after", str(ceil(retry_after)).encode()))
        body = b"Try again later.\n" if code == UNAVAILABLE else b"It took too long.\n"
        await self({"type": "http.response.start", "status": code, "headers": headers})
        await self({"type": "http.response.body", "body": body})
