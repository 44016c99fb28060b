"""The keys that sign the log: ``log.key`` in use, ``log.key.1.old`` and on those before, ``log.key.next`` to come."""

import os
import re
from pathlib import Path

from surefoot.domain.audit.note import Signer, VerifierKey
from surefoot.edge.logkey import log_key
from surefoot.errors import PortError
from surefoot.ports.keyring import KeyRing

_OLD = re.compile(r"\.(\d+)\.old\Z")


class KeyFiles(KeyRing):
    """The files beside the key in use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def past(self) -> tuple[VerifierKey, ...]:
        """Return the keys that were replaced, oldest first."""
        return tuple(log_key(path, "").key for _, path in self._old())

    def coming(self, origin: str) -> Signer:
        """Return the key that shall follow."""
        return log_key(self._next, origin)

    def turn(self) -> None:
        """Keep the key in use, then put the coming one in its place."""
        number = self._old()[-1][0] + 1 if self._old() else 1
        try:
            os.link(self._path, self._path.with_name(f"{self._path.name}.{number}.old"))
            self._next.replace(self._path)  # at no moment is there no key
        except OSError as error:
            raise PortError(f"{self._path}: the new key cannot take its place: {error.strerror}") from error

    def _old(self) -> list[tuple[int, Path]]:
        files = self._path.parent.glob(f"{self._path.name}.*.old")
        return sorted((int(found[1]), path) for path in files if (found := _OLD.search(path.name)))
