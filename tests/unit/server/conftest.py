"""Servers without a network."""

import asyncio
import io
import secrets
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from surefoot.domain.audit.granting import grant
from surefoot.domain.audit.record import Actor, ActorType
from surefoot.edge.archive import FileArchive
from surefoot.edge.batching import Batches
from surefoot.edge.keyring import KeyFiles
from surefoot.edge.logkey import log_key
from surefoot.edge.spool import FileSpool
from surefoot.edge.store.opening import open_store
from surefoot.edge.subjects import SubjectKeyFile
from surefoot.ports.lease import Alone
from surefoot.ports.store import Store
from surefoot.run.access.recording import Recording
from surefoot.run.audit.appending import Means
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.log import AuditLog
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity
from surefoot.server.app import create
from surefoot.server.house import Services
from surefoot.server.logs import json_log
from surefoot.server.settings import Settings
from surefoot.spec import policy
from surefoot.spec.decode import Decoder
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.policy_server import ServerNumbers
from surefoot.spec.resolve import resolve
from tests.unit.server.place import Door, Furnish, Place, PlainPasswords

WHOLE = resolve(Decoder().spec(()), {}, {})[0]


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that is empty but for its tables."""
    path = tmp_path_factory.mktemp("tables") / "empty.db"
    open_store(path).close()
    return path


@pytest.fixture
def numbers() -> ServerNumbers:
    return policy.area("operations", OperationsPolicy, {}, None)[0].server


def desk(folder: Path, store: Store, door: Door, stack: ExitStack) -> Desk:
    """Return the audit log of a server."""
    subjects = stack.enter_context(closing(SubjectKeyFile(folder / "subjects.db")))
    preparing = Preparing(door.types, subjects, secrets.token_bytes)
    spool = FileSpool(folder / "spool", 1 << 20)
    means = Means(store, spool, preparing, lambda: datetime.now(UTC), lambda: str(uuid.uuid4()), Alone())
    identity = LogIdentity("main", log_key(folder / "log.key", "surefoot/main"))
    log = AuditLog(identity, means, lambda appending: stack.enter_context(closing(Batches(appending.take, 100, "log"))))
    return Desk(log, FileArchive(folder / "archive"), KeyFiles(folder / "log.key"), Actor(ActorType.SYSTEM, "server"))


@pytest.fixture
def furnish(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, tables: Path, numbers: ServerNumbers
) -> Iterator[Furnish]:
    """Return what makes a server, with other settings or numbers if need be."""
    stores: list[Store] = []
    stack = ExitStack()

    def make(settings: Settings | None = None, **changes: object) -> Place:
        path = tmp_path / f"{len(stores)}.db"
        shutil.copy(tables, path)
        store, log = open_store(path), io.StringIO()
        stores.append(store)
        door, passwords = Door(), PlainPasswords()
        recording = Recording(door, door.types, lambda: str(uuid.uuid4()))
        services = Services(
            store=store,
            desk=desk(tmp_path_factory.mktemp("keys"), store, door, stack),
            grant=partial(grant, WHOLE),
            passwords=passwords,
            recording=recording,
            random=secrets.token_bytes,
            numbers=numbers.model_copy(update=changes),
            settings=settings or Settings(),
            log=json_log(log),
            version="1.2.3",
        )
        return Place(services, door, passwords, store, create(services), log, runner)

    with asyncio.Runner() as runner:
        yield make
    stack.close()
    for store in stores:
        store.close()


@pytest.fixture
def place(furnish: Furnish) -> Place:
    return furnish()
