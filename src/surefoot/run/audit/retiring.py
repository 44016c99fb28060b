"""Do what retention demands: seal runs of records into files, purge them after their time, erase values (AUD-4).

Each step is one transaction that also holds the record of it. A file is on the disk, and read back, before its
records leave the database; it is deleted after the database knows that it is gone. So a crash at any point loses
nothing, and the next call goes on where this one ended.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.logreader import PURGED
from surefoot.domain.audit.record import Event, Target
from surefoot.domain.audit.tiles import TileReader
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.errors import ArchiveError, ProofError, RecordRefused
from surefoot.ports.auditlog import Segment
from surefoot.ports.store import Transaction
from surefoot.run.audit.agenda import Agenda, Kind, Step
from surefoot.run.audit.contents import SEALED, file_of, pages
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.disclosing import ERASED, OF_RETENTION
from surefoot.run.audit.sequencing import sequence

_PAGE = 4096
_FEW = 1024
_HASH = 32


@dataclass(frozen=True, slots=True)
class Retiring:
    """Carries an agenda out.

    Attributes:
        desk: The log, and who acts.
        tables: Whether a Parquet table is written beside each sealed file.
        told: Takes a sentence about each step that is done.
    """

    desk: Desk
    tables: bool
    told: Callable[[str], None]

    def carry_out(self, agenda: Agenda) -> None:
        """Do every step that needs no decision, and remove files that an interrupted call left behind.

        Raises:
            ArchiveError: A file cannot be written, read back or deleted; what was done before it stays done.
            ProofError: Records that are to be sealed are not those of the tree: nothing leaves the database.
            StoreError: The database does not answer.
        """
        for segment in agenda.sealed:
            self._clear(segment)
            if segment.purged_at is not None:
                self.desk.archive.delete(file_of(self.desk.name, segment.first, segment.size))
        done = {Kind.SEAL: self._seal, Kind.PURGE: self._purge, Kind.ERASE: self._erase}
        for step in agenda.steps:
            if step.kind in done:
                done[step.kind](step)
        self.desk.catch_up()

    def _seal(self, step: Step) -> None:
        desk, path = self.desk, file_of(self.desk.name, step.first, step.size)
        written = desk.archive.write(path, self._bodies(step))
        if self.tables:
            desk.archive.beside(path, map(opened, desk.archive.read(path)))
        found = self._checked(step, path)
        assert step.contents is not None
        event = desk.deed(
            SEALED,
            Target("segment", f"{desk.name}/{step.first}"),
            first=step.first,
            size=step.size,
            root=found.hex(),
            bytes=written,
            **step.contents.detail,
        )

        def work(transaction: Transaction) -> Segment:
            segment = Segment(step.first, step.size, found, path, transaction.now())
            recorded(transaction, desk, event)
            transaction.log.seal(desk.name, segment, clear=False)
            return segment

        self._clear(desk.store.write(work))
        self.told(f"sealed {_what(step)} into {path}, {written} bytes")

    def _clear(self, segment: Segment) -> None:
        """Drop the rows of a sealed run, few at a time, so that nobody who appends waits for long."""
        name = self.desk.name
        while self.desk.store.write(lambda transaction: transaction.log.clear(name, segment, _FEW)):
            pass

    def _purge(self, step: Step) -> None:
        desk, path = self.desk, file_of(self.desk.name, step.first, step.size)
        ids = [opened(body).id for body in desk.archive.read(path)]
        segment = next(
            one
            for one in desk.store.read(lambda transaction: transaction.log.segments(desk.name))
            if one.first == step.first
        )
        event = desk.deed(
            PURGED,
            Target("segment", f"{desk.name}/{step.first}"),
            first=step.first,
            size=step.size,
            root=segment.root.hex(),
            why=step.why,
        )

        def work(transaction: Transaction) -> None:
            rows = transaction.log
            recorded(transaction, desk, event)
            for some in pages(ids):
                rows.forget(desk.name, [opening.place for opening in rows.openings(desk.name, some)])
            rows.purge(desk.name, step.first, transaction.now())

        desk.store.write(work)
        desk.archive.delete(path)
        self.told(f"purged {_what(step)}")

    def _erase(self, step: Step) -> None:
        desk = self.desk

        def work(transaction: Transaction) -> int:
            count = transaction.log.forget(desk.name, step.values)
            event = desk.deed(
                ERASED,
                Target("log", desk.name),
                subject=OF_RETENTION,
                openings=count,
                why=step.why,
                first=step.first,
                size=step.size,
            )
            recorded(transaction, desk, event)
            return count

        self.told(f"erased {desk.store.write(work)} values in {_what(step)}")

    def _bodies(self, step: Step) -> Iterator[bytes]:
        name, end = self.desk.name, step.first + step.size
        for first in range(step.first, end, _PAGE):
            rows = self.desk.store.read(lambda tx, at=first: tx.log.rows(name, at, min(_PAGE, end - at)))  # type: ignore[misc]
            yield from (row.body for row in rows)

    def _checked(self, step: Step, path: str) -> bytes:
        """Read a file back; return the root over it if that is the tree's, too."""
        edge, part = Edge(), list[bytes]()
        for body in self.desk.archive.read(path):
            part.append(leaf_hash(body))
            if len(part) == _PAGE:
                edge, part = extend(edge, part).edge, []
        edge = extend(edge, part).edge
        if edge.size != step.size:
            raise ArchiveError(f"{path}: it holds {edge.size} of {step.size} records: is the disk sound?")
        level = step.size.bit_length() - 1

        def work(transaction: Transaction) -> bytes:
            rows, name = transaction.log, self.desk.name
            tiles = TileReader(rows.size(name), lambda tile, at, width: rows.tile(name, tile, at)[: width * _HASH])
            return tiles.hash_at(level, step.first >> level)

        if self.desk.store.read(work) != root(edge):
            raise ProofError(f"{_what(step)} are not those of the log's tree; run `surefoot audit verify`")
        return root(edge)


def recorded(transaction: Transaction, desk: Desk, event: Event) -> int:
    """Append an event of the log's own within a transaction; return its index.

    Raises:
        RecordRefused: It does not conform to its type.
    """
    entry = desk.log.means.preparing.entry(event)
    (place,) = sequence(transaction, desk.log.identity, [entry])
    if isinstance(place, RecordRefused):
        raise place
    return place


def _what(step: Step) -> str:
    return f"records {step.first} to {step.first + step.size - 1}"
