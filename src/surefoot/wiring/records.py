"""What stands behind the store: accounts, the audit log, its keys and its archive."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from surefoot.domain.access.rights import Actor as Account
from surefoot.domain.access.rights import Right
from surefoot.domain.audit.catalogue import catalogue
from surefoot.domain.audit.record import Actor, ActorType
from surefoot.edge.archive import FileArchive
from surefoot.edge.batching import Batches
from surefoot.edge.erasures import ErasureFile
from surefoot.edge.handover import DiskHandover
from surefoot.edge.keyring import KeyFiles
from surefoot.edge.logkey import log_key
from surefoot.edge.passwords import Argon2Passwords
from surefoot.edge.spool import FileSpool
from surefoot.edge.spoolslot import claimed
from surefoot.edge.spoolslot import waiting as slots
from surefoot.edge.store import sharing
from surefoot.edge.store.depot import StoreDepot
from surefoot.edge.store.opening import address, open_store
from surefoot.edge.subjects import SubjectKeyFile
from surefoot.ports.depot import Depot
from surefoot.ports.erasures import ErasureList
from surefoot.ports.handover import Handover
from surefoot.ports.passwords import Passwords
from surefoot.ports.store import Store
from surefoot.run.access.inbox import Inbox
from surefoot.run.access.people import By
from surefoot.run.access.recording import Recording
from surefoot.run.audit.appending import Means
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.keeping import Retention
from surefoot.run.audit.keeping import retention as solved
from surefoot.run.audit.log import AuditLog
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity
from surefoot.spec import policy
from surefoot.spec.decode import Decoder
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.policy_server import ServerNumbers
from surefoot.spec.resolve import resolve
from surefoot.spec.source import Value
from surefoot.spec.system import System
from surefoot.wiring import Database

_LOG = "main"  # the audit log that Surefoot's own actions go to
_SUBJECTS = "subjects.db"


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
    whole = system or blank()
    numbers = operations(whole).server
    cost = numbers.password
    passwords = Argon2Passwords(cost.memory, cost.passes, cost.lanes)
    with (
        closing(open_store(address(place.address), create=create)) as store,
        closing(SubjectKeyFile(place.keys / _SUBJECTS)) as keys,
    ):
        types = catalogue(whole)
        door = Inbox(_LOG, Preparing(types, keys, secrets.token_bytes))
        recording = Recording(door, types, lambda: str(uuid.uuid4()))
        by = By(Account("system", "command-line", frozenset(Right)), recording)
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
    whole = system or blank()
    numbers, key = operations(whole).audit, place.keys / "log.key"
    again = numbers.checkpoint.total_seconds()
    with ExitStack() as stack:
        store, lease = stack.enter_context(sharing.opened(place.address, _LOG, create=create, spooling=spooling))
        subjects = stack.enter_context(closing(SubjectKeyFile(place.keys / _SUBJECTS)))
        spool = FileSpool(stack.enter_context(claimed(place.keys / "spool")), numbers.spool)
        preparing = Preparing(catalogue(whole), subjects, secrets.token_bytes)
        means = Means(store, spool, preparing, lambda: datetime.now(UTC), lambda: str(uuid.uuid4()), lease)
        log = AuditLog(
            LogIdentity(_LOG, log_key(key, f"surefoot/{_LOG}")),
            means,
            lambda appending: stack.enter_context(closing(Batches(appending.take, numbers.batch, "audit", again))),
        )
        archive = FileArchive(sharing.archive(place.address))
        yield Desk(log, archive, KeyFiles(key), Actor(ActorType.SYSTEM, "command-line"))


def retention(system: System | None) -> Retention:
    """Return how long records are kept, and how they are sealed."""
    return solved(system or blank())


def erasures(place: Database) -> ErasureList:
    """Return the list of all erasures, which no backup includes."""
    return ErasureFile(place.keys / "erasures.jsonl")


def depot(place: Database) -> Depot:
    """Return a database as a whole, to be migrated, checked and copied."""
    return StoreDepot(place.address, place.keys)


def spooled(place: Database) -> list[str]:
    """Name the folders in which records wait for the database."""
    return slots(place.keys / "spool")


def handover(path: Path) -> Handover:
    """Return a file or folder that leaves the log, or comes back to be verified."""
    return DiskHandover(path)


def blank() -> System:
    """Return the system of a spec that says nothing: every number as it is shipped."""
    return resolve(Decoder().spec(()), {}, {})[0]


def operations(system: System) -> OperationsPolicy:
    """Return the numbers of everything that runs, with the spec's changes."""
    written = system.spec.single.get("policy")
    changes = cast("dict[str, Value]", written.model) if written else {}
    return policy.area("operations", OperationsPolicy, changes, written.origin if written else None)[0]
