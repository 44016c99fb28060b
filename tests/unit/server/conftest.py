"""Servers without a network."""

import asyncio
import io
import secrets
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.edge.store.opening import open_store
from surefoot.ports.store import Store
from surefoot.run.access.recording import Recording
from surefoot.server.app import create
from surefoot.server.house import Services
from surefoot.server.logs import json_log
from surefoot.server.settings import Settings
from surefoot.spec import policy
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.policy_server import ServerNumbers
from tests.unit.server.place import Door, Furnish, Place, PlainPasswords


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that is empty but for its tables."""
    path = tmp_path_factory.mktemp("tables") / "empty.db"
    open_store(path).close()
    return path


@pytest.fixture
def numbers() -> ServerNumbers:
    return policy.area("operations", OperationsPolicy, {}, None)[0].server


@pytest.fixture
def furnish(tmp_path: Path, tables: Path, numbers: ServerNumbers) -> Iterator[Furnish]:
    """Return what makes a server, with other settings or numbers if need be."""
    stores: list[Store] = []

    def make(settings: Settings | None = None, **changes: object) -> Place:
        path = tmp_path / f"{len(stores)}.db"
        shutil.copy(tables, path)
        store, log = open_store(path), io.StringIO()
        stores.append(store)
        door, passwords = Door(), PlainPasswords()
        recording = Recording(door, door.types, lambda: str(uuid.uuid4()))
        services = Services(
            store=store,
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
    for store in stores:
        store.close()


@pytest.fixture
def place(furnish: Furnish) -> Place:
    return furnish()
