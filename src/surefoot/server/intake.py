"""The door for events of other services: whatever is answered for is durable (AUD-3).

What was sent is what is stored. In particular `actor.ip_address` is where the sender saw its own client: the address
of the connection says nothing about that, and is not put there.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from surefoot.domain.access.rights import Right, demand
from surefoot.domain.audit.record import Event
from surefoot.errors import PortError, RecordRefused
from surefoot.run.audit.admitting import admission
from surefoot.run.audit.appending import Kept, Receipt
from surefoot.run.audit.log import AuditLog
from surefoot.server.auth import Caller, bearer_of
from surefoot.server.house import House
from surefoot.server.limits import FORM, JSON, LINES
from surefoot.server.problems import REFUSALS, ProblemError, answer, request_id

ROUTER = APIRouter(prefix="/in/audit", responses=REFUSALS, tags=["audit"])
_MOST = 4096  # events of a request; each that is refused makes a record
_RETRY = "5"  # seconds
_BODY = {
    "requestBody": {
        "required": True,
        "description": "An event, or one a line; `surefoot schema`'s AUDIT-SCHEMA document describes it.",
        "content": {JSON: {"schema": {"type": "object"}}, LINES: {"schema": {"type": "string"}}},
    }
}


class ReceiptView(BaseModel):
    """What became of an event.

    `kept` says where it is by now: `sequenced` at its `index`, in the `inbox` or `spooled`, both durable and soon
    sequenced, or `dropped`, as the catalogue wants it for its category while the database is away.
    """

    line: int
    id: str
    kept: Kept
    index: int | None


class Receipts(BaseModel):
    """What became of each event, by lines."""

    receipts: list[ReceiptView]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    answer: "Future[Receipt] | RecordRefused | PortError"


async def sender(request: Request) -> Caller:
    """Return the program that sends events; a session does not count here.

    Raises:
        ProblemError: There is no token, or one that is none.
        RefusalError: It is not for this.
    """
    found = await bearer_of(request)
    demand(found.actor, Right.APPEND_LOG)
    return found


@ROUTER.post("", status_code=202, summary="Send events", response_model=Receipts, openapi_extra=_BODY)
async def take(request: Request, found: Annotated[Caller, Depends(sender)]) -> Response | Receipts:
    """Take events into the audit log.

    An id that the log has is not taken twice, so everything may be sent again after 503, or without an answer.
    400 names in `refusals` the line and the field of what cannot be taken; the rest, in `receipts`, was taken.
    """
    house = House.of(request)
    lines = list(_lines(request, await request.body()))
    if len(lines) > _MOST:
        raise ProblemError(413, f"send at most {_MOST} events at a time")
    if not lines:
        raise ProblemError(400, "the body is empty: send an event")
    log = house.services.desk.log
    admit = admission(log.means.catalogue, evidence=Right.MANAGE in found.actor.rights)
    sent = await asyncio.to_thread(_sent, log, admit, lines)
    await _ended(house, sent)
    receipts, refusals, undone = _sorted(sent)
    for receipt in receipts:
        house.metrics.audit_events.labels(receipt.kept).inc()
    house.metrics.audit_events.labels("refused").inc(len(refusals))
    if not refusals and not undone:
        return Receipts(receipts=receipts)
    whole = [one.model_dump(mode="json") for one in receipts]
    if undone:
        detail = f"{undone} of {len(sent)} events are not on disk: send everything again"
        return answer(503, detail, request_id(request), {"Retry-After": _RETRY}, receipts=whole, refusals=refusals)
    return answer(
        400,
        f"{len(refusals)} of {len(sent)} events: see `refusals`",
        request_id(request),
        receipts=whole,
        refusals=refusals,
    )


def _lines(request: Request, body: bytes) -> Iterator[tuple[int, bytes]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        raise ProblemError(415, f"send an event as `{JSON}`, or one a line as `{LINES}`")
    for number, line in enumerate([body] if kind == JSON else body.split(b"\n"), 1):
        if raw := line.strip():
            yield number, raw


def _sent(log: AuditLog, admit: Callable[[Event], None], lines: list[tuple[int, bytes]]) -> list[_Line]:
    """Put everything in line, in its order."""
    sent = []
    for number, raw in lines:
        try:
            sent.append(_Line(number, log.record_raw(raw, admit)))
        except (RecordRefused, PortError) as error:
            sent.append(_Line(number, error))
    return sent


async def _ended(house: House, sent: list[_Line]) -> None:
    """Wait until everything has its answer, as long as one may wait for the store."""
    waiting = [asyncio.wrap_future(line.answer) for line in sent if isinstance(line.answer, Future)]
    if waiting:
        wait = house.services.numbers.store_wait.total_seconds()
        for future in waiting:
            future.add_done_callback(_looked_at)
        await asyncio.wait(waiting, timeout=wait)


def _looked_at(future: "asyncio.Future[Receipt]") -> None:
    """Tell asyncio that somebody cares: errors are looked at where receipts are made."""
    if not future.cancelled():
        future.exception()


def _sorted(sent: list[_Line]) -> tuple[list[ReceiptView], list[dict[str, str | int]], int]:
    """Return receipts, refusals, and how many are not known to be durable."""
    receipts: list[ReceiptView] = []
    refusals: list[dict[str, str | int]] = []
    undone = 0
    for line in sent:
        found = _outcome(line.answer)
        match found:
            case Receipt():
                receipts.append(ReceiptView(line=line.number, id=found.id, kept=found.kept, index=found.index))
            case RecordRefused():
                refusals.append({"line": line.number, "field": found.field or "record", "message": found.message})
            case _:
                undone += 1
    return receipts, refusals, undone


def _outcome(found: "Future[Receipt] | RecordRefused | PortError") -> Receipt | RecordRefused | None:
    if not isinstance(found, Future):
        return found if isinstance(found, RecordRefused) else None
    if not found.done() or found.cancelled():
        return None
    error = found.exception()
    if error is None:
        return found.result()
    if isinstance(error, RecordRefused):
        return error
    if isinstance(error, PortError):
        return None
    raise error
