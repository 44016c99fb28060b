"""Every suite here runs over SQLite and PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from surefoot.edge.store import opening
from surefoot.edge.store.opening import address, open_store
from surefoot.ports.store import Store
from tests.conftest import CI
from tests.postgres import Cluster, cluster, programs

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Run one PostgreSQL for all tests of this process."""
    if programs() is None:
        reason = "PostgreSQL is not here: apt-get install postgresql"
        (pytest.fail if CI else pytest.skip)(reason)
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def template(postgres: Cluster) -> str:
    """Return the name of a database with tables and no rows, which others are copied from."""
    _administer(postgres, "CREATE DATABASE template_of_tests")
    open_store(address(postgres.url("template_of_tests"))).close()
    return "template_of_tests"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "surefoot.db")
    running: Cluster = request.getfixturevalue("postgres")
    name = f"contract{next(_NUMBERS)}"
    _administer(running, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('template')}")
    return running.url(name)


def _administer(running: Cluster, statement: str) -> None:
    engine = opening.engine(address(running.url())).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def opened(database: str) -> Iterator[Callable[[], Store]]:
    """Return what opens the database, as often as one likes."""
    stores: list[Store] = []

    def open_it() -> Store:
        stores.append(open_store(address(database)))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """Return an open, empty store."""
    return opened()
