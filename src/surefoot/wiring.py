"""The composition root: which implementation stands behind which port."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from surefoot.artifact import Artifact
from surefoot.edge import clock
from surefoot.edge.files import DiskFiles
from surefoot.edge.folder import DiskFolder
from surefoot.edge.git import GitHistory
from surefoot.finding import Role
from surefoot.ports.files import NewFiles
from surefoot.ports.folder import OutputFolder
from surefoot.ports.history import History


def today() -> date:
    """Return the current date in UTC."""
    return clock.today()


def output_folder(path: Path) -> OutputFolder:
    """Return the folder that a build writes."""
    return DiskFolder(path)


def history() -> History:
    """Return what remembers earlier states of a workspace."""
    return GitHistory()


def new_files(path: Path) -> NewFiles:
    """Return the folder in which files of the user's own are started."""
    return DiskFiles(path)


def write_documents(path: Path, documents: Mapping[Role, str]) -> list[Path]:
    """Write documents by their addressees into a folder of their own, and return their paths.

    Raises:
        PortError: The folder cannot be written.
    """
    artifacts = [Artifact(f"{name}.md", text) for name, text in sorted(documents.items())]
    DiskFolder(path).replace(artifacts)
    return [path / artifact.path for artifact in artifacts]
