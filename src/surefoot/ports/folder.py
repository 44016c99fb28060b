"""The port to the folder that a build writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from surefoot.artifact import Artifact


@dataclass(frozen=True, slots=True)
class FolderState:
    """How a folder compares with what a build would write; paths are relative to it and sorted.

    Attributes:
        missing: Would be written and are not there.
        outdated: Are as an earlier build wrote them, and would change.
        edited: Were changed by hand since they were built, or stood there before.
        stale: Were built once and would not be now.
    """

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    edited: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Tell whether a build would change nothing."""
        return not (self.missing or self.outdated or self.edited or self.stale)


class OutputFolder(Protocol):
    """A folder of built files that knows which of them were edited by hand."""

    def compare(self, artifacts: Sequence[Artifact]) -> FolderState:
        """Compare the folder with what a build would write."""

    def replace(self, artifacts: Sequence[Artifact]) -> None:
        """Write everything or nothing; files that no build made stay as they are.

        Raises:
            PortError: The folder cannot be written.
        """
