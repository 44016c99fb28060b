"""What a request may send: bounded in size, in time, in type and in depth, before anything reads it."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surefoot.server.problems import answer
from surefoot.spec.model.policy_server import BodyNumbers

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
LINES = "application/x-ndjson"
_PIECES = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_SAFE = ("GET", "HEAD", "OPTIONS")


class _RefusedError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        super().__init__(detail)


class Bounded:
    """Reads the body within its bounds and hands it on whole."""

    def __init__(self, app: ASGIApp, numbers: BodyNumbers) -> None:
        self._app = app
        self._numbers = numbers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive, scope["method"])
        except _RefusedError as refused:
            # The rest of the body is not read, so nothing more can be said on this connection.
            response = answer(
                refused.status, str(refused), str(scope.get("surefoot.request", "")), {"Connection": "close"}
            )
            await response(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive, method: str) -> bytes:
        most = self._numbers.size
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > most:
            raise _RefusedError(413, f"the body is larger than {most} bytes: send less at a time")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        pieces, size = [], 0
        try:
            async with asyncio.timeout(self._numbers.wait.total_seconds()):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        break
                    piece = message.get("body", b"")
                    pieces.append(piece)
                    size += len(piece)
                    if size > most:
                        raise _RefusedError(413, f"the body is larger than {most} bytes: send less at a time")
                    if not message.get("more_body"):
                        break
        except TimeoutError:
            raise _RefusedError(408, "the body did not arrive in time") from None
        body = b"".join(pieces)
        if body and method not in _SAFE and kind not in {JSON, FORM, LINES}:
            raise _RefusedError(415, f"a body is `{JSON}`, one of several objects `{LINES}`, that of a form `{FORM}`")
        if kind == JSON and depth(body) > self._numbers.depth:
            raise _RefusedError(400, f"the JSON nests deeper than {self._numbers.depth} levels: send it flatter")
        return body


def depth(body: bytes) -> int:
    """Return how deep a text of JSON nests; of one that is no JSON, how deep its brackets do."""
    if body.count(b"[") + body.count(b"{") <= 1:
        return 1
    level = deepest = 0
    for piece in _PIECES.finditer(body):
        first = piece[0][:1]
        if first in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif first in b"]}":
            level -= 1
    return deepest


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give out a body that was read already, then whatever else comes: that the client went away."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
