"""An adapter for requests, so that what a session sends to an address goes through a pipeline.

::

    session.mount("https://api.bank.example/", Adapter(payments))

Requests that may not be sent twice (POST, PATCH without `Idempotency-Key`, streamed bodies) pass the policies once:
no retry, no hedge, no fallback.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from surefoot.integrations.exchanges import SAFE, Bad, is_bad, repeatable
from surefoot.integrations.headers import DEADLINE, retry_after, timeout_out
from surefoot.resilience.attempt import Attempt
from surefoot.resilience.deadline import remaining
from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline

Timeout = float | tuple[float, float] | tuple[float, None] | None


def _bad(response: requests.Response) -> bool:
    return is_bad(response.status_code)


def _retry_after(answer: object) -> float | None:
    return retry_after(answer.headers) if isinstance(answer, requests.Response) else None


def _key(request: requests.PreparedRequest, *_: object) -> object:
    """Tell requests of one user for one thing apart from others, for the stale answer."""
    if request.method not in SAFE:
        return id(request)
    names = ("Authorization", "Cookie", "Accept", "Accept-Language", "Range")
    return request.method, request.url, *(request.headers.get(name) for name in names)


class Adapter(HTTPAdapter):
    """Sends requests through a pipeline.

    Args:
        pipeline: Of the dependency.
        on: Errors that count.
        bad: Answers that count as failures; by default 429 and from 500 on.
        header: In which the rest of the deadline is sent; None: nowhere.
        more: As `HTTPAdapter` takes them; its own retries stay off.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        on: Errors = (requests.ConnectionError, requests.Timeout),
        bad: Bad = _bad,
        header: str | None = DEADLINE,
        **more: Any,  # Any: those of requests
    ) -> None:
        super().__init__(**more)
        self._pipeline = pipeline
        self._header = header
        self._once: Callable[[], Attempt] = lambda: pipeline.attempt(on=on, bad=bad)
        self._whole: Callable[..., object] = pipeline(
            on=on, bad=bad, retry_after=_retry_after, key=_key, idempotent=True
        )(self._send)

    def _send(
        self, request: requests.PreparedRequest, timeout: Timeout, rest: Mapping[str, Any], earlier: list[Any]
    ) -> requests.Response:
        while earlier:
            earlier.pop().close()
        left = remaining()
        if left is not None:
            timeout = _shorter(timeout, left)
            if self._header is not None:
                request.headers[self._header] = timeout_out(left)
        response = super().send(request, timeout=timeout, **rest)
        earlier.append(response)
        if self._pipeline.settings.fallback:
            response.content  # noqa: B018  # reads the body, so that the answer can be given again
        return response

    def send(  # type: ignore[override]  # the stubs name each of the rest
        self, request: requests.PreparedRequest, *, timeout: Timeout = None, **rest: Any
    ) -> requests.Response:
        """Send a request; called by the session."""
        body = request.body
        if repeatable(
            request.method or "",
            has_key="Idempotency-Key" in request.headers,
            has_whole_body=body is None or isinstance(body, (bytes, str)),
        ):
            return _answer(self._whole(request, timeout, rest, []), request)
        with self._once() as attempt:
            return attempt.result(self._send(request, timeout, rest, []))


def _shorter(timeout: Timeout, left: float) -> Timeout:
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    left = max(left, 0.001)  # requests takes 0 for a mistake
    connect = left if connect is None else min(connect, left)
    return connect, left if read is None else min(read, left)


def _answer(result: object, request: requests.PreparedRequest) -> requests.Response:
    """Make an answer of what the pipeline gave: a response, or the value of a fallback."""
    if isinstance(result, requests.Response):
        return result
    response = requests.Response()
    response.status_code = 200
    response.url = request.url or ""
    response.request = request
    response.headers["Content-Type"] = "application/json"
    response._content = json.dumps(result).encode()  # noqa: SLF001  # requests has no other way to make one
    return response
