"""The composition root: which implementation stands behind which port."""

from __future__ import annotations  # types of ports that compute would load numpy for every verb

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot.artifact import Artifact
from surefoot.edge import clock
from surefoot.edge.files import DiskFiles
from surefoot.edge.folder import DiskFolder
from surefoot.edge.git import GitHistory
from surefoot.edge.process import LocalPrograms
from surefoot.finding import Role
from surefoot.ports.files import NewFiles
from surefoot.ports.folder import OutputFolder
from surefoot.ports.history import History
from surefoot.ports.process import Programs
from surefoot.ports.workers import Workers
from surefoot.spec.system import System

if TYPE_CHECKING:
    from surefoot.ports.metrics import MetricsSource, QueryServer
    from surefoot.run.watch import Watch
    from surefoot.wiring.records import Accounts as Accounts
    from surefoot.wiring.records import accounts as accounts
    from surefoot.wiring.records import audit_log as audit_log
    from surefoot.wiring.records import blank as blank
    from surefoot.wiring.records import depot as depot
    from surefoot.wiring.records import erasures as erasures
    from surefoot.wiring.records import handover as handover
    from surefoot.wiring.records import retention as retention
    from surefoot.wiring.records import spooled as spooled
    from surefoot.wiring.serving import serve as serve


_SCRAPERS = 16
_POSTERS = 4


@dataclass(frozen=True, slots=True)
class Watched:
    """A loop that can be run.

    Attributes:
        stop: Ends it; may be called by a signal handler.
    """

    loop: Watch
    stop: Callable[[], None]


def today() -> date:
    """Return the current date in UTC."""
    return clock.today()


def now() -> int:
    """Return the time, milliseconds since 1970."""
    return clock.now()


def waiting() -> tuple[Callable[[int], bool], Callable[[], None]]:
    """Return what waits until a time, milliseconds, and what ends all waiting (`wait` then returns False)."""
    wall = clock.WallClock()
    return wall.wait, wall.stop


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


def programs() -> Programs:
    """Return what runs other programs."""
    return LocalPrograms()


@contextmanager
def workers(most: int) -> Iterator[Workers]:
    """Give those who do so many things at once; what has not begun when it is left is dropped."""
    from surefoot.edge.workers import Threads  # noqa: PLC0415  # most verbs need no threads

    found = Threads(most)
    try:
        yield found
    finally:
        found.close()


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


def data_folder(system: System) -> Path:
    """Return where Surefoot keeps its own samples, unless told otherwise: beside the spec."""
    from surefoot.edge.metrics.embedded import DATA  # noqa: PLC0415  # most verbs need no store

    entry = system.spec.single.get("metrics") or next(iter(system.spec.single.values()), None)
    origins = [entry.origin] if entry else [service.origin for service in system.services.values()]
    place = Path(origins[0].span().file).parent if origins else Path()
    return place / DATA


@contextmanager
def watch(system: System, folder: Path, post: str | None, log: Callable[[str], None]) -> Iterator[Watched]:
    """Open what the embedded metrics need, and give the loop and what stops it.

    Args:
        system: Whose targets are scraped and whose rules are evaluated.
        folder: Where samples are kept.
        post: Where notifications go, instead of where the spec says.
        log: Takes a sentence about what happens.

    Raises:
        MetricsError: The folder cannot be written, or another process writes it.
    """
    from surefoot.edge.metrics.embedded import EmbeddedStore  # noqa: PLC0415  # most verbs need no HTTP client
    from surefoot.edge.requests import HttpClient  # noqa: PLC0415  # as above
    from surefoot.edge.workers import Threads  # noqa: PLC0415  # as above
    from surefoot.run.plan import plan  # noqa: PLC0415  # as above
    from surefoot.run.watch import Outside, Watch  # noqa: PLC0415  # as above

    planned = plan(system, post)
    store, http, wall = EmbeddedStore(folder, planned.keeping), HttpClient(), clock.WallClock()
    try:
        outside = Outside(store, http, wall, Threads(_SCRAPERS), Threads(_POSTERS), log)
        yield Watched(Watch(planned, outside), wall.stop)
    finally:
        store.close()
        http.close()


@dataclass(frozen=True, slots=True)
class Database:
    """Where everything is kept.

    Attributes:
        address: The path of a file, or an address.
        keys: Folder of the keys that seal personal values; no backup of the database includes it.
    """

    address: str
    keys: Path


_RECORDS = ("Accounts", "accounts", "audit_log", "blank", "depot", "erasures", "handover", "retention", "spooled")
_HOMES = {**dict.fromkeys(_RECORDS, "records"), "serve": "serving"}


def __getattr__(name: str) -> object:
    """Import what stands behind the store when it is first asked for: most verbs need no database."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
