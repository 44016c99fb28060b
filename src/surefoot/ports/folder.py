"""The port to the folder that a build writes."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
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
        built: How many files the build has.
    """

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    edited: tuple[str, ...]
    stale: tuple[str, ...]
    built: int

    @property
    def current(self) -> bool:
        """Tell whether a build would change nothing."""
        return not (self.missing or self.outdated or self.edited or self.stale)


class Staged(Protocol):
    """A build that is written beside the folder, and not yet in its place."""

    @property
    def state(self) -> FolderState:
        """How the folder compares with it."""

    def commit(self) -> None:
        """Put it in the folder's place, whole; files that no build made stay as they are.

        Raises:
            PortError: The folder cannot be written; it is as it was.
        """


class OutputFolder(Protocol):
    """A folder of built files that knows which of them were edited by hand.

    Artifacts are taken one by one and not kept, so that a build may be larger than the memory.
    """

    def compare(self, artifacts: Iterable[Artifact]) -> FolderState:
        """Compare the folder with what a build would write, and write nothing."""

    def stage(self, artifacts: Iterable[Artifact]) -> AbstractContextManager[Staged]:
        """Write a build beside the folder; without a commit it is gone at the end.

        Raises:
            PortError: There is no room for it, or the folder cannot be read.
        """
