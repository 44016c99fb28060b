"""PostgreSQL: a transaction for each work, several at a time."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from surefoot.edge.store.failure import telling
from surefoot.edge.store.points import AFTER_COMMIT, BEFORE_COMMIT, Nowhere, Points
from surefoot.edge.store.unit import Unit
from surefoot.errors import PortError, StoreError
from surefoot.ports.store import Work

T = TypeVar("T")

CONNECTIONS = 8
_TRIES = 5
_AGAIN = ("40001", "40P01")  # serialization failure, deadlock: the database asks to run the work again


def engine(url: URL) -> Engine:
    """Return an engine on a database; a connection that does not come within five seconds is an error.

    Raises:
        PortError: The driver is not installed.
    """
    try:
        return create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=2,  # reserved ones
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "application_name": "surefoot", "options": "-c timezone=UTC"},
        )
    except ModuleNotFoundError as error:
        raise PortError("PostgreSQL needs a driver: pip install 'surefoot[postgres]'") from error


def database_time(connection: Connection) -> datetime:
    """Return the server's clock, the same for every replica."""
    found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)


class PostgresStore:
    """A store on a server; replicas may share it."""

    def __init__(self, url: URL, points: Points | None = None) -> None:
        self._url = url
        self._points = points or Nowhere()
        self._engine = engine(url)
        self._threads = ThreadPoolExecutor(CONNECTIONS, "surefoot-store")
        self._closed = False

    @property
    def place(self) -> str:
        """The address, without the password."""
        return self._url.render_as_string(hide_password=True).replace("+psycopg", "")

    def write(self, work: Work[T]) -> T:
        """Run a work and return what it returned, once it is durable; a lost race runs it again."""
        if self._closed:
            raise StoreError(f"{self.place}: it is closed")
        with telling(self.place):
            for left in reversed(range(_TRIES)):
                try:
                    with self._engine.begin() as connection:
                        result = work(Unit(connection, database_time))
                        self._points.reach(BEFORE_COMMIT)
                    self._points.reach(AFTER_COMMIT)
                except DBAPIError as error:
                    if not left or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                        raise
                else:
                    return result
        raise StoreError(f"{self.place}: the work lost every race")

    def submit(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""
        return self._threads.submit(self.write, work)

    def read(self, work: Work[T]) -> T:
        """Run a work that changes nothing, on one consistent state."""
        if self._closed:
            raise StoreError(f"{self.place}: it is closed")
        with telling(self.place), self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                return work(Unit(connection, database_time))

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""
        return self._threads.submit(self.read, work)

    def reserved(self) -> Connection:
        """Return a connection of its own, committed after each statement, for a lock that lives as long as it."""
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Finish what was submitted, and let go of the database."""
        self._threads.shutdown()
        self._closed = True
        self._engine.dispose()
