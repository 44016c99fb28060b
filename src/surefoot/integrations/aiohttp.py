"""A client middleware for aiohttp 3.12 or newer, so that every request of a session goes through a pipeline.

::

    session = aiohttp.ClientSession(middlewares=(through(payments),))

Requests that may not be sent twice (POST, PATCH without `Idempotency-Key`) pass the policies once. Answers are streams,
so fallbacks do not fit here: protect the function that reads them.
"""

from collections.abc import Awaitable, Callable

from aiohttp import ClientConnectionError, ClientPayloadError, ClientRequest, ClientResponse

from surefoot.integrations.exchanges import Bad, is_bad, repeatable
from surefoot.integrations.headers import DEADLINE, retry_after, timeout_out
from surefoot.resilience.deadline import remaining
from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline

Handler = Callable[[ClientRequest], Awaitable[ClientResponse]]
Middleware = Callable[[ClientRequest, Handler], Awaitable[ClientResponse]]


def _bad(response: ClientResponse) -> bool:
    return is_bad(response.status)


def _retry_after(answer: object) -> float | None:
    return retry_after(answer.headers) if isinstance(answer, ClientResponse) else None


def through(
    pipeline: Pipeline,
    *,
    on: Errors = (ClientConnectionError, ClientPayloadError, TimeoutError),
    bad: Bad = _bad,
    header: str | None = DEADLINE,
) -> Middleware:
    """Make the middleware.

    Args:
        pipeline: Of the dependency.
        on: Errors that count.
        bad: Answers that count as failures; by default 429 and from 500 on.
        header: In which the rest of the deadline is sent; None: nowhere.

    Raises:
        ValueError: The pipeline falls back.
    """
    if pipeline.settings.fallback:
        raise ValueError(f"{pipeline.name}: a stream has no substitute: protect the function that reads the answer")

    async def send(request: ClientRequest, handler: Handler, earlier: list[ClientResponse]) -> ClientResponse:
        while earlier:
            earlier.pop().release()
        left = remaining()
        if left is not None and header is not None:
            request.headers[header] = timeout_out(left)
        response = await handler(request)
        earlier.append(response)
        return response

    whole = pipeline(on=on, bad=bad, retry_after=_retry_after, idempotent=True)(send)

    async def middleware(request: ClientRequest, handler: Handler) -> ClientResponse:
        known = isinstance(getattr(request.body, "_value", b""), (bytes, bytearray, str))
        if repeatable(request.method, has_key="Idempotency-Key" in request.headers, has_whole_body=known):
            return await whole(request, handler, [])
        async with pipeline.attempt(on=on, bad=bad) as attempt:
            return attempt.result(await send(request, handler, []))

    return middleware
