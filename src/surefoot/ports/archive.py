"""The port to the archive: files of sealed records."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from surefoot.domain.audit.record import Event


class Archive(Protocol):
    """Files that are written once, whole."""

    @property
    def place(self) -> str:
        """Where they are."""

    def write(self, path: str, bodies: Iterable[bytes]) -> int:
        """Write canonical records, oldest first; return the size in bytes. The file is durable when this returns.

        Raises:
            ArchiveError: It cannot be written, or is there already with other content.
        """

    def beside(self, path: str, events: Iterable[Event]) -> None:
        """Write records once more as a Parquet table beside their file, for queries.

        Raises:
            ArchiveError: It cannot be written, or pyarrow is not installed.
        """

    def read(self, path: str) -> Iterator[bytes]:
        """Read them back.

        Raises:
            ArchiveError: It is missing or damaged.
        """

    def delete(self, path: str) -> None:
        """Delete a file, and what belongs to it; one that is gone already is no error."""

    def pieces(self, path: str) -> Iterator[bytes]:
        """Read a file as it is, for a copy.

        Raises:
            ArchiveError: It is missing, or cannot be read.
        """

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file as it was; it is durable when this returns.

        Raises:
            ArchiveError: It cannot be written, or is there already.
        """
