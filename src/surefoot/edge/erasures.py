"""The list of erasures as a file beside the keys of data subjects, one JSON object a line."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from surefoot.domain.audit.record import moment, stamp
from surefoot.errors import PortError, RecordRefused
from surefoot.ports.erasures import Erased, ErasureList


class ErasureFile(ErasureList):
    """A file that is only appended to, readable for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, erased: Erased) -> None:
        """Append a line."""
        told = {
            "subject": erased.subject,
            "record": erased.record,
            "at": stamp(erased.at),
            "reason": erased.reason,
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab") as file:
                torn = file.tell() and not _ends_whole(self._path)
                file.write((b"\n" if torn else b"") + orjson.dumps(told) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise PortError(f"{self._path}: the erasure cannot be listed: {error.strerror}") from error

    def all(self) -> Sequence[Erased]:
        """Read the lines; one that a crash cut off was never acknowledged."""
        try:
            return list(self._read(self._path.read_bytes().split(b"\n")))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PortError(f"{self._path}: the list of erasures cannot be read: {error.strerror}") from error

    def _read(self, lines: Sequence[bytes]) -> Iterator[Erased]:
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                told = orjson.loads(line)
                yield Erased(told["subject"], told["record"], moment(told["at"]), told["reason"])
            except (ValueError, KeyError, TypeError, RecordRefused) as error:
                if line.endswith(b"}"):
                    raise PortError(f"{self._path}:{number}: this line is no erasure: mend it") from error


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
