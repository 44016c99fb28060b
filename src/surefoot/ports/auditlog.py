"""The rows of the audit logs, as a unit of work sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from surefoot.domain.audit.commitment import Concealed, Place
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.tiles import Tile
from surefoot.domain.audit.tree import Edge


@dataclass(frozen=True, slots=True)
class Entry:
    """A record on its way into a log, with its openings.

    Attributes:
        id: Of the event; one id is taken once.
        body: The canonical record with its checksum.
        openings: Of its personal fields.
    """

    id: str
    body: bytes
    openings: tuple[Concealed, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A record at its place in a log.

    Attributes:
        index: From 0.
        at: When it was sequenced.
    """

    index: int
    id: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends.

    Attributes:
        edge: Right edge of its tree, which also tells the size.
        checkpoint: The newest signed note; empty before the first.
        at: Time of that checkpoint.
        epoch: Of the sequencer that wrote last.
        indexed: Records that the search index has taken in.
    """

    edge: Edge
    checkpoint: str
    at: datetime | None
    epoch: int
    indexed: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of records that was moved to a sealed file, or purged.

    Attributes:
        first: Index of the first record; a multiple of `size`.
        size: Records.
        root: Hash of the subtree over them.
        path: Of the file, relative to the archive; empty once purged.
        sealed_at: When.
        purged_at: When; None while it is kept.
    """

    first: int
    size: int
    root: bytes
    path: str
    sealed_at: datetime
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """How old the records of one category in a block of 256 are.

    Attributes:
        block: Index of its first record, over 256.
        count: Of these records.
        oldest: By their own time, but not later than they were sequenced.
        youngest: Likewise.
    """

    block: int
    category: str
    count: int
    oldest: datetime
    youngest: datetime


class LogRows(Protocol):
    """All logs of a store; `log` is the name of one."""

    def offer(self, log: str, entries: Sequence[Entry]) -> set[str]:
        """Put records into the inbox, durable with this transaction and sequenced soon.

        Those that are known are passed over.

        Returns:
            The ids of records that were refused, since the log or the inbox has them with other content.
        """

    def inbox(self, log: str, most: int) -> list[Entry]:
        """Return the oldest records of the inbox."""

    def waiting(self, log: str) -> int:
        """Count the records of the inbox."""

    def taken(self, log: str, ids: Sequence[str]) -> None:
        """Drop records from the inbox."""

    def known(self, log: str, ids: Sequence[str]) -> dict[str, int]:
        """Return the index of those ids that the log has."""

    def ensure(self, log: str) -> None:
        """Make a log that is not there yet."""

    def next_epoch(self, log: str) -> int:
        """Begin a new epoch and return it: whoever appends under an older one is refused from now on."""

    def head(self, log: str) -> Head:
        """Return where the log ends."""

    def hold(self, log: str) -> Head:
        """Return where the log ends, without its checkpoint; nobody else appends until this transaction ends."""

    def append(self, log: str, first: int, entries: Sequence[Entry], at: datetime) -> None:
        """Write records from an index on."""

    def advance(self, log: str, head: Head, tiles: Sequence[Tile]) -> None:
        """Write tiles, the edge and the checkpoint.

        Raises:
            StaleEpochError: Another sequencer has taken over.
        """

    def tile(self, log: str, level: int, index: int) -> bytes:
        """Return what a tile holds so far; empty if nothing."""

    def scan(self, log: str, first: int, most: int) -> list[tuple[int, str, bytes]]:
        """Return index, id and canonical bytes of records from an index on, as far as they are here; fast."""

    def rows(self, log: str, first: int, most: int) -> list[Row]:
        """Return records from an index on, as far as they are here and not sealed away."""

    def find(self, log: str, wanted: Filter, before: int, most: int) -> list[Row]:
        """Return records here that match, newest first by their own time.

        Args:
            log: Name of the log.
            wanted: What they must be.
            before: Index of the record that the answer follows; below 0 for the newest.
            most: Of the answer.
        """

    def index(self, log: str, most: int) -> int:
        """Take further records into the search index; return how many."""

    def indexed(self, log: str) -> int:
        """Return the index of the first record here that the search index lacks, as it is and not as it says."""

    def checkpoints(self, log: str) -> list[tuple[str, datetime]]:
        """Return every kept checkpoint, oldest first."""

    def openings(self, log: str, ids: Sequence[str]) -> list[Concealed]:
        """Return what is left of the openings of records."""

    def about(self, log: str, subject: str) -> list[Place]:
        """Return where the openings of a subject belong."""

    def erase(self, log: str, subject: str) -> int:
        """Delete the openings of a subject; return how many. The search index never held their values."""

    def forget(self, log: str, places: Sequence[Place]) -> int:
        """Delete single openings; return how many."""

    def spans(self, log: str, first: int, end: int) -> list[Span]:
        """Return how old the indexed records are that are here, by blocks of 256 and by category."""

    def segments(self, log: str) -> list[Segment]:
        """Return the runs that were sealed."""

    def seal(self, log: str, segment: Segment, *, clear: bool = True) -> None:
        """Note that a run lies in a file now, and drop its rows, or leave that to `clear`."""

    def clear(self, log: str, segment: Segment, most: int) -> int:
        """Drop so many of the rows that a sealed run has left here; return how many there were."""

    def purge(self, log: str, first: int, at: datetime) -> None:
        """Note that the file of a run is gone, and drop the tiles within it; its root stays."""

    def size(self, log: str) -> int:
        """Return how many records the log has, whether here, sealed or purged."""

    def logs(self) -> list[str]:
        """Return the names of all logs."""
