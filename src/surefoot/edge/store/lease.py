"""Leadership over a log on PostgreSQL: a lock that lives as long as its connection, and an epoch that fences."""

import threading
import time
from zlib import crc32

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from surefoot.edge.store.postgres import PostgresStore
from surefoot.errors import SurefootError

_AGAIN = 1.0  # seconds between two attempts
_NAMESPACE = 734_211  # any number that is ours


class PostgresLease:
    """The lease of one log, for one process.

    The lock falls to another process as soon as the connection that holds it ends. A process that was cut off
    without noticing may still believe that it leads: every append compares the epoch in its own transaction.
    """

    def __init__(self, store: PostgresStore, log: str) -> None:
        self._store = store
        self._log = log
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._epoch: int | None = None
        self._next = 0.0

    def leads(self) -> bool:
        """Tell whether this process holds it, after trying to get it."""
        with self._guard:
            if self._epoch is None and time.monotonic() >= self._next:
                self._next = time.monotonic() + _AGAIN
                self._try()
            return self._epoch is not None

    def epoch(self) -> int | None:
        """Return the number under which it is held."""
        return self._epoch

    def lost(self) -> None:
        """Give it up; try again later."""
        with self._guard:
            self._epoch = None
            self._next = time.monotonic() + _AGAIN
            self._let_go()

    def _try(self) -> None:
        self._let_go()
        try:
            self._connection = self._store.reserved()
            locked = self._connection.execute(
                text("SELECT pg_try_advisory_lock(:space, :log)"),
                {"space": _NAMESPACE, "log": crc32(self._log.encode()) - (1 << 31)},
            ).scalar_one()
            if locked:
                self._epoch = self._store.write(lambda transaction: transaction.log.next_epoch(self._log))
            else:
                self._let_go()
        except (SQLAlchemyError, SurefootError):
            self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # ends the session, and with it the lock
            self._connection.close()
            self._connection = None
