"""What verifying a log reads: records, tiles, checkpoints and what stands beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from surefoot.domain.audit.commitment import Opening


class Record(NamedTuple):
    """A stored record; a named tuple, because verifying makes one for every row.

    Attributes:
        position: Index of its leaf, from 0.
        id: As the store's column says; must be that of the body.
        body: Canonical bytes with checksum.
    """

    position: int
    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint that the store keeps.

    Attributes:
        sequence: Counts the log's checkpoints, from 0.
        note: The signed note.
        time: When it was stored.
    """

    sequence: int
    note: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Purge:
    """A run of records that was deleted on purpose.

    Attributes:
        first: Index of its first record, a multiple of `size`.
        size: Number of records: a power of two, at least 256.
        root: Hash of the subtree over them, which stays.
        recorded: Index of the record that says so: of type `PURGED`, with ``first``, ``size`` and ``root`` (hex)
            in its detail.
    """

    first: int
    size: int
    root: bytes
    recorded: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is left of a personal value: its opening, or None where an erasure is recorded.

    Attributes:
        index: Of the record with the commitment.
        field: Path in the record, such as ``actor.ip_address``.
    """

    index: int
    field: str
    opening: Opening | None


class LogReader(Protocol):
    """A log as it is stored, read in one snapshot; every iterator may be asked for more than once."""

    def records(self, first: int) -> Iterator[Record]:
        """Iterate over the records from an index on, in the order of their indexes; also those that were sealed."""

    def tile(self, level: int, index: int) -> bytes:
        """Return what a tile holds, 32 bytes for each hash; empty if there is none."""

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Iterate over the stored checkpoints in their order."""

    def pins(self) -> Iterable[str]:
        """Return signed notes that were kept outside."""

    def rotations(self) -> Iterable[Record]:
        """Return the records of type ``key.rotate``, oldest first."""

    def purges(self) -> Iterable[Purge]:
        """Return what was purged."""

    def disclosures(self) -> Iterator[Disclosure]:
        """Iterate over what is left of personal values, by index."""

    def indexed(self) -> int | None:
        """Return how many records the search index has taken in; None where there is no index."""


PURGED = "segment.purge"
