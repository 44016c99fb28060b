"""A transport for httpx, so that every request of a client goes through a pipeline.

::

    client = httpx.Client(transport=Transport(payments))
    client = httpx.AsyncClient(transport=AsyncTransport(payments))

Requests that may not be sent twice (POST, PATCH without `Idempotency-Key`, streamed bodies) pass the policies once:
no retry, no hedge, no fallback. A call is over when the headers are there; with a fallback, when the body is.
"""

from collections.abc import Awaitable, Callable

import httpx

from surefoot.integrations.exchanges import SAFE, Bad, is_bad, repeatable
from surefoot.integrations.headers import DEADLINE, retry_after, timeout_out
from surefoot.resilience.attempt import Attempt
from surefoot.resilience.deadline import remaining
from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline


def _bad(response: httpx.Response) -> bool:
    return is_bad(response.status_code)


def _retry_after(answer: object) -> float | None:
    return retry_after(answer.headers) if isinstance(answer, httpx.Response) else None


def _key(request: httpx.Request, *_: object) -> object:
    """Tell requests of one user for one thing apart from others, for the stale answer."""
    if request.method not in SAFE:
        return id(request)
    headers = request.headers
    names = ("authorization", "cookie", "accept", "accept-language", "range")
    return request.method, str(request.url), *(headers.get(name) for name in names)


def _prepare(request: httpx.Request, header: str | None) -> None:
    """Shorten the request's time-outs to what the deadline leaves, and tell it to the other side."""
    left = remaining()
    if left is None:
        return
    limits = request.extensions.get("timeout") or {}
    names = ("connect", "read", "write", "pool")
    shortened = {name: left if limits.get(name) is None else min(left, limits[name]) for name in names}
    request.extensions = {**request.extensions, "timeout": shortened}
    if header is not None:
        request.headers[header] = timeout_out(left)


def _repeatable(request: httpx.Request) -> bool:
    return repeatable(
        request.method,
        has_key="idempotency-key" in request.headers,
        has_whole_body=isinstance(request.stream, httpx.ByteStream),
    )


def _answer(result: object) -> httpx.Response:
    """Make an answer of what the pipeline gave: a response, a kept one, or the value of a fallback."""
    if isinstance(result, httpx.Response) and result.is_closed and hasattr(result, "_content"):
        return httpx.Response(
            result.status_code,
            headers=[
                (k, v) for k, v in result.headers.raw if k.lower() not in (b"content-encoding", b"transfer-encoding")
            ],
            content=result.content,
            extensions={k: v for k, v in result.extensions.items() if k in ("http_version", "reason_phrase")},
        )
    return result if isinstance(result, httpx.Response) else httpx.Response(200, json=result)


class Transport(httpx.BaseTransport):
    """Sends requests through a pipeline.

    Args:
        pipeline: Of the dependency that the client talks to.
        transport: That sends them; one of httpx's own by default.
        on: Errors that count.
        bad: Answers that count as failures; by default 429 and from 500 on.
        header: In which the rest of the deadline is sent; None: nowhere.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        transport: httpx.BaseTransport | None = None,
        *,
        on: Errors = httpx.TransportError,
        bad: Bad = _bad,
        header: str | None = DEADLINE,
    ) -> None:
        self._pipeline = pipeline
        self._transport = httpx.HTTPTransport() if transport is None else transport
        self._header = header
        self._once: Callable[[], Attempt] = lambda: pipeline.attempt(on=on, bad=bad)
        self._whole: Callable[[httpx.Request, list[httpx.Response]], object] = pipeline(
            on=on, bad=bad, retry_after=_retry_after, key=_key, idempotent=True
        )(self._send)

    def _send(self, request: httpx.Request, earlier: list[httpx.Response]) -> httpx.Response:
        while earlier:  # a bad answer that is not taken would hold its connection
            earlier.pop().close()
        _prepare(request, self._header)
        response = self._transport.handle_request(request)
        earlier.append(response)
        if self._pipeline.settings.fallback:
            response.read()
        return response

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; called by the client."""
        if _repeatable(request):
            return _answer(self._whole(request, []))
        with self._once() as attempt:
            return _answer(attempt.result(self._send(request, [])))

    def close(self) -> None:
        """Close the transport that sends."""
        self._transport.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    """Sends requests of an `AsyncClient` through a pipeline; see `Transport`."""

    def __init__(
        self,
        pipeline: Pipeline,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        on: Errors = httpx.TransportError,
        bad: Bad = _bad,
        header: str | None = DEADLINE,
    ) -> None:
        self._pipeline = pipeline
        self._transport = httpx.AsyncHTTPTransport() if transport is None else transport
        self._header = header
        self._once: Callable[[], Attempt] = lambda: pipeline.attempt(on=on, bad=bad)
        self._whole: Callable[[httpx.Request, list[httpx.Response]], Awaitable[object]] = pipeline(
            on=on, bad=bad, retry_after=_retry_after, key=_key, idempotent=True
        )(self._send)

    async def _send(self, request: httpx.Request, earlier: list[httpx.Response]) -> httpx.Response:
        while earlier:
            await earlier.pop().aclose()
        _prepare(request, self._header)
        response = await self._transport.handle_async_request(request)
        earlier.append(response)
        if self._pipeline.settings.fallback:
            await response.aread()
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; called by the client."""
        if _repeatable(request):
            return _answer(await self._whole(request, []))
        async with self._once() as attempt:
            return _answer(attempt.result(await self._send(request, [])))

    async def aclose(self) -> None:
        """Close the transport that sends."""
        await self._transport.aclose()
