"""Reading the audit log; every question is recorded before it is answered."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import PlainTextResponse

from surefoot.domain.access.rights import RefusalError, Right, demand
from surefoot.domain.audit.filter import Filter, parse
from surefoot.domain.audit.record import fields, identifier
from surefoot.errors import PortError, RecordRefused, StoreError
from surefoot.run.audit.asking import Answer, Question, ask
from surefoot.run.audit.proving import prove
from surefoot.server.api import PREFIX
from surefoot.server.auth import Caller, allowed
from surefoot.server.house import House
from surefoot.server.problems import REFUSALS
from surefoot.server.reader import UNSTATED, desk_of, grant_of, head_of

ROUTER = APIRouter(prefix=f"{PREFIX}/audit", responses=REFUSALS, tags=["audit"])
_PAGE, _MOST = 100, 1000  # records of an answer
_LONGEST = 2000  # characters of a question
_Reader = Annotated[Caller, Depends(allowed(Right.READ_LOG))]
_Auditor = Annotated[Caller, Depends(allowed(Right.READ_WHOLE_LOG))]
_Purpose = Annotated[str, Query(min_length=1, max_length=_LONGEST, description="Why it is asked; is recorded.")]


class Asked(BaseModel):
    """A question.

    `q` is such as `actor=ana action=login.* since=30d`; `after` the `next` of the page before; `reveal` names whose
    personal values are opened, which needs a `purpose`. The purpose is recorded.
    """

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=_LONGEST)] = ""
    limit: Annotated[int, Field(ge=1, le=_MOST)] = _PAGE
    after: Annotated[int, Field(ge=0)] | None = None
    reveal: Annotated[str, Field(max_length=_LONGEST)] = ""
    purpose: Annotated[str, Field(min_length=1, max_length=_LONGEST)] = UNSTATED


class RecordView(BaseModel):
    """A record at its place in the log, with pseudonyms in the place of people."""

    index: int
    record: dict[str, JsonValue]


class RecordPage(BaseModel):
    """Records, newest first.

    Of the `size` records of the log, the first `indexed` were searched, and `sealed` ones in files were not.
    `next` is the `after` of the next page; null if this is the last.
    """

    indexed: int
    size: int
    sealed: int
    next: int | None
    records: list[RecordView]

    @classmethod
    def of(cls, answer: Answer, after: int | None) -> "RecordPage":
        """Show an answer."""
        records = [RecordView.model_validate({"index": one.index, "record": fields(one.event)}) for one in answer.shown]
        return cls(indexed=answer.indexed, size=answer.size, sealed=answer.sealed, next=after, records=records)


class CheckpointView(BaseModel):
    """Where the log ends.

    `checkpoint` is a signed note (C2SP tlog-checkpoint); `key` is the first key that signed, where verifying starts.
    """

    checkpoint: str
    key: str
    size: int
    indexed: int


@ROUTER.get("/records", summary="Ask the audit log")
async def records(request: Request, found: _Reader, asked: Annotated[Asked, Query()]) -> RecordPage:
    """Find records, as far as the reader's log role goes."""
    house = House.of(request)
    if asked.reveal:
        demand(found.actor, Right.REVEAL)
        if asked.purpose == UNSTATED:
            raise RefusalError("wrong", "`reveal` needs a `purpose`: it stands in the log")
    after = -1 if asked.after is None else asked.after
    question = Question(_wanted(house, asked.q), asked.purpose, asked.limit, after, asked.reveal)
    desk, grant = desk_of(house, found.actor), grant_of(house, found.actor)
    try:
        answer = await asyncio.to_thread(ask, desk, question, grant)
    except StoreError:
        raise
    except (PortError, RecordRefused) as error:
        raise RefusalError("wrong", str(error)) from error
    return RecordPage.of(answer, answer.last if answer.more else None)


@ROUTER.get("/records/{record}/proof", summary="Prove a record", response_class=PlainTextResponse)
async def proof(request: Request, record: str, found: _Auditor, purpose: _Purpose = UNSTATED) -> PlainTextResponse:
    """Give the proof that the log holds a record, as a C2SP tlog-proof with the record in its line `extra`."""
    house = House.of(request)
    try:
        wanted = identifier(record)
    except RecordRefused as error:
        raise RefusalError("unknown", str(error)) from error
    desk, grant = desk_of(house, found.actor), grant_of(house, found.actor)
    proved = await asyncio.to_thread(prove, desk, wanted, purpose, grant)
    if proved is None:
        raise RefusalError("unknown", f"no record that you may take with you has the id `{wanted}`")
    return PlainTextResponse(proved[1])


@ROUTER.get("/checkpoint", summary="Show where the log ends")
async def checkpoint(request: Request, _: _Reader) -> CheckpointView:
    """Show the newest checkpoint: keep it where this server cannot write, and it shows later what was cut off."""
    house = House.of(request)
    desk = house.services.desk
    head = await head_of(house)
    return CheckpointView(checkpoint=head.checkpoint, key=str(desk.key), size=head.edge.size, indexed=head.indexed)


def _wanted(house: House, text: str) -> Filter:
    try:
        return parse(text, house.services.desk.log.means.now())
    except ValueError as error:
        raise RefusalError("wrong", f"q: {error}") from None
