"""The keys of data subjects, in a file of their own that no backup of the store includes."""

import secrets
import sqlite3
import threading
from pathlib import Path

from surefoot.domain.audit.commitment import KEY, pseudonym
from surefoot.errors import StoreError

_TABLE = """
CREATE TABLE IF NOT EXISTS subject (
  name TEXT PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE, key BLOB NOT NULL
) STRICT
"""


class SubjectKeyFile:
    """Keys in an SQLite file for its owner alone; what is deleted there is overwritten with zeros."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA secure_delete=ON")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: the keys of data subjects cannot be opened: {error}") from error

    def key(self, subject: str) -> bytes:
        """Return the key of a subject, made when it is first asked for."""
        with self._lock:
            if (known := self._find(subject)) is not None:
                return known
            fresh = secrets.token_bytes(KEY)
            row = (subject, pseudonym(subject, fresh), fresh)
            try:
                self._database.execute("INSERT INTO subject VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING", row)
                found = self._find(subject)
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: no key could be kept: {error}") from error
            assert found is not None
            return found

    def find(self, subject: str) -> bytes | None:
        """Return the key of a subject, if there is one."""
        with self._lock:
            return self._find(subject)

    def by_pseudonym(self, name: str) -> tuple[str, bytes] | None:
        """Return whom a pseudonym stands for, and the key, if it is still there."""
        with self._lock:
            found = self._database.execute("SELECT name, key FROM subject WHERE pseudonym = ?", (name,)).fetchone()
            return (found[0], found[1]) if found else None

    def destroy(self, subject: str) -> bool:
        """Destroy a key beyond recovery; return whether there was one."""
        with self._lock:
            gone = self._database.execute("DELETE FROM subject WHERE name = ?", (subject,)).rowcount > 0
            self._database.execute("VACUUM")
            return gone

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    def _find(self, subject: str) -> bytes | None:
        found = self._database.execute("SELECT key FROM subject WHERE name = ?", (subject,)).fetchone()
        return found[0] if found else None
