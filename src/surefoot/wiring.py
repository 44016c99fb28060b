"""The composition root: which implementation stands behind which port."""

from collections.abc import Mapping, Sequence
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
from surefoot.ports.metrics import MetricsSource, QueryServer
from surefoot.spec.system import System


def today() -> date:
    """Return the current date in UTC."""
    return clock.today()


def now() -> int:
    """Return the time, milliseconds since 1970."""
    return clock.now()


def metrics_source(system: System | None, override: Sequence[str] = (), cache: Path | None = None) -> MetricsSource:
    """Return where history is read from.

    Args:
        system: Its ``metrics:`` section names the source; may be None with an override.
        override: The address of a server, or files, instead.
        cache: A folder that remembers what a server had.

    Raises:
        MetricsError: No source is named, it is not available yet, or one of its secrets is not set.
    """
    from surefoot.edge.metrics import chosen  # noqa: PLC0415  # most verbs need no HTTP client

    return chosen.source(system, override, cache)


def query_server(system: System | None, override: Sequence[str] = ()) -> QueryServer:
    """Return the server that evaluates queries itself.

    Raises:
        MetricsError: As for `metrics_source`; or the source is no server.
    """
    from surefoot.edge.metrics import chosen  # noqa: PLC0415  # as above

    return chosen.server(system, override)


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
