"""The port to a database as a whole: its version, its soundness, and copies of all of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypeVar

from surefoot.domain.audit.note import VerifierKey
from surefoot.ports.archive import Archive
from surefoot.ports.store import Transaction

T = TypeVar("T")
Value: TypeAlias = "str | int | bool | bytes | None"
Phase = Literal["pre", "post"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the history of the tables.

    Attributes:
        revision: Its number.
        phase: `pre` may run beside processes of the version before, `post` may not.
        title: What it does.
    """

    revision: str
    phase: Phase
    title: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table.

    Attributes:
        table: Its name.
        columns: Their names, in the order of the values.
        rows: To be read once.
    """

    table: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What a whole backup says of itself.

    Attributes:
        revision: Of the tables in it.
        digest: Hex SHA-256 of its lines.
    """

    revision: str
    digest: str


class Snapshot(Protocol):
    """One consistent state of a database."""

    @property
    def revision(self) -> str:
        """The version of its tables."""

    @property
    def transaction(self) -> Transaction:
        """The same state as its users see it."""

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has; what is derived from others is left out."""

    def tables(self) -> Iterator[Rows]:
        """Iterate over those tables so that none comes before what it refers to."""


class Depot(Protocol):
    """A database, the folder of its sealed files, and the key of its log."""

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""

    @property
    def archive(self) -> Archive:
        """Its sealed files."""

    def key(self) -> VerifierKey:
        """Return the key that signs its log.

        Raises:
            PortError: It is not there, or cannot be read.
        """

    def dump(self, path: Path) -> "Dump":
        """Return a file to back it up into, or to restore it from."""

    def migrate(self, phase: Phase) -> list[Step]:
        """Bring the tables to this version's form, or with `pre` as far as old processes bear; return what was done.

        Raises:
            StoreError: The database does not answer, or is of a newer version. Nothing was changed.
        """

    def faults(self) -> list[str]:
        """Examine the database's own structures; empty where they are sound.

        Raises:
            StoreError: It does not answer.
        """

    def snapshot(self, *, alone: bool = False) -> AbstractContextManager[Snapshot]:
        """Open a consistent state; with `alone`, nobody writes meanwhile.

        Raises:
            StoreError: It does not answer, or has no tables.
        """

    def fill(self, revision: str, tables: Iterable[Rows], finish: Callable[[Transaction], T]) -> T:
        """Fill an empty database, in one transaction: all of it is there afterwards, or nothing.

        Args:
            revision: Of the tables that the rows come from; they are brought to this version's form then.
            tables: As `Snapshot.tables` yields them.
            finish: The last work of the transaction.

        Raises:
            StoreError: The database is not empty, does not answer, is full, or does not know the revision.
        """


class Dump(Protocol):
    """A file that holds a database: rows, sealed files and a digest over all of it."""

    def write(self, revision: str, tables: Iterable[Rows], files: Iterable[tuple[str, Iterable[bytes]]]) -> int:
        """Write it; it appears whole, or not at all. Return its size in bytes.

        Raises:
            PortError: It is there already, or cannot be written.
        """

    def examine(self) -> Known:
        """Read all of it and compare the digest.

        Raises:
            PortError: It is missing, damaged, or nothing that `write` wrote.
        """

    def tables(self) -> Iterator[Rows]:
        """Read the rows; each table's must be read before the next one's."""

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Read the sealed files; each one's pieces must be read before the next one's."""
