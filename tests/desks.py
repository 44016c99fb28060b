"""An audit log with everything around it, as the command line opens it."""

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from surefoot.domain.audit.catalogue import catalogue
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.audit.verdict import Kind, Verification
from surefoot.domain.audit.verify import verify
from surefoot.edge.archive import FileArchive
from surefoot.edge.batching import Batches
from surefoot.edge.keyring import KeyFiles
from surefoot.edge.logkey import log_key
from surefoot.edge.spool import FileSpool
from surefoot.edge.store.opening import address, open_store
from surefoot.edge.store.points import Points
from surefoot.edge.subjects import SubjectKeyFile
from surefoot.ports.lease import Alone
from surefoot.run.audit.appending import Means
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.log import AuditLog
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity
from surefoot.spec.system import System
from tests.workspaces import resolved

LOG = "main"
ORIGIN = "surefoot/main"
NOW = datetime(2020, 1, 1, tzinfo=UTC)  # all records are older than their entry into the log
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a log lies."""

    database: str
    keys: Path
    archive: Path

    @contextmanager
    def desk(
        self, points: Points | None = None, archive: Callable[[Path], FileArchive] = FileArchive
    ) -> Iterator[Desk]:
        with ExitStack() as stack:
            store = stack.enter_context(closing(open_store(address(self.database), points)))
            subjects = stack.enter_context(closing(SubjectKeyFile(self.keys / "subjects.db")))
            preparing = Preparing(catalogue(system(self.keys / "spec")), subjects, secrets.token_bytes)
            spool, ids = FileSpool(self.keys / "spool" / "1", 1 << 20), fresh_ids()
            means = Means(store, spool, preparing, lambda: datetime.now(UTC), lambda: next(ids), Alone())
            log = AuditLog(
                LogIdentity(LOG, log_key(self.keys / "log.key", ORIGIN)),
                means,
                lambda appending: stack.enter_context(closing(Batches(appending.take, 256, "audit"))),
            )
            actor = Actor(ActorType.SYSTEM, "command-line")
            yield Desk(log, archive(self.archive), KeyFiles(self.keys / "log.key"), actor)


def fresh_ids() -> Iterator[str]:
    base = secrets.randbits(40)
    return (f"00000000-0000-4000-9000-{base + number:012x}" for number in itertools.count())


def system(folder: Path, audit: str = "{}") -> System:
    """Read a spec with a section ``audit``."""
    folder.mkdir(parents=True, exist_ok=True)
    return resolved(folder, f"service: shop\naudit: {audit}\n")


def event(number: int, days: float, category: str = "data") -> Event:
    kind = {"data": "sensitive.view", "authentication": "session.end"}[category]
    return Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        timestamp=NOW - days * DAY,
        actor=Actor(ActorType.USER, ("ana", "bo")[number % 2], "203.0.113.7"),
        action=Action(kind, category, ""),
        target=Target("order", str(number)),
        outcome=Outcome(Status.SUCCESS),
    )


def fill(desk: Desk, events: Sequence[Event]) -> None:
    for waiting in [desk.log.record(one) for one in events]:
        waiting.result()
    desk.catch_up()


def verified(desk: Desk) -> Verification:
    key = desk.key
    return desk.store.read(lambda tx: verify(desk.stored(tx), key, key.name))


def kinds(desk: Desk) -> set[Kind]:
    """Verify; the log must be intact; return what was found besides what is not pinned."""
    desk.catch_up()
    found = verified(desk)
    assert found.intact, found.verdicts
    return {one.kind for one in found.verdicts} - {Kind.UNANCHORED}
