"""The port to files of the user's own, which are written once and belong to the user from then on."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class NewFiles(Protocol):
    """A folder in which files are started; paths are relative to it, with forward slashes."""

    def present(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those that are there already, sorted."""

    def write(self, files: Mapping[str, str], *, replace: bool = False) -> None:
        """Write all files or none.

        Args:
            files: Path to text.
            replace: Whether a file may be there already.

        Raises:
            PortError: One is there already (unless `replace`), or cannot be written.
        """
