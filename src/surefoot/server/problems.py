"""Answers that are refusals, in the form of RFC 9457."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

TYPE = "application/problem+json"
_TITLES = {
    400: "The request cannot be read",
    401: "Nobody is logged in",
    403: "Not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    408: "The request took too long",
    409: "It would break something",
    413: "The request is too large",
    415: "The request has the wrong type",
    422: "The request cannot be used",
    429: "Too many tries",
    500: "A bug",
    503: "Not now",
}
_UNLIKELY = (405, 500)  # no part of any answer that was planned


class Problem(BaseModel):
    """A refusal, as RFC 9457 has it; `request` finds it in the log."""

    type: str
    title: str
    status: int
    detail: str
    request: str


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {  # as FastAPI types it
    status: {
        "description": title,
        "model": Problem,
        "content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, title in _TITLES.items()
    if status not in _UNLIKELY
}


class ProblemError(Exception):
    """Ends a request with a refusal; `detail` says what to do."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, dict(headers or {})
        super().__init__(detail)


def answer(
    status: int, detail: str, request_id: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """Write a refusal."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "Refused"), "status": status, "detail": detail}
    return Response(orjson.dumps({**body, **more, "request": request_id}), status, headers, TYPE)


def request_id(request: Request) -> str:
    """Return the id that the frame gave a request."""
    return str(request.scope.get("surefoot.request", ""))
