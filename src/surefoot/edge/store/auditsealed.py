"""The ids of sealed records: sixteen bytes each, so that one who sends a record again years later is still known."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    delete,
    insert,
    literal,
    select,
)

from surefoot.edge.store.tables import METADATA

SEALED = Table(
    "audit_sealed",
    METADATA,
    Column("log", Integer, ForeignKey("audit_log.number"), primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("place", BigInteger, nullable=False),
)
_ANY = select(literal(1)).where(SEALED.c.log == bindparam("log")).limit(1)
_KEEP = insert(SEALED)


def keep(connection: Connection, log: int, records: Sequence[tuple[int, str]]) -> None:
    """Remember the ids of records, given as place and id, whose rows go."""
    connection.execute(_KEEP, [{"log": log, "id": UUID(text).bytes, "place": place} for place, text in records])


def find(connection: Connection, log: int, ids: Sequence[str]) -> dict[str, int]:
    """Return the places of those ids that belong to sealed records."""
    if not ids or connection.execute(_ANY, {"log": log}).first() is None:
        return {}
    wanted = [UUID(text).bytes for text in ids]
    found = connection.execute(select(SEALED.c.id, SEALED.c.place).where(SEALED.c.log == log, SEALED.c.id.in_(wanted)))
    return {str(UUID(bytes=raw)): place for raw, place in found.all()}


def drop(connection: Connection, log: int, first: int, last: int) -> None:
    """Forget the ids of purged records, by their places."""
    connection.execute(delete(SEALED).where(SEALED.c.log == log, SEALED.c.place.between(first, last)))
