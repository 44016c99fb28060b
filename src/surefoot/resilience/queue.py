"""Calls kept for later, in one SQLite file that survives the process.

An entry is written before the caller learns that its call was queued, and deleted after its replay has returned; a
process killed in between makes the call again, with the same key. A call is thus made *at least* once: the key is
what the dependency must know it by.
"""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.fallback import Call

Payload = tuple[tuple[object, ...], dict[str, object]]
Dumps = Callable[[Payload], str | bytes]
Loads = Callable[[str | bytes], Payload]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    function TEXT NOT NULL,
    key TEXT NOT NULL,
    payload BLOB NOT NULL,
    put_at REAL NOT NULL,
    due REAL NOT NULL,
    held_until REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    poisoned INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (name, function, key)
) STRICT;
CREATE INDEX IF NOT EXISTS calls_due ON calls (poisoned, due);
"""
_ENTRY = "id, name, function, key, payload, tries, put_at, poisoned, error"
_BUSY = 10.0  # seconds that another process may write


class QueueFull(Exception):  # noqa: N818  # named as the standard library names it
    """The queue holds as many calls as it may."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A call in the queue.

    Attributes:
        id: Of the entry.
        name: Of the dependency.
        function: Whose call it was.
        key: What makes two calls the same.
        payload: The arguments, as written.
        tries: Replays begun, the present one included.
        put_at: When it was queued, in seconds since 1970.
        poisoned: Whether it is set aside.
        error: Of the last replay.
    """

    id: int
    name: str
    function: str
    key: str
    payload: str | bytes
    tries: int
    put_at: float
    poisoned: bool = False
    error: str = ""


def as_json(payload: Payload) -> str:
    """Write arguments as JSON.

    Raises:
        TypeError: They would not come back as they are.

    >>> as_json((("order-1",), {"cents": 5}))
    '[["order-1"], {"cents": 5}]'
    """
    args, kwargs = list(payload[0]), dict(payload[1])
    cure = "queue calls with texts, numbers, lists and dicts, or give `dumps` and `loads`"
    try:
        text = json.dumps([args, kwargs], allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"the call cannot be kept as JSON ({error}): {cure}") from None
    if json.loads(text) != [args, kwargs]:
        raise TypeError(f"the call would come back from JSON as another one: {cure}")
    return text


def from_json(text: str | bytes) -> Payload:
    """Read what `as_json` wrote."""
    args, kwargs = json.loads(text)
    return tuple(args), kwargs


class RetryQueue:
    """A queue in a file, for any number of threads and processes of one machine.

    Args:
        path: Of the file; its folder exists.
        limit: Entries at most, those set aside included.
        tries: Replays after which an entry is set aside.
        hold: Seconds after which an entry that a replay took, and neither finished nor failed, is free again:
            longer than the longest call.
        dumps: Writes `(args, kwargs)`; JSON by default.
        loads: Reads it.
        wall: Seconds since 1970; times in the file outlive the process.

    >>> queue = RetryQueue(":memory:")
    >>> queue.put("order-1", Call("bank", "capture", ("order-1",), {}))
    >>> queue.put("order-1", Call("bank", "capture", ("order-1",), {}))
    >>> len(queue)
    1
    """

    def __init__(  # noqa: PLR0913  # all but the path have good defaults
        self,
        path: str | Path,
        *,
        limit: int = 10_000,
        tries: int = 10,
        hold: float = 300.0,
        dumps: Dumps = as_json,
        loads: Loads = from_json,
        wall: Callable[[], float] = time.time,  # noqa: TID251  # times in the file outlive the process
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
    ) -> None:
        for what, value in (("limit", limit), ("tries", tries), ("hold", hold)):
            if not value > 0:
                raise ValueError(f"{what} is {value}: write a number above 0")
        self.limit = limit
        self.tries = tries
        self.hold = hold
        self.loads = loads
        self.hooks = Hooks() if hooks is None else hooks
        self._dumps = dumps
        self._path = str(path)
        self._wall = wall
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        with self._transaction():
            pass  # a file that cannot be opened is told at the start, not at the first failure

    def put(self, key: str, call: Call) -> None:
        """Keep a call; again with the same key while it waits, or is set aside, changes nothing.

        Raises:
            QueueFull: There are `limit` entries.
            TypeError: The arguments cannot be written.
            sqlite3.Error: The file cannot be written.
        """
        payload = self._dumps((tuple(call.args), dict(call.kwargs)))
        now = self._wall()
        with self._transaction() as connection:
            known = "SELECT 1 FROM calls WHERE name = ? AND function = ? AND key = ?"
            if connection.execute(known, (call.name, call.function, key)).fetchone():
                return
            if connection.execute("SELECT count(*) FROM calls").fetchone()[0] >= self.limit:
                raise QueueFull(f"{self._path}: {self.limit} calls wait already: replay them, or raise `limit`")
            connection.execute(
                "INSERT INTO calls (name, function, key, payload, put_at, due) VALUES (?, ?, ?, CAST(? AS BLOB), ?, ?)",
                (call.name, call.function, key, payload, now, now),
            )
        self._tell(call.name, "put", key)

    def take(self, names: tuple[str, ...] | None = None) -> Entry | None:
        """Take the entry that has been due longest, for `hold` seconds.

        It counts a try, so that an entry which kills the process is set aside in the end, too.

        Args:
            names: Of dependencies; all by default.
        """
        chosen = "" if names is None else f" AND name IN ({', '.join('?' * len(names))})"
        with self._transaction() as connection:
            now = self._wall()  # not before it is our turn: else an entry just taken looks held for too long
            # A wall clock set back must not hide an entry for longer than it is held.
            rows = connection.execute(
                f"UPDATE calls SET tries = tries + 1, held_until = ? WHERE id = (SELECT id FROM calls"  # noqa: S608  # marks
                f" WHERE NOT poisoned AND due <= ? AND (held_until <= ? OR held_until > ?){chosen}"
                f" ORDER BY due, id LIMIT 1) RETURNING {_ENTRY}",
                (now + self.hold, now, now, now + self.hold, *(names or ())),
            ).fetchall()
        entry = _entry(rows[0]) if rows else None
        if entry is None or entry.tries <= self.tries:
            return entry
        self._set_aside(entry, entry.error or "its replay ended with the process")
        return self.take(names)

    def done(self, entry: Entry) -> None:
        """Delete an entry whose call was made."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM calls WHERE id = ?", (entry.id,))
        self._tell(entry.name, "replayed", entry.key)

    def failed(self, entry: Entry, error: str, delay: float) -> None:
        """Let an entry be tried again after so many seconds; after the last try it is set aside."""
        if entry.tries >= self.tries:
            self._set_aside(entry, error)
            return
        self._release(entry, error, delay, back=0)
        self._tell(entry.name, "failed", entry.key, error)

    def refused(self, entry: Entry, delay: float) -> None:
        """Let an entry be tried again; its call was not made, so the try does not count."""
        self._release(entry, entry.error, delay, back=1)

    def _release(self, entry: Entry, error: str, delay: float, *, back: int) -> None:
        with self._transaction() as connection:
            connection.execute(
                "UPDATE calls SET held_until = 0, due = ?, error = ?, tries = max(0, tries - ?) WHERE id = ?",
                (self._wall() + delay, error, back, entry.id),
            )

    def _set_aside(self, entry: Entry, error: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                "UPDATE calls SET poisoned = 1, held_until = 0, error = ?, tries = ? WHERE id = ?",
                (error, min(entry.tries, self.tries), entry.id),
            )
        self._tell(entry.name, "set aside", entry.key, error)

    def poisoned(self) -> list[Entry]:
        """List what was set aside, oldest first."""
        with self._transaction() as connection:
            rows = connection.execute(f"SELECT {_ENTRY} FROM calls WHERE poisoned ORDER BY id").fetchall()  # noqa: S608  # ours
        return [_entry(row) for row in rows]

    def revive(self, entry: Entry) -> None:
        """Let an entry that was set aside be tried anew, with all its tries."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE calls SET poisoned = 0, tries = 0, held_until = 0, due = ? WHERE id = ?",
                (self._wall(), entry.id),
            )

    def drop(self, entry: Entry) -> None:
        """Delete an entry unmade."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM calls WHERE id = ?", (entry.id,))
        self._tell(entry.name, "dropped", entry.key)

    def oldest(self) -> float | None:
        """Give the seconds that the oldest entry waits, for `health.queue_age`; None when none does."""
        with self._transaction() as connection:
            (since,) = connection.execute("SELECT min(put_at) FROM calls WHERE NOT poisoned").fetchone()
        return None if since is None else max(0.0, self._wall() - since)

    def __len__(self) -> int:
        with self._transaction() as connection:
            count: int = connection.execute("SELECT count(*) FROM calls WHERE NOT poisoned").fetchone()[0]
        return count

    def __bool__(self) -> bool:
        return True  # an empty queue is one, too

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        """Give the connection of this process: one that came over a fork would corrupt the file."""
        if self._connection is None or self._owner != os.getpid():
            connection = sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
            self._connection, self._owner = connection, os.getpid()
        return self._connection

    def _tell(self, name: str, change: str, key: str, error: str = "") -> None:
        if self.hooks.listening:
            detail: tuple[tuple[str, str | float], ...] = (("change", change), ("key", key))
            if error:
                detail = (*detail, ("error", error))
            self.hooks.tell(Event("store", name, "queue", self._clock.now(), detail))


def _entry(row: tuple[int, str, str, str, bytes, int, float, int, str]) -> Entry:
    number, name, function, key, payload, tries, put_at, poisoned, error = row
    return Entry(number, name, function, key, payload, tries, put_at, bool(poisoned), error)
