"""The composition root: which implementation stands behind which port."""

from __future__ import annotations  # types of ports that compute would load numpy for every verb

import secrets
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, cast

from surefoot.artifact import Artifact
from surefoot.edge import clock
from surefoot.edge.files import DiskFiles
from surefoot.edge.folder import DiskFolder
from surefoot.edge.git import GitHistory
from surefoot.edge.process import LocalPrograms
from surefoot.errors import PortError
from surefoot.finding import Role
from surefoot.ports.files import NewFiles
from surefoot.ports.folder import OutputFolder
from surefoot.ports.history import History
from surefoot.ports.process import Programs
from surefoot.ports.workers import Workers
from surefoot.spec.system import System

if TYPE_CHECKING:
    from surefoot.ports.erasures import ErasureList
    from surefoot.ports.handover import Handover
    from surefoot.ports.metrics import MetricsSource, QueryServer
    from surefoot.ports.passwords import Passwords
    from surefoot.ports.store import Store
    from surefoot.run.access.people import By
    from surefoot.run.audit.desk import Desk
    from surefoot.run.audit.keeping import Retention
    from surefoot.run.watch import Watch
    from surefoot.server.settings import Settings
    from surefoot.spec.model.policy_operations import OperationsPolicy
    from surefoot.spec.model.policy_server import ServerNumbers
    from surefoot.spec.source import Value


_SCRAPERS = 16
_POSTERS = 4
_LOG = "main"  # the audit log that Surefoot's own actions go to
_SUBJECTS = "subjects.db"


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


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a database, opened.

    Attributes:
        by: The command line, which may do everything; it acts as ``system``.
        random: Returns so many bytes that nobody can guess.
    """

    store: Store
    passwords: Passwords
    by: By
    numbers: ServerNumbers
    random: Callable[[int], bytes]


@contextmanager
def accounts(place: Database, system: System | None, *, create: bool = True) -> Iterator[Accounts]:
    """Open the accounts of a database.

    Args:
        place: Where it is.
        system: Whose policy counts; None for the shipped one.
        create: Whether a file that is not there is made.

    Raises:
        StoreError: It does not open.
        PortError: A library is not installed.
    """
    from surefoot.domain.access.rights import Actor, Right  # noqa: PLC0415  # most verbs need no accounts
    from surefoot.domain.audit.catalogue import catalogue  # noqa: PLC0415  # as above
    from surefoot.edge.passwords import Argon2Passwords  # noqa: PLC0415  # as above
    from surefoot.edge.store.opening import address, open_store  # noqa: PLC0415  # as above
    from surefoot.edge.subjects import SubjectKeyFile  # noqa: PLC0415  # as above
    from surefoot.run.access.inbox import Inbox  # noqa: PLC0415  # as above
    from surefoot.run.access.people import By  # noqa: PLC0415  # as above
    from surefoot.run.access.recording import Recording  # noqa: PLC0415  # as above
    from surefoot.run.audit.preparing import Preparing  # noqa: PLC0415  # as above

    whole = system or _blank()
    numbers = _operations(whole).server
    cost = numbers.password
    passwords = Argon2Passwords(cost.memory, cost.passes, cost.lanes)
    with (
        closing(open_store(address(place.address), create=create)) as store,
        closing(SubjectKeyFile(place.keys / _SUBJECTS)) as keys,
    ):
        types = catalogue(whole)
        door = Inbox(_LOG, Preparing(types, keys, secrets.token_bytes))
        recording = Recording(door, types, lambda: str(uuid.uuid4()))
        by = By(Actor("system", "command-line", frozenset(Right)), recording)
        yield Accounts(store, passwords, by, numbers, secrets.token_bytes)


@contextmanager
def audit_log(
    place: Database, system: System | None, *, create: bool = False, spooling: bool = False
) -> Iterator[Desk]:
    """Open the audit log for the command line.

    Args:
        place: Where it is.
        system: Whose catalogue and policy count; None for the shipped ones.
        create: Whether a file that is not there is made.
        spooling: Whether the log opens, for appending, while the database does not.

    Raises:
        StoreError: The database does not open.
        PortError: Keys or spool cannot be opened, or a library is not installed.
    """
    from surefoot.domain.audit.catalogue import catalogue  # noqa: PLC0415  # most verbs need no log
    from surefoot.domain.audit.record import Actor, ActorType  # noqa: PLC0415  # as above
    from surefoot.edge.archive import FileArchive  # noqa: PLC0415  # as above
    from surefoot.edge.batching import Batches  # noqa: PLC0415  # as above
    from surefoot.edge.keyring import KeyFiles  # noqa: PLC0415  # as above
    from surefoot.edge.logkey import log_key  # noqa: PLC0415  # as above
    from surefoot.edge.spool import FileSpool  # noqa: PLC0415  # as above
    from surefoot.edge.spoolslot import claimed  # noqa: PLC0415  # as above
    from surefoot.edge.store import sharing  # noqa: PLC0415  # as above
    from surefoot.edge.subjects import SubjectKeyFile  # noqa: PLC0415  # as above
    from surefoot.run.audit.appending import Means  # noqa: PLC0415  # as above
    from surefoot.run.audit.desk import Desk  # noqa: PLC0415  # as above
    from surefoot.run.audit.log import AuditLog  # noqa: PLC0415  # as above
    from surefoot.run.audit.preparing import Preparing  # noqa: PLC0415  # as above
    from surefoot.run.audit.sequencing import LogIdentity  # noqa: PLC0415  # as above

    whole = system or _blank()
    numbers, key = _operations(whole).audit, place.keys / "log.key"
    with ExitStack() as stack:
        store, lease = stack.enter_context(sharing.opened(place.address, _LOG, create=create, spooling=spooling))
        subjects = stack.enter_context(closing(SubjectKeyFile(place.keys / _SUBJECTS)))
        spool = FileSpool(stack.enter_context(claimed(place.keys / "spool")), numbers.spool)
        preparing = Preparing(catalogue(whole), subjects, secrets.token_bytes)
        means = Means(store, spool, preparing, lambda: datetime.now(UTC), lambda: str(uuid.uuid4()), lease)
        log = AuditLog(
            LogIdentity(_LOG, log_key(key, f"surefoot/{_LOG}")),
            means,
            lambda appending: stack.enter_context(closing(Batches(appending.take, numbers.batch, "audit"))),
        )
        archive = FileArchive(sharing.archive(place.address))
        yield Desk(log, archive, KeyFiles(key), Actor(ActorType.SYSTEM, "command-line"))


def retention(system: System | None) -> Retention:
    """Return how long records are kept, and how they are sealed."""
    from surefoot.run.audit.keeping import retention as solved  # noqa: PLC0415  # most verbs need no log

    return solved(system or _blank())


def erasures(place: Database) -> ErasureList:
    """Return the list of all erasures, which no backup includes."""
    from surefoot.edge.erasures import ErasureFile  # noqa: PLC0415  # most verbs need no log

    return ErasureFile(place.keys / "erasures.jsonl")


def spooled(place: Database) -> list[str]:
    """Name the folders in which records wait for the database."""
    from surefoot.edge.spoolslot import waiting as slots  # noqa: PLC0415  # most verbs need no log

    return slots(place.keys / "spool")


def handover(path: Path) -> Handover:
    """Return a file or folder that leaves the log, or comes back to be verified."""
    from surefoot.edge.handover import DiskHandover  # noqa: PLC0415  # as above

    return DiskHandover(path)


def serve(settings: Settings, place: Database, system: System | None) -> None:
    """Serve until a signal comes.

    Raises:
        StoreError: The database does not open.
        PortError: It cannot be listened at the place, or a library is not installed.
    """
    try:
        from surefoot.server import app, serving  # noqa: PLC0415  # an extra
        from surefoot.server.house import Services  # noqa: PLC0415  # as above
        from surefoot.server.logs import json_log  # noqa: PLC0415  # as above
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("surefoot"):
            raise
        raise PortError(f"the server needs {error.name}: pip install 'surefoot[server]'") from error

    with accounts(place, system) as opened:
        services = Services(
            store=opened.store,
            passwords=opened.passwords,
            recording=opened.by.recording,
            random=opened.random,
            numbers=opened.numbers,
            settings=settings,
            log=json_log(sys.stderr),
            version=metadata.version("surefoot"),
        )
        serving.serve(app.create(services))


def _blank() -> System:
    """Return the system of a spec that says nothing: every number as it is shipped."""
    from surefoot.spec.decode import Decoder  # noqa: PLC0415  # as above
    from surefoot.spec.resolve import resolve  # noqa: PLC0415  # as above

    return resolve(Decoder().spec(()), {}, {})[0]


def _operations(system: System) -> OperationsPolicy:
    """Return the numbers of everything that runs, with the spec's changes."""
    from surefoot.spec import policy  # noqa: PLC0415  # as above
    from surefoot.spec.model.policy_operations import OperationsPolicy  # noqa: PLC0415  # as above

    written = system.spec.single.get("policy")
    changes = cast("dict[str, Value]", written.model) if written else {}
    return policy.area("operations", OperationsPolicy, changes, written.origin if written else None)[0]
