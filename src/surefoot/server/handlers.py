"""What becomes of an exception that ends a request: always an answer in the form of a problem."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from surefoot.domain.access.rights import Actor, Kind, RefusalError
from surefoot.errors import StoreError
from surefoot.run.access.recording import Deed
from surefoot.server.frame import route_of
from surefoot.server.house import House
from surefoot.server.problems import ProblemError, answer, request_id

_STATUS: Mapping[Kind, int] = {"forbidden": 403, "unknown": 404, "conflict": 409, "wrong": 422}
_RETRY = "5"  # seconds


def register(app: FastAPI) -> None:
    """Tell an application what becomes of each exception."""
    for kind, handler in (
        (ProblemError, of_problem),
        (RefusalError, of_refusal),
        (StoreError, of_store),
        (HTTPException, of_http),
        (RequestValidationError, of_validation),
        (Exception, of_bug),
    ):
        app.add_exception_handler(kind, handler)


async def of_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal; that somebody wanted what they may not do is recorded first."""
    assert isinstance(error, RefusalError)
    actor: Actor | None = getattr(request.state, "actor", None)
    if error.kind == "forbidden" and actor is not None:
        house = House.of(request)
        deed = Deed("access.refusal", ("route", f"{request.method} {route_of(request.scope)}"), str(error))
        await house.write(lambda tx: house.services.recording.record(tx, actor, deed))
    return answer(_STATUS[error.kind], str(error), request_id(request))


async def of_bug(request: Request, error: Exception) -> Response:
    """Answer that something is wrong here, without a word of what; the log has it, under the request's id."""
    House.of(request).services.log.error("bug", request=request_id(request), exc_info=error)
    return answer(500, "the log tells more under the id in `request`", request_id(request))


async def of_problem(request: Request, error: Exception) -> Response:
    """Answer with a problem that was raised."""
    assert isinstance(error, ProblemError)
    return answer(error.status, error.detail, request_id(request), error.headers)


async def of_http(request: Request, error: Exception) -> Response:
    """Answer with what the framework refuses: an unknown path, a method that is not there."""
    assert isinstance(error, HTTPException)
    detail = {404: "no page and no resource has this path", 405: "the path is right, the method is not"}
    return answer(
        error.status_code, detail.get(error.status_code, str(error.detail)), request_id(request), error.headers
    )


async def of_validation(request: Request, error: Exception) -> Response:
    """Answer with the fields that are wrong, without repeating what was sent: it may be a password."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "problem": str(one["msg"])} for one in error.errors()
    ]
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return answer(400, "the body is no JSON", request_id(request))
    return answer(422, "some fields are wrong: see `fields`", request_id(request), fields=fields)


async def of_store(request: Request, error: Exception) -> Response:
    """Answer that the database is away: whoever asked may ask again."""
    assert isinstance(error, StoreError)
    return answer(503, "the database did not answer; try again", request_id(request), {"Retry-After": _RETRY})
