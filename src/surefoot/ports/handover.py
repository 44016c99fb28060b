"""The port to files that leave the log, or come back to be verified: exports, proofs, pins."""

from collections.abc import Iterable
from typing import Protocol


class Handover(Protocol):
    """One place outside: a file, or a folder of files."""

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write the file; it appears whole, or not at all, and is readable for its owner alone.

        Raises:
            PortError: It is there already, or cannot be written.
        """

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write a folder of files, given as path and content; it appears whole, or not at all.

        Raises:
            PortError: It is there already, or cannot be written.
        """

    def read(self, path: str = "") -> bytes | None:
        """Return what the file holds, or a file of the folder; None if it is not there.

        Raises:
            PortError: It cannot be read.
        """

    def append(self, text: str) -> None:
        """Add a text at the end of the file; it is on the disk when this returns.

        Raises:
            PortError: It cannot be written.
        """
