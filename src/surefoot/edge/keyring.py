"""The keys that sign the log: ``log.key`` in use, ``log.key.1.old`` and on those before, ``log.key.next`` to come."""

import os
from pathlib import Path

from surefoot.domain.audit.note import Signer, VerifierKey
from surefoot.edge.logkey import log_key
from surefoot.edge.spoolslot import in_use
from surefoot.errors import PortError
from surefoot.ports.keyring import KeyRing

SPOOL = "spool"  # folder beside the key, in which each process that has the log open holds a place


class KeyFiles(KeyRing):
    """The files beside the key in use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def past(self) -> tuple[VerifierKey, ...]:
        """Return the keys that were replaced, oldest first."""
        return tuple(log_key(path, "").key for path in self._old() if not path.samefile(self._path))

    def coming(self, origin: str) -> Signer:
        """Return the key that shall follow; refused while another process could go on with the old one."""
        if in_use(self._path.with_name(SPOOL)) > 1:
            raise PortError(f"{self._path}: another process has this log open: stop the server, then rotate the key")
        return log_key(self._next, origin)

    def turn(self) -> None:
        """Keep the key in use under a second name, then put the coming one in its place: at no moment is there none."""
        old = self._old()
        number = _number(old[-1]) + 1 if old else 1
        try:
            if not (old and old[-1].samefile(self._path)):  # else an earlier attempt ended here
                os.link(self._path, self._path.with_name(f"{self._path.name}.{number}.old"))
            self._next.replace(self._path)
        except OSError as error:
            raise PortError(f"{self._path}: the new key cannot take its place: {error.strerror}") from error

    def _old(self) -> list[Path]:
        return sorted(self._path.parent.glob(f"{self._path.name}.*.old"), key=_number)


def _number(path: Path) -> int:
    """Return the number in a name such as ``log.key.2.old``; 0 where somebody wrote something else."""
    digits = path.name.split(".")[-2]
    return int(digits) if digits.isdecimal() else 0
