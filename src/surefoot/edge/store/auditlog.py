"""The rows of the audit logs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from surefoot.domain.audit.commitment import Concealed, Place
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.tiles import WIDTH, Tile
from surefoot.domain.audit.tree import Edge
from surefoot.edge.store import auditsealed, auditsearch
from surefoot.edge.store.audittables import (
    ADVANCE,
    APPEND,
    BODIES,
    CHECKPOINTS,
    END,
    INBOX,
    KNOWN,
    LOCKED_END,
    LOGS,
    MASK,
    NEWEST,
    NUMBER,
    OPEN,
    OPENINGS,
    POSITION,
    PUT_TILE,
    RECORDS,
    SCAN,
    SEGMENTS,
    STATE,
    TILE,
    TILES,
    fresh,
)
from surefoot.errors import StaleEpochError, StoreError
from surefoot.ports.auditlog import Entry, Head, Row, Segment, Span

_HASH = 32


class AuditLogRows:
    """All logs of a store, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._numbers: dict[str, int] = {}

    def logs(self) -> list[str]:
        """Return the names of all logs."""
        return list(self._connection.execute(select(LOGS.c.name).order_by(LOGS.c.number)).scalars())

    def offer(self, log: str, entries: Sequence[Entry]) -> set[str]:
        """Put records into the inbox; those that are known are passed over, and other ones of a known id refused."""
        if not entries:
            return set()
        number = self._number(log, make=True)
        ids = self._ids([entry.id for entry in entries])
        found = self._connection.execute(BODIES[self._dialect], {"log": number, "ids": ids})
        have: dict[str, bytes] = {identifier: body for identifier, body in found.all()}  # noqa: C416  # rows, not pairs
        sealed = auditsealed.find(self._connection, number, [entry.id for entry in entries])
        rows = [
            {"log": number, "id": entry.id, "body": entry.body, "openings": _packed(entry.openings)}
            for entry in entries
            if entry.id not in have and entry.id not in sealed
        ]
        if rows:
            self._connection.execute(fresh(INBOX, self._dialect).on_conflict_do_nothing(), rows)
        return {entry.id for entry in entries if have.get(entry.id, entry.body) != entry.body}

    def inbox(self, log: str, most: int) -> list[Entry]:
        """Return the oldest records of the inbox."""
        query = (
            select(INBOX.c.id, INBOX.c.body, INBOX.c.openings)
            .where(INBOX.c.log == self._number(log))
            .order_by(INBOX.c.number)
            .limit(most)
        )
        return [Entry(row.id, row.body, _unpacked(row.openings)) for row in self._connection.execute(query)]

    def waiting(self, log: str) -> int:
        """Count the records of the inbox."""
        query = select(func.count()).select_from(INBOX).where(INBOX.c.log == self._number(log))
        return self._connection.execute(query).scalar_one()

    def taken(self, log: str, ids: Sequence[str]) -> None:
        """Drop records from the inbox."""
        if ids:
            self._connection.execute(delete(INBOX).where(INBOX.c.log == self._number(log), INBOX.c.id.in_(ids)))

    def known(self, log: str, ids: Sequence[str]) -> dict[str, int]:
        """Return the index of those ids that the log has, whether here or sealed."""
        number = self._number(log)
        here = self._connection.execute(KNOWN[self._dialect], {"log": number, "ids": self._ids(ids)}).all()
        sealed = auditsealed.find(self._connection, number, ids)
        return {identifier: place & MASK for identifier, place in (*here, *sealed.items())}

    def ensure(self, log: str) -> None:
        """Make a log that is not there yet."""
        self._number(log, make=True)

    def next_epoch(self, log: str) -> int:
        """Begin a new epoch and return it: whoever appends under an older one is refused from now on."""
        epoch: int = self._connection.execute(
            update(LOGS)
            .where(LOGS.c.number == self._number(log, make=True))
            .values(epoch=LOGS.c.epoch + 1)
            .returning(LOGS.c.epoch)
        ).scalar_one()
        return epoch

    def head(self, log: str) -> Head:
        """Return where the log ends."""
        number = {"log": self._number(log)}
        newest = self._connection.execute(NEWEST, number).first()
        note, at = (newest.note, newest.at) if newest else ("", None)
        return replace(self._end(END, number), checkpoint=note, at=at)

    def hold(self, log: str) -> Head:
        """Return where the log ends, without its checkpoint; nobody else appends until this transaction ends."""
        return self._end(LOCKED_END, {"log": self._number(log)})

    def append(self, log: str, first: int, entries: Sequence[Entry], at: datetime) -> None:
        """Write records from an index on."""
        number = self._number(log)
        start = (number << POSITION) + first
        self._connection.execute(
            APPEND,
            [
                {"place": start + offset, "log": number, "id": entry.id, "body": entry.body, "at": at}
                for offset, entry in enumerate(entries)
            ],
        )
        openings = [
            {
                "log": number,
                "event": opening.place.record,
                "field": opening.place.field,
                "commitment": opening.commitment,
                "subject": opening.pseudonym,
                "box": opening.box,
            }
            for entry in entries
            for opening in entry.openings
        ]
        if openings:
            self._connection.execute(OPEN, openings)

    def advance(self, log: str, head: Head, tiles: Sequence[Tile]) -> None:
        """Write tiles, the edge and the checkpoint.

        Raises:
            StaleEpochError: Another sequencer has taken over.
        """
        number = self._number(log)
        changed = self._connection.execute(
            ADVANCE,
            {
                "log": number,
                "its_epoch": head.epoch,
                "grown": head.edge.size,
                "its_edge": b"".join(head.edge.hashes),
            },
        )
        if not changed.rowcount:
            raise StaleEpochError(f"log {log}: epoch {head.epoch} is over; another process sequences")
        self._connection.execute(
            PUT_TILE[self._dialect],
            [{"log": number, "level": tile.level, "position": tile.index, "data": tile.data} for tile in tiles],
        )
        self._connection.execute(
            STATE[self._dialect], {"log": number, "size": head.edge.size, "note": head.checkpoint, "at": head.at}
        )

    def tile(self, log: str, level: int, index: int) -> bytes:
        """Return what a tile holds so far; empty if nothing."""
        wanted = {"log": self._number(log), "level": level, "position": index}
        found: bytes | None = self._connection.execute(TILE, wanted).scalar()
        return found or b""

    def scan(self, log: str, first: int, most: int) -> list[tuple[int, str, bytes]]:
        """Return index, id and canonical bytes of records from an index on, as far as they are here."""
        start = (self._number(log) << POSITION) + first
        cursor = self._connection.execute(SCAN, {"start": start, "end": start + most - 1}).cursor
        return list(cursor.fetchall())  # plain tuples: rows of SQLAlchemy are a third of what verifying costs

    def rows(self, log: str, first: int, most: int) -> list[Row]:
        """Return records from an index on, as far as they are here."""
        start = (self._number(log) << POSITION) + first
        query = select(RECORDS).where(RECORDS.c.place.between(start, start + most - 1)).order_by(RECORDS.c.place)
        return [Row(row.place & MASK, row.id, row.body, row.at) for row in self._connection.execute(query)]

    def find(self, log: str, wanted: Filter, before: int, most: int) -> list[Row]:
        """Return records that match, newest first by their own time, following the record at an index."""
        number = self._number(log)
        after: tuple[int, int] | None = None
        if before >= 0:
            place = (number << POSITION) + before
            after = auditsearch.key(self._connection, place)
        places = auditsearch.places(self._connection, number, wanted, after, most)
        found = {row.place: row for row in self._connection.execute(select(RECORDS).where(RECORDS.c.place.in_(places)))}
        return [
            Row(place & MASK, row.id, row.body, row.at) for place in places if (row := found.get(place)) is not None
        ]

    def index(self, log: str, most: int) -> int:
        """Take further records into the search index; return how many."""
        number = self._number(log)
        done = self._connection.execute(select(LOGS.c.indexed).where(LOGS.c.number == number)).scalar_one()
        rows = self.rows(log, done, most)
        if rows:
            start = number << POSITION
            auditsearch.add(self._connection, number, [(start + row.index, row.body) for row in rows])
            self._connection.execute(update(LOGS).where(LOGS.c.number == number).values(indexed=rows[-1].index + 1))
        return len(rows)

    def indexed(self, log: str) -> int:
        """Return the index of the first record here that the search index lacks, as it is and not as it says."""
        number = self._number(log)
        claimed: int = self._connection.execute(select(LOGS.c.indexed).where(LOGS.c.number == number)).scalar_one()
        start = number << POSITION
        gap = auditsearch.gap(self._connection, start, start + claimed)
        return claimed if gap is None else gap - start

    def checkpoints(self, log: str) -> list[tuple[str, datetime]]:
        """Return every kept checkpoint, oldest first."""
        query = (
            select(CHECKPOINTS.c.note, CHECKPOINTS.c.at)
            .where(CHECKPOINTS.c.log == self._number(log))
            .order_by(CHECKPOINTS.c.size)
        )
        return [(row.note, row.at) for row in self._connection.execute(query)]

    def openings(self, log: str, ids: Sequence[str]) -> list[Concealed]:
        """Return what is left of the openings of records."""
        query = select(OPENINGS).where(OPENINGS.c.log == self._number(log), OPENINGS.c.event.in_(ids))
        return [
            Concealed(Place(row.event, row.field), row.commitment, row.subject, row.box)
            for row in self._connection.execute(query)
        ]

    def about(self, log: str, subject: str) -> list[Place]:
        """Return where the openings of a subject belong."""
        query = select(OPENINGS.c.event, OPENINGS.c.field).where(
            OPENINGS.c.log == self._number(log), OPENINGS.c.subject == subject
        )
        return [Place(row.event, row.field) for row in self._connection.execute(query)]

    def erase(self, log: str, subject: str) -> int:
        """Delete the openings of a subject; the search index never held their values. Return how many."""
        number = self._number(log)
        return self._connection.execute(
            delete(OPENINGS).where(OPENINGS.c.log == number, OPENINGS.c.subject == subject)
        ).rowcount

    def forget(self, log: str, places: Sequence[Place]) -> int:
        """Delete single openings; return how many."""
        number = self._number(log)
        of_one = (
            OPENINGS.c.log == number,
            OPENINGS.c.event == bindparam("record"),
            OPENINGS.c.field == bindparam("at"),
        )
        rows = [{"record": place.record, "at": place.field} for place in places]
        return self._connection.execute(delete(OPENINGS).where(*of_one), rows).rowcount if rows else 0

    def spans(self, log: str, first: int, end: int) -> list[Span]:
        """Return how old the indexed records are that are here, by blocks of 256 and by category."""
        return auditsearch.spans(self._connection, self._number(log) << POSITION, first, end)

    def segments(self, log: str) -> list[Segment]:
        """Return the runs that were sealed."""
        query = select(SEGMENTS).where(SEGMENTS.c.log == self._number(log)).order_by(SEGMENTS.c.first)
        return [
            Segment(row.first, row.size, row.root, row.path, row.sealed_at, row.purged_at)
            for row in self._connection.execute(query)
        ]

    def seal(self, log: str, segment: Segment, *, clear: bool = True) -> None:
        """Note that a run lies in a file now, and drop its rows here and in the search index, or leave that."""
        number = self._number(log)
        here = len(self.scan(log, segment.first, segment.size))
        if here != segment.size:
            raise StoreError(f"log {log}: {here} of {segment.size} records from {segment.first} are here to seal")
        self._connection.execute(
            insert(SEGMENTS),
            {
                "log": number,
                "first": segment.first,
                "size": segment.size,
                "root": segment.root,
                "path": segment.path,
                "sealed_at": segment.sealed_at,
            },
        )
        if clear:
            self.clear(log, segment, segment.size)

    def clear(self, log: str, segment: Segment, most: int) -> int:
        """Drop so many of the rows that a sealed run has left here; return how many there were."""
        start = self._number(log) << POSITION
        bounds = (start + segment.first, start + segment.first + segment.size - 1)
        query = select(RECORDS.c.place, RECORDS.c.id, RECORDS.c.body).where(RECORDS.c.place.between(*bounds))
        rows = self._connection.execute(query.order_by(RECORDS.c.place).limit(most)).all()
        if rows:
            auditsealed.keep(self._connection, self._number(log), [(row.place, row.id) for row in rows])
            auditsearch.drop(self._connection, [(row.place, row.body) for row in rows])
            last = RECORDS.c.place.between(rows[0].place, rows[-1].place)
            self._connection.execute(delete(RECORDS).where(last))
        return len(rows)

    def purge(self, log: str, first: int, at: datetime) -> None:
        """Note that the file of a run is gone; its root stays, in the tile above those that lie within the run."""
        number = self._number(log)
        of_run = (SEGMENTS.c.log == number, SEGMENTS.c.first == first)
        changed = update(SEGMENTS).where(*of_run).values(purged_at=at, path="").returning(SEGMENTS.c.size)
        size = self._connection.execute(changed).scalar_one()
        start = (number << POSITION) + first
        auditsealed.drop(self._connection, number, start, start + size - 1)
        level, width = 0, WIDTH
        while width <= size:
            within = TILES.c.position.between(first // width, (first + size) // width - 1)
            self._connection.execute(delete(TILES).where(TILES.c.log == number, TILES.c.level == level, within))
            level, width = level + 1, width * WIDTH

    def size(self, log: str) -> int:
        """Return how many records the log has, whether here, sealed or purged."""
        found: int = self._connection.execute(select(LOGS.c.size).where(LOGS.c.name == log)).scalar() or 0
        return found

    def _number(self, log: str, *, make: bool = False) -> int:
        """Return the number of a log; writers make one that is not there."""
        if (known := self._numbers.get(log)) is not None:
            return known
        number = self._connection.execute(NUMBER, {"name": log}).scalar()
        if number is None and make:
            self._connection.execute(
                fresh(LOGS, self._dialect).on_conflict_do_nothing(),
                {"name": log, "size": 0, "edge": b"", "epoch": 0, "indexed": 0},
            )
            number = self._connection.execute(NUMBER, {"name": log}).scalar()
        if number is None:
            raise StoreError(f"there is no log `{log}`: the first record makes one")
        self._numbers[log] = number
        return int(number)

    def _ids(self, ids: Sequence[str]) -> str | list[str]:
        """Give ids as one parameter."""
        return orjson.dumps(ids).decode() if self._dialect == "sqlite" else list(ids)

    def _end(self, query: Select[tuple[int, bytes, int, int]], number: dict[str, int]) -> Head:
        row = self._connection.execute(query, number).one()
        hashes = tuple(row.edge[at : at + _HASH] for at in range(0, len(row.edge), _HASH))
        return Head(Edge(row.size, hashes), "", None, row.epoch, row.indexed)


def _packed(openings: Sequence[Concealed]) -> bytes:
    return orjson.dumps(
        [[each.place.record, each.place.field, each.commitment, each.pseudonym, each.box.hex()] for each in openings]
    )


def _unpacked(packed: bytes) -> tuple[Concealed, ...]:
    return tuple(
        Concealed(Place(record, field), commitment, subject, bytes.fromhex(box))
        for record, field, commitment, subject, box in orjson.loads(packed)
    )
