"""A log as it is stored, for verifying, proving and exporting: rows here, sealed runs in the archive."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.logreader import PURGED, Disclosure, Purge, Record, StoredCheckpoint
from surefoot.domain.audit.record import Event
from surefoot.domain.audit.rotation import ROTATED
from surefoot.errors import ArchiveError, RecordRefused
from surefoot.ports.archive import Archive
from surefoot.ports.auditlog import Segment
from surefoot.ports.store import Transaction
from surefoot.ports.subjects import SubjectKeys
from surefoot.run.audit.disclosing import ERASED, disclosures, erasures

_PAGE = 4096


class StoredLog:
    """One log in one snapshot.

    Args:
        transaction: The snapshot.
        name: Of the log.
        archive: Where sealed runs lie.
        keys: To open what is kept of personal values; None leaves them closed.
        pins: Checkpoints that were kept elsewhere.
        verifying: Whether sealed files that are missing or damaged are passed over, so that what is gone gets a name.
    """

    def __init__(
        self,
        transaction: Transaction,
        name: str,
        archive: Archive,
        keys: SubjectKeys | None = None,
        pins: Sequence[str] = (),
        *,
        verifying: bool = False,
    ) -> None:
        self._rows = transaction.log
        self._name = name
        self._archive = archive
        self._keys = keys
        self._pins = pins
        self._verifying = verifying

    def records(self, first: int) -> Iterator[Record]:
        """Iterate over the records from an index on, in the order of their indexes; also those that were sealed."""
        at = first
        for segment in self._rows.segments(self._name):
            end = segment.first + segment.size
            if end <= at:
                continue
            yield from self._here(at, segment.first)
            if segment.purged_at is None:
                yield from self._sealed(segment, at)
            at = end
        yield from self._here(at, None)

    def tile(self, level: int, index: int) -> bytes:
        """Return what a tile holds; empty if there is none."""
        return self._rows.tile(self._name, level, index)

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Iterate over the stored checkpoints in their order."""
        for sequence, (note, time) in enumerate(self._rows.checkpoints(self._name)):
            yield StoredCheckpoint(sequence, note, time)

    def pins(self) -> Iterable[str]:
        """Return signed notes that were kept outside."""
        return self._pins

    def rotations(self) -> Iterable[Record]:
        """Return the records of type ``key.rotate``, oldest first."""
        return self._of_type(ROTATED)

    def purges(self) -> Iterable[Purge]:
        """Return what was purged, each with the index of the record that says so."""
        gone = [segment for segment in self._rows.segments(self._name) if segment.purged_at is not None]
        said = {event.detail.get("first"): at for at, event in _events(self._of_type(PURGED))} if gone else {}
        return [Purge(one.first, one.size, one.root, said.get(one.first, -1)) for one in gone]

    def disclosures(self) -> Iterator[Disclosure]:
        """Iterate over personal values, by index: what opens, and what was erased on record; also of sealed records."""
        if self._keys is None:
            return
        erased = erasures(event for _, event in _events(self._of_type(ERASED)))
        yield from disclosures(self._rows, self._name, self.records(0), erased, self._keys)

    def indexed(self) -> int | None:
        """Return how many records, from the first on, the search index has taken in without a gap."""
        return self._rows.indexed(self._name)

    def _here(self, first: int, end: int | None) -> Iterator[Record]:
        at = first
        while end is None or at < end:
            page = self._rows.scan(self._name, at, _PAGE if end is None else min(_PAGE, end - at))
            yield from map(Record._make, page)
            if not page:
                return
            at = page[-1][0] + 1

    def _sealed(self, segment: Segment, first: int) -> Iterator[Record]:
        try:
            for index, body in enumerate(self._archive.read(segment.path), segment.first):
                if index >= first:
                    yield Record(index, _id(body), body)
        except ArchiveError:
            if not self._verifying:
                raise

    def _of_type(self, kind: str) -> list[Record]:
        """Return the records of a type, oldest first: those that the index knows, those after them, and sealed ones."""
        found: dict[int, Record] = {}
        before = -1
        while rows := self._rows.find(self._name, Filter(action=kind), before, _PAGE):
            found |= {row.index: Record(row.index, row.id, row.body) for row in rows}
            before = rows[-1].index
        mark = b'"type":"%b"' % kind.encode()
        kept = [one for one in self._rows.segments(self._name) if one.purged_at is None]
        sealed = chain.from_iterable(self._sealed(segment, 0) for segment in kept)
        later = chain(sealed, self._here(self._rows.indexed(self._name), None))
        marked = {record[0]: record for record in later if mark in record[2]}
        found |= {at: marked[at] for at, event in _events(marked.values()) if event.action.type == kind}
        return [found[at] for at in sorted(found)]


def _events(records: Iterable[Record]) -> Iterator[tuple[int, Event]]:
    """Read records; those that are damaged are passed over: verifying names them."""
    for at, _, body in records:
        try:
            yield at, opened(body)
        except RecordRefused:
            continue


def _id(body: bytes) -> str:
    """Return the id of a sealed record; nothing if it is damaged."""
    try:
        return opened(body).id
    except RecordRefused:
        return ""
