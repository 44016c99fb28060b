"""A database as a whole, on both kinds: migrated, examined, read in one state, filled in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)

from surefoot.domain.audit.note import VerifierKey
from surefoot.edge.archive import FileArchive
from surefoot.edge.dump import DumpFile
from surefoot.edge.logkey import log_key
from surefoot.edge.store import auditsearch, migrate, opening, sharing, sqlite
from surefoot.edge.store.audittables import RECORDS
from surefoot.edge.store.failure import telling
from surefoot.edge.store.unit import Unit
from surefoot.errors import PortError, StoreError
from surefoot.ports.depot import Phase, Rows, Step, Value
from surefoot.ports.store import Transaction

T = TypeVar("T")

_VERSION = "alembic_version"
_DERIVED = "audit_text"  # and the tables behind it: built again from the records
_BATCH = 500
_FILES = ("", "-wal", "-shm", "-journal")


class StoredState:
    """One consistent state, on a connection in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._metadata = _reflected(connection)
        self._revision = migrate.version(connection)

    @property
    def revision(self) -> str:
        """The newest step of the history that it has."""
        assert self._revision is not None
        return self._revision

    @property
    def transaction(self) -> Unit:
        """The same state as a unit of work sees it."""
        return Unit(self._connection, _clock(self._connection))

    def faults(self) -> list[str]:
        """Examine what the database can examine."""
        found = _sqlite_faults(self._connection) if self._connection.dialect.name == "sqlite" else []
        for rows in self.tables():
            for _ in rows.rows:
                pass
        return found

    def counts(self) -> dict[str, int]:
        """Count the rows of each table."""
        return {
            table.name: self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in self._metadata.sorted_tables
        }

    def tables(self) -> Iterator[Rows]:
        """Iterate over the tables."""
        for table in self._metadata.sorted_tables:
            keys = list(table.primary_key.columns)
            found = self._connection.execute(select(table).order_by(*keys).execution_options(yield_per=_BATCH))
            yield Rows(table.name, tuple(table.columns.keys()), (_plain(row) for row in found))


class StoreDepot:
    """A database, by its address, and the folder of its keys."""

    def __init__(self, address: str, keys: Path) -> None:
        self._key = keys / "log.key"
        self._where = opening.address(address)
        self._archive = FileArchive(sharing.archive(address))

    @property
    def place(self) -> str:
        """The path, or the address without its password."""
        if isinstance(self._where, Path):
            return str(self._where)
        return self._where.render_as_string(hide_password=True).replace("+psycopg", "")

    @property
    def archive(self) -> FileArchive:
        """Its sealed files."""
        return self._archive

    def key(self) -> VerifierKey:
        """Return the key in the file; none is made."""
        if not self._key.exists():
            raise PortError(f"{self._key}: the key of the log is not there: bring it; nobody can go on without it")
        return log_key(self._key, "").key

    def dump(self, path: Path) -> DumpFile:
        """Return a backup."""
        return DumpFile(path)

    def migrate(self, phase: Phase) -> list[Step]:
        """Do the pending steps, in one transaction."""
        with self._begun() as connection:
            done = migrate.upgrade(connection, phase)
        self._private()
        return done

    def faults(self) -> list[str]:
        """Let SQLite examine its file and its references; read every table, so that damage shows."""
        with self.snapshot() as state:
            return state.faults()

    @contextmanager
    def snapshot(self, *, alone: bool = False) -> Iterator[StoredState]:
        """Open a consistent state; with `alone`, SQLite's write lock, or PostgreSQL's table locks, are held."""
        if isinstance(self._where, Path) and not self._where.exists():
            raise StoreError(f"{self.place}: there is no such file")
        with self._connected(alone=alone) as connection:
            if migrate.version(connection) is None:
                raise StoreError(f"{self.place}: it has no tables yet: run `surefoot store migrate`")
            yield StoredState(connection)

    def fill(self, revision: str, tables: Iterable[Rows], finish: Callable[[Transaction], T]) -> T:
        """Fill an empty database; a file that was made for it goes again if anything fails."""
        new = isinstance(self._where, Path) and not self._where.exists()
        try:
            with self._begun() as connection:
                self._demand_empty(connection, revision)
                migrate.build(connection, revision)
                _insert(connection, tables)
                migrate.upgrade(connection)
                _index(connection)
                result = finish(Unit(connection, _clock(connection)))
        except BaseException:
            if new and isinstance(self._where, Path):
                for ending in _FILES:
                    self._where.with_name(self._where.name + ending).unlink(missing_ok=True)
            raise
        self._private()
        return result

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """Open a transaction that writes."""
        if isinstance(self._where, Path) and not self._where.parent.is_dir():
            raise StoreError(f"{self.place}: the folder {self._where.parent} is not there: make it")
        with self._engine(self._where) as engine, telling(self.place), engine.begin() as connection:
            yield connection

    @contextmanager
    def _connected(self, *, alone: bool) -> Iterator[Connection]:
        if isinstance(self._where, Path):
            made = sqlite.engine(self._where) if alone else sqlite.engine(self._where, query_only=True)
            with _disposing(made) as engine, telling(self.place), engine.connect() as connection, connection.begin():
                yield connection
            return
        with self._engine(self._where) as engine, telling(self.place), engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901  # the same
            with connection.begin():
                if alone and (names := _names_of(engine)):
                    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)
                    connection.execute(text(f"LOCK TABLE {quoted} IN SHARE MODE"))  # before anything is read
                yield connection

    @contextmanager
    def _engine(self, where: Path | URL) -> Iterator[Engine]:
        with _disposing(opening.engine(where)) as engine:
            yield engine

    def _demand_empty(self, connection: Connection, revision: str) -> None:
        have = migrate.version(connection)
        if have is None and _names(connection):
            raise StoreError(f"{self.place}: it holds tables of something else: give an empty database")
        if have is None:
            return
        filled = [name for name, count in StoredState(connection).counts().items() if count]
        if filled:
            raise StoreError(f"{self.place}: it is not empty (`{filled[0]}` has rows): give another place")
        if have != revision:
            raise StoreError(f"{self.place}: its tables are of step {have}, the rows of {revision}: give a new place")

    def _private(self) -> None:
        if isinstance(self._where, Path):
            self._where.chmod(0o600)


@contextmanager
def _disposing(made: Engine) -> Iterator[Engine]:
    try:
        yield made
    finally:
        made.dispose()


def _clock(connection: Connection) -> "Callable[[Connection], Any]":
    if connection.dialect.name == "sqlite":
        return sqlite.SteadyClock()
    from surefoot.edge.store.postgres import database_time  # noqa: PLC0415  # needs a driver that may not be there

    return database_time


def _names(connection: Connection) -> list[str]:
    """Name the tables that hold rows of their own."""
    found = inspect(connection).get_table_names()
    return sorted(name for name in found if name != _VERSION and not name.startswith(_DERIVED))


def _names_of(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return _names(connection)


def _reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection, only=_names(connection))
    return metadata


def _plain(row: Iterable[Any]) -> tuple[Value, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _insert(connection: Connection, tables: Iterable[Rows]) -> None:
    metadata = _reflected(connection)
    for given in tables:
        table = metadata.tables.get(given.table)
        if table is None:
            raise StoreError(f"there is no table `{given.table}` at this step: the copy comes from something else")
        rows = iter(given.rows)
        while batch := list(islice(rows, _BATCH)):
            connection.execute(insert(table), [dict(zip(given.columns, row, strict=True)) for row in batch])
        if connection.dialect.name == "postgresql":
            _go_on_counting(connection, table)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number further rows behind those that brought their numbers."""
    for column in table.primary_key.columns:
        counter = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
        ).scalar()
        if counter and isinstance(column.type, Integer):
            most = connection.execute(select(func.max(column))).scalar()
            if most is not None:
                connection.execute(text("SELECT setval(:counter, :most)"), {"counter": counter, "most": most})


def _index(connection: Connection) -> None:
    """Build what is derived: the words of the records that the search index holds."""
    index, at = auditsearch.INDEX, -1
    query = select(index.c.place, RECORDS.c.body).join(RECORDS, RECORDS.c.place == index.c.place)
    while rows := connection.execute(query.where(index.c.place > at).order_by(index.c.place).limit(_BATCH)).all():
        auditsearch.add_words(connection, [(row.place, row.body) for row in rows])
        at = rows[-1].place


def _sqlite_faults(connection: Connection) -> list[str]:
    sound = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    found = [f"integrity: {line}" for line in sound if line != "ok"]
    dangling = connection.execute(text("PRAGMA foreign_key_check"))
    return [*found, *(f"`{row[0]}` row {row[1]} refers to a row of `{row[2]}` that is not there" for row in dangling)]
