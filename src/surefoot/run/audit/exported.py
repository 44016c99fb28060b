"""A log that was exported as static tiles, for verifying it without its store."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.checkpoint import parse_checkpoint
from surefoot.domain.audit.logreader import PURGED, Disclosure, Purge, Record, StoredCheckpoint
from surefoot.domain.audit.note import parse_note
from surefoot.domain.audit.record import Event
from surefoot.domain.audit.rotation import ROTATED
from surefoot.domain.audit.tiles import WIDTH, entries, path, width_at
from surefoot.errors import NoteError, RecordRefused
from surefoot.run.audit.exporting import CHECKPOINT

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # an export does not say when a checkpoint was stored


class ExportedLog:
    """One log in files.

    Args:
        read: Reads a file by its path; None if it is not there.
        pins: Checkpoints that were kept elsewhere.

    Raises:
        NoteError: There is no checkpoint, or it is malformed.
    """

    def __init__(self, read: Callable[[str], bytes | None], pins: Sequence[str] = ()) -> None:
        self._read = read
        self._pins = pins
        found = read(CHECKPOINT)
        if found is None:
            raise NoteError("the export holds no file `checkpoint`; name the folder that `audit export` wrote")
        self._checkpoint = found.decode("utf-8", "replace")
        self.size = parse_checkpoint(parse_note(self._checkpoint).text).size

    def records(self, first: int) -> Iterator[Record]:
        """Iterate over the records from an index on."""
        for index in range(first // WIDTH, -(-self.size // WIDTH)):
            for at, body in enumerate(self._bundle(index), index * WIDTH):
                if at >= first:
                    event = _event(body)
                    yield Record(at, "" if event is None else event.id, body)

    def tile(self, level: int, index: int) -> bytes:
        """Return what a tile holds; empty if there is none."""
        width = width_at(level, index, self.size)
        return (self._read(path(level, index, width)) or b"") if width else b""

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Iterate over the one checkpoint."""
        yield StoredCheckpoint(0, self._checkpoint, _NEVER)

    def pins(self) -> Iterable[str]:
        """Return signed notes that were kept outside."""
        return self._pins

    def rotations(self) -> Iterable[Record]:
        """Return the records of type ``key.rotate``, oldest first."""
        return [record for record, _ in self._of_type(ROTATED)]

    def purges(self) -> Iterable[Purge]:
        """Return what its records say was purged, as far as it is gone."""
        return [
            Purge(first, size, bytes.fromhex(root), record.position)
            for record, event in self._of_type(PURGED)
            if isinstance(first := event.detail.get("first"), int)
            and isinstance(size := event.detail.get("size"), int)
            and isinstance(root := event.detail.get("root"), str)
            and not self._bundle(first // WIDTH)
        ]

    def disclosures(self) -> Iterator[Disclosure]:
        """Iterate over nothing: an export holds no openings."""
        return iter(())

    def indexed(self) -> int | None:
        """Return None: there is no index."""
        return None

    def _bundle(self, index: int) -> list[bytes]:
        data = self._read(path(None, index, width_at(0, index, self.size)))
        try:
            return entries(data) if data else []
        except NoteError:
            return []  # what is missing then shows as deleted

    def _of_type(self, kind: str) -> Iterator[tuple[Record, Event]]:
        mark = b'"type":"%b"' % kind.encode()
        for index in range(-(-self.size // WIDTH)):
            for at, body in enumerate(self._bundle(index), index * WIDTH):
                event = _event(body) if mark in body else None
                if event is not None and event.action.type == kind:
                    yield Record(at, event.id, body), event


def _event(body: bytes) -> Event | None:
    try:
        return opened(body)
    except RecordRefused:
        return None
