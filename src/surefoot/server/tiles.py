"""The log as static tiles, for clients of C2SP tlog-tiles: they verify it without Surefoot's code."""

import asyncio
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response

from surefoot.domain.access.rights import RefusalError, Right
from surefoot.domain.audit.tiles import HASH, WIDTH, Coordinates, bundle, coordinates, width_at
from surefoot.errors import NoteError
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.server.auth import Caller, allowed
from surefoot.server.house import House
from surefoot.server.reader import desk_of, grant_of, head_of

ROUTER = APIRouter(prefix="/audit", include_in_schema=False)
_KEPT = {"Cache-Control": "private, max-age=86400, immutable"}
_PURPOSE = "tlog-tiles"
_Auditor = Annotated[Caller, Depends(allowed(Right.READ_WHOLE_LOG))]


@ROUTER.get("/checkpoint")
async def checkpoint(request: Request, _: _Auditor) -> PlainTextResponse:
    """Give the newest signed note."""
    return PlainTextResponse((await head_of(House.of(request))).checkpoint)


@ROUTER.get("/tile/{rest:path}")
async def tile(request: Request, rest: str, found: _Auditor) -> Response:
    """Give a tile of hashes, or a bundle of records; that a bundle is taken out is recorded first."""
    house = House.of(request)
    try:
        wanted = coordinates(f"tile/{rest}")
    except NoteError as error:
        raise RefusalError("unknown", str(error)) from error
    size = (await head_of(house)).edge.size
    if wanted.width > width_at(wanted.level or 0, wanted.index, size):
        raise RefusalError("unknown", f"the log has {size} records: there is no such tile yet")
    if wanted.level is None:
        return Response(await _entries(house, found, wanted), media_type="application/octet-stream")
    level, index, name = wanted.level, wanted.index, house.services.desk.name
    hashes = (await house.read(lambda tx: tx.log.tile(name, level, index)))[: wanted.width * HASH]
    if len(hashes) < wanted.width * HASH:
        raise RefusalError("unknown", "the tile was purged; its root stands in the tile above")
    return Response(hashes, headers=_KEPT, media_type="application/octet-stream")


async def _entries(house: House, found: Caller, wanted: Coordinates) -> bytes:
    if grant_of(house, found.actor).categories:
        raise RefusalError("forbidden", "you read some categories only: bundles hold all of them; ask for records")
    first = wanted.index * WIDTH
    records = await asyncio.to_thread(_read, desk_of(house, found.actor), first, wanted.width)
    if len(records) < wanted.width:
        raise RefusalError("unknown", "records of this bundle were purged")
    return bundle(records)


def _read(desk: Desk, first: int, width: int) -> list[bytes]:
    desk.note("log.read", filter=f"records {first} to {first + width - 1}", purpose=_PURPOSE)

    def work(transaction: Transaction) -> list[bytes]:
        found = islice(desk.stored(transaction).records(first), width)
        return [record.body for record in found if record.position < first + width]

    return desk.store.read(work)
