"""The tables of the audit logs, and the statements of every append, built once.

SQLAlchemy keys a statement object for its cache on first use; a fresh object for each batch would pay that again.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from surefoot.edge.store.tables import METADATA, Moment

POSITION = 40  # bits of a place that are the position in its log
MASK = (1 << POSITION) - 1

LOGS = Table(
    "audit_log",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("indexed", BigInteger, nullable=False),
)
RECORDS = Table(
    "audit_record",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("log", Integer, ForeignKey("audit_log.number"), nullable=False),
    Column("id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
INBOX = Table(
    "audit_inbox",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("log", Integer, ForeignKey("audit_log.number"), nullable=False),
    Column("id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("openings", LargeBinary, nullable=False),
)
TILES = Table(
    "audit_tile",
    METADATA,
    Column("log", Integer, ForeignKey("audit_log.number"), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
CHECKPOINTS = Table(
    "audit_checkpoint",
    METADATA,
    Column("log", Integer, ForeignKey("audit_log.number"), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
SEGMENTS = Table(
    "audit_segment",
    METADATA,
    Column("log", Integer, ForeignKey("audit_log.number"), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("path", Text, nullable=False),
    Column("sealed_at", Moment, nullable=False),
    Column("purged_at", Moment),
)
OPENINGS = Table(
    "audit_opening",
    METADATA,
    Column("log", Integer, ForeignKey("audit_log.number"), primary_key=True),
    Column("event", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("commitment", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("box", LargeBinary, nullable=False),
)

NUMBER = select(LOGS.c.number).where(LOGS.c.name == bindparam("name"))
END = select(LOGS.c.size, LOGS.c.edge, LOGS.c.epoch, LOGS.c.indexed).where(LOGS.c.number == bindparam("log"))
LOCKED_END = END.with_for_update()
NEWEST = (
    select(CHECKPOINTS.c.note, CHECKPOINTS.c.at)
    .where(CHECKPOINTS.c.log == bindparam("log"))
    .order_by(CHECKPOINTS.c.size.desc())
    .limit(1)
)
TILE = select(TILES.c.data).where(
    TILES.c.log == bindparam("log"), TILES.c.level == bindparam("level"), TILES.c.position == bindparam("position")
)
SCAN = (
    select(RECORDS.c.place.op("&")(literal(MASK)), RECORDS.c.id, RECORDS.c.body)
    .where(RECORDS.c.place.between(bindparam("start"), bindparam("end")))
    .order_by(RECORDS.c.place)
)
APPEND = insert(RECORDS)
OPEN = insert(OPENINGS)
ADVANCE = (
    update(LOGS)
    .where(LOGS.c.number == bindparam("log"), LOGS.c.epoch == bindparam("its_epoch"), LOGS.c.size <= bindparam("grown"))
    .values(size=bindparam("grown"), edge=bindparam("its_edge"))
)
_WANTED = {"sqlite": "IN (SELECT value FROM json_each(:ids))", "postgresql": "= ANY(:ids)"}
KNOWN = {
    dialect: text(f"SELECT id, place FROM audit_record WHERE log = :log AND id {wanted}")  # noqa: S608  # as above
    for dialect, wanted in _WANTED.items()
}
BODIES = {
    dialect: text(
        f"SELECT id, body FROM audit_record WHERE log = :log AND id {wanted} "  # noqa: S608  # both parts stand above
        f"UNION ALL SELECT id, body FROM audit_inbox WHERE log = :log AND id {wanted}"
    )
    for dialect, wanted in _WANTED.items()
}


def fresh(table: Table, dialect: str) -> "sqlite.Insert | postgresql.Insert":
    """Return an insert that a database can be told to do something else with on conflict."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _put_tile(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    put = fresh(TILES, dialect)
    return put.on_conflict_do_update(index_elements=["log", "level", "position"], set_={"data": put.excluded.data})


PUT_TILE = {dialect: _put_tile(dialect) for dialect in _WANTED}
STATE = {dialect: fresh(CHECKPOINTS, dialect).on_conflict_do_nothing() for dialect in _WANTED}
