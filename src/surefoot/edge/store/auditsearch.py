"""The search index of the audit logs: derived from the records, and always rebuildable from them."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Table,
    Text,
    and_,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
)

from surefoot.domain.audit.canonical import stored
from surefoot.domain.audit.filter import Filter, split, words
from surefoot.domain.audit.record import Event
from surefoot.edge.store.tables import METADATA, Moment
from surefoot.ports.auditlog import Span

_LONGEST = 500  # characters of a word; PostgreSQL takes no lexeme above 2,046 bytes
_WILD_GLOB = re.compile(r"[\[?]")
_WILD_LIKE = re.compile(r"[\\%_]")

INDEX = Table(
    "audit_index",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("log", Integer, ForeignKey("audit_log.number"), nullable=False),
    Column("time", Moment, nullable=False),
    Column("actor_type", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("target_type", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)


def add(connection: Connection, log: int, records: Sequence[tuple[int, bytes]]) -> None:
    """Take records in, given as place and canonical bytes."""
    events = [(place, stored(body)) for place, body in records]
    connection.execute(insert(INDEX), [_row(place, log, event) for place, event in events])
    _add_words(connection, events)


def add_words(connection: Connection, records: Sequence[tuple[int, bytes]]) -> None:
    """Take the words of records in whose rows of the index are there already, such as after copying them."""
    if records:
        _add_words(connection, [(place, stored(body)) for place, body in records])


def _add_words(connection: Connection, events: Sequence[tuple[int, Event]]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("INSERT INTO audit_text (place, words) VALUES (:place, array_to_tsvector(:words))"),
            [{"place": place, "words": sorted(set(_words(event)))} for place, event in events],
        )
    else:
        connection.execute(
            text("INSERT INTO audit_text (rowid, words) VALUES (:place, :words)"),
            [{"place": place, "words": " ".join(_words(event))} for place, event in events],
        )


def drop(connection: Connection, records: Sequence[tuple[int, bytes]]) -> None:
    """Take records out again; the text index needs their words for that."""
    if not records:
        return
    first, last = records[0][0], records[-1][0]
    connection.execute(delete(INDEX).where(INDEX.c.place.between(first, last)))
    if connection.dialect.name == "postgresql":
        bounds = {"first": first, "last": last}
        connection.execute(text("DELETE FROM audit_text WHERE place BETWEEN :first AND :last"), bounds)
    else:
        connection.execute(
            text("INSERT INTO audit_text (audit_text, rowid, words) VALUES ('delete', :place, :words)"),
            [{"place": place, "words": " ".join(_words(stored(body)))} for place, body in records],
        )


def places(connection: Connection, log: int, wanted: Filter, before: tuple[int, int] | None, most: int) -> list[int]:
    """Find records, newest first by their own time.

    Args:
        connection: In a transaction.
        log: The number of the log.
        wanted: What they must be.
        before: Time (microseconds since 1970) and place of the record that the answer follows.
        most: Of the answer.
    """
    conditions = [INDEX.c.log == log, *_conditions(wanted, connection.dialect.name)]
    if before is not None:
        time, place = before
        raw = literal_column("audit_index.time", BigInteger)  # as kept, not as a moment
        conditions.append(or_(raw < time, and_(raw == time, INDEX.c.place < place)))
    query = select(INDEX.c.place).where(*conditions).order_by(INDEX.c.time.desc(), INDEX.c.place.desc()).limit(most)
    return list(connection.execute(query).scalars())


def gap(connection: Connection, first: int, end: int) -> int | None:
    """Return the first place from one on and before another whose record is not wholly taken in; None if there is none.

    Rows that somebody deleted show here, which no count that the index keeps of itself would tell.
    """
    query = text(
        "SELECT MIN(r.place) FROM audit_record r WHERE r.place >= :first AND r.place < :end AND "
        "(NOT EXISTS (SELECT 1 FROM audit_index i WHERE i.place = r.place)"
        " OR NOT EXISTS (SELECT 1 FROM audit_text t WHERE t.place = r.place))"
        if connection.dialect.name == "postgresql"
        else "SELECT MIN(r.place) FROM audit_record r WHERE r.place >= :first AND r.place < :end AND "
        "(NOT EXISTS (SELECT 1 FROM audit_index i WHERE i.place = r.place)"
        " OR NOT EXISTS (SELECT 1 FROM audit_text t WHERE t.rowid = r.place))"
    )
    found = connection.execute(query, {"first": first, "end": end}).scalar()
    return None if found is None else int(found)


def key(connection: Connection, place: int) -> tuple[int, int] | None:
    """Return what `places` continues after: time and place of a record."""
    raw = literal_column("audit_index.time", BigInteger)
    time = connection.execute(select(raw).select_from(INDEX).where(INDEX.c.place == place)).scalar()
    return None if time is None else (time, place)


def spans(connection: Connection, start: int, first: int, end: int) -> list[Span]:
    """Return how old records are, by blocks of 256 and by category.

    A sender's time counts only up to when the record was sequenced, so that a time in the future keeps nothing.

    Args:
        connection: In a transaction.
        start: Place of the log's first record.
        first: Index of the first record; a multiple of 256.
        end: Index behind the last one.
    """
    found = connection.execute(
        text(
            "SELECT (place - :start) / 256 AS block, category, count(*) AS records, min(age) AS oldest, "
            "max(age) AS youngest FROM (SELECT i.place, i.category, "
            "CASE WHEN i.time < r.at THEN i.time ELSE r.at END AS age "
            "FROM audit_index i JOIN audit_record r ON r.place = i.place "
            "WHERE i.place >= :start + :first AND i.place < :start + :end) AS aged "
            "GROUP BY block, category ORDER BY block, category"
        ).columns(oldest=Moment, youngest=Moment),
        {"start": start, "first": first, "end": end},
    )
    return [Span(row.block, row.category, row.records, row.oldest, row.youngest) for row in found]


def _row(place: int, log: int, event: Event) -> dict[str, object]:
    return {
        "place": place,
        "log": log,
        "time": event.timestamp,
        "actor_type": event.actor.type.value,
        "actor": event.actor.id,
        "action": event.action.type,
        "category": event.action.category,
        "target_type": event.target.type,
        "target": event.target.id,
        "outcome": event.outcome.status.value,
    }


def _words(event: Event) -> Iterator[str]:
    return (word[:_LONGEST] for word in words(event))


def _conditions(wanted: Filter, dialect: str) -> Iterator[ColumnElement[bool]]:
    if wanted.actor:
        yield _named(wanted.actor, INDEX.c.actor_type, INDEX.c.actor, dialect)
    if wanted.target:
        yield _named(wanted.target, INDEX.c.target_type, INDEX.c.target, dialect)
    if wanted.action:
        yield _like(INDEX.c.action, wanted.action, dialect)
    if wanted.category:
        yield _like(INDEX.c.category, wanted.category, dialect)
    if wanted.outcome:
        yield INDEX.c.outcome == wanted.outcome.value
    if wanted.since:
        yield INDEX.c.time >= wanted.since
    if wanted.until:
        yield INDEX.c.time < wanted.until
    if found := split(wanted.text):
        yield INDEX.c.place.in_(_texts(found, dialect))


def _texts(found: Sequence[str], dialect: str) -> "select[tuple[int]]":  # type: ignore[valid-type]  # a function
    if dialect == "postgresql":
        query = " & ".join(f"'{word[:_LONGEST]}'" for word in found)
        return (
            select(literal_column("place", BigInteger))
            .select_from(text("audit_text"))
            .where(text("words @@ CAST(:wanted AS tsquery)").bindparams(wanted=query))
        )
    query = " ".join(f'"{word[:_LONGEST]}"' for word in found)
    return (
        select(literal_column("rowid", BigInteger))
        .select_from(text("audit_text"))
        .where(text("audit_text MATCH :wanted").bindparams(wanted=query))
    )


def _named(pattern: str, kind: Column[str], name: Column[str], dialect: str) -> ColumnElement[bool]:
    """Match an id, or type and id; without a star by equality, so that an index serves."""
    if "*" in pattern:
        return or_(_like(name, pattern, dialect), _like(kind + "/" + name, pattern, dialect))
    parts = pattern.split("/")
    pairs = [("/".join(parts[:at]), "/".join(parts[at:])) for at in range(1, len(parts))]
    return or_(name == pattern, *(and_(kind == left, name == right) for left, right in pairs))


def _like(column: ColumnElement[str], pattern: str, dialect: str) -> ColumnElement[bool]:
    """Match with the star as the only wild sign, minding case."""
    if "*" not in pattern:
        return column == pattern
    if dialect == "postgresql":
        return column.like(_WILD_LIKE.sub(r"\\\g<0>", pattern).replace("*", "%"), escape="\\")
    return column.op("GLOB", is_comparison=True)(_WILD_GLOB.sub(r"[\g<0>]", pattern))
