"""Files that leave the log, or come back to be verified."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from surefoot.errors import PortError
from surefoot.ports.handover import Handover


class DiskHandover(Handover):
    """A file or folder on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write the file beside its place, then move it there."""
        with self._fresh() as room, self._complaining():
            part = room / "part"
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path)

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write the folder beside its place, then move it there."""
        with self._fresh() as room, self._complaining():
            part = room / "part"
            part.mkdir(mode=0o700)
            for path, content in files:
                place = part / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            part.rename(self._path)

    def read(self, path: str = "") -> bytes | None:
        """Return what the file holds, or a file of the folder."""
        place = self._path / path if path else self._path
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise PortError(f"{place} cannot be read: {error.strerror}") from error

    def append(self, text: str) -> None:
        """Add a text at the end of the file."""
        with self._complaining(), self._path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _fresh(self) -> Iterator[Path]:
        if self._path.exists():
            raise PortError(f"{self._path} is there already; name another place")
        with self._complaining():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            room = Path(tempfile.mkdtemp(prefix=f".{self._path.name}-", dir=self._path.parent))
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PortError(f"{self._path} cannot be written: {error.strerror or error}") from error
