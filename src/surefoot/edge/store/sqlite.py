"""SQLite: one thread writes, and whatever waits shares its next commit."""

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from surefoot.edge.outcome import Outcome, outcome
from surefoot.edge.store.failure import telling, told
from surefoot.edge.store.points import AFTER_COMMIT, BEFORE_COMMIT, Nowhere, Points
from surefoot.edge.store.unit import Unit
from surefoot.errors import StoreError
from surefoot.ports.store import Work

T = TypeVar("T")

BATCH = 1024  # works in one commit, as the policy's `audit.batch`
READERS = 4
_BUSY = 5000  # milliseconds that another process may hold the database
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY}",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",  # what was erased is not left in free pages
)


@dataclass(frozen=True, slots=True)
class _Job:
    """A work, and who waits for it."""

    work: Callable[[Unit], Any]
    future: "Future[Any]"


class SteadyClock:
    """The wall clock, which stands still where it would go back."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)

    def __call__(self, connection: Connection) -> datetime:  # noqa: ARG002  # SQLite has no clock of its own
        """Return the time in UTC."""
        self._latest = max(self._latest, datetime.now(UTC))
        return self._latest


def engine(path: Path, *, query_only: bool = False) -> Engine:
    """Return an engine on a file, with the settings that durability needs.

    Readers keep their connections; a writer has one at a time.
    """
    made = create_engine(
        f"sqlite+pysqlite:///{path}",
        poolclass=QueuePool if query_only else NullPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": _BUSY / 1000},
    )

    @event.listens_for(made, "connect")
    def set_up(connection: Any, record: object) -> None:  # noqa: ARG001  # SQLAlchemy's signature
        for pragma in (*_PRAGMAS, *(("PRAGMA query_only=ON",) if query_only else ())):
            connection.execute(pragma)

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")

    return made


class SqliteStore:
    """A store in one file.

    Works wait in a queue; the writing thread takes all that wait (up to `BATCH`), runs each behind a
    savepoint, commits once, and tells everybody. So many callers cost about one flush of the disk.
    """

    def __init__(self, path: Path, points: Points | None = None) -> None:
        self._path = path
        self._points = points or Nowhere()
        self._clock = SteadyClock()
        self._writing = engine(path)
        self._reading = engine(path, query_only=True)
        self._readers = ThreadPoolExecutor(READERS, "surefoot-read")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._file = _identity(path)
        self._closed = threading.Lock()
        self._writer = threading.Thread(target=self._run, name="surefoot-write", daemon=True)
        self._writer.start()

    @property
    def place(self) -> str:
        """The path."""
        return str(self._path)

    def write(self, work: Work[T]) -> T:
        """Run a work and return what it returned, once it is durable."""
        if threading.current_thread() is self._writer:
            raise RuntimeError("a work may not wait for another work: call its function with the transaction")
        return self.submit(work).result()

    def submit(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""
        if self._closed.locked():
            raise StoreError(f"{self.place}: it is closed")
        future: Future[T] = Future()
        self._jobs.put(_Job(work, future))
        return future

    def read(self, work: Work[T]) -> T:
        """Run a work that changes nothing, on one consistent state."""
        with telling(self.place):
            self._demand_same_file()
            with self._reading.begin() as connection:
                return work(Unit(connection, self._clock))

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""
        return self._readers.submit(self.read, work)

    def close(self) -> None:
        """Finish what was submitted, and let go of the file."""
        if not self._closed.acquire(blocking=False):
            return
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def _run(self) -> None:
        connection: Connection | None = None
        for jobs in self._batches():
            try:
                with telling(self.place):
                    self._demand_same_file()
                    connection = connection or self._writing.connect()
            except StoreError as error:
                _fail(jobs, error)
                continue
            connection = self._commit(connection, jobs)
        if connection is not None:
            connection.close()

    def _batches(self) -> Iterator[list[_Job]]:
        """Yield what waits, until the end was asked for."""
        while (job := self._jobs.get()) is not None:
            batch = [job]
            while len(batch) < BATCH and not self._jobs.empty():
                further = self._jobs.get()
                if further is None:
                    self._jobs.put(None)
                    break
                batch.append(further)
            yield [job for job in batch if job.future.set_running_or_notify_cancel()]

    def _commit(self, connection: Connection, jobs: Sequence[_Job]) -> Connection | None:
        """Run works in one transaction; return the connection, or None if it is of no use any more."""
        results: list[Outcome[Any]] = []
        try:
            with connection.begin():
                unit = Unit(connection, self._clock)
                results = [self._attempt(connection, unit, job) for job in jobs]
                self._points.reach(BEFORE_COMMIT)
        except SQLAlchemyError as error:
            _fail(jobs, told(error, self.place))
            connection.close()
            return None
        self._points.reach(AFTER_COMMIT)
        for job, result in zip(jobs, results, strict=True):
            result.into(job.future)
        return connection

    def _attempt(self, connection: Connection, unit: Unit, job: _Job) -> Outcome[Any]:
        """Run one work behind a savepoint, so that its failure is its own."""
        connection.exec_driver_sql("SAVEPOINT work")
        result = outcome(lambda: job.work(unit))
        if result.error is not None:
            connection.exec_driver_sql("ROLLBACK TO work")
        connection.exec_driver_sql("RELEASE work")
        return Outcome(None, told(result.error, self.place)) if isinstance(result.error, SQLAlchemyError) else result

    def _demand_same_file(self) -> None:
        """A file that was deleted or replaced would take writes that nobody finds again."""
        if _identity(self._path) != self._file:
            raise StoreError(f"{self.place}: the file was removed or replaced while it was open: stop, and restore it")


def _identity(path: Path) -> tuple[int, int] | None:
    """Name the file behind a path: device and inode; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  # on the way of every write: a Path costs as much again
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _fail(jobs: Sequence[_Job], error: StoreError) -> None:
    for job in jobs:
        job.future.set_exception(error)
