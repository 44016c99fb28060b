"""Files of the user's own on disk: never overwritten unless that was asked for."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from surefoot.errors import PortError


class DiskFiles:
    """A folder in which files are started."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def present(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those that are there already, sorted."""
        return tuple(sorted(path for path in paths if (self._path / path).exists()))

    def write(self, files: Mapping[str, str], *, replace: bool = False) -> None:
        """Write all files or none: each is written beside its place first, and then moved there.

        Raises:
            PortError: One is there already (unless `replace`), or cannot be written.
        """
        there = () if replace else self.present(files)
        if there:
            raise PortError(f"{self._path / there[0]} is there already; nothing was written")
        waiting: list[tuple[Path, Path]] = []
        try:
            for path, text in files.items():
                place = self._path / path
                place.parent.mkdir(parents=True, exist_ok=True)
                waiting.append((_beside(place, text), place))
            while waiting:
                fresh, place = waiting[0]
                fresh.replace(place)
                waiting.pop(0)
        except OSError as error:
            raise PortError(f"{error.filename or self._path} cannot be written: {error.strerror or error}") from error
        finally:
            for fresh, _ in waiting:
                fresh.unlink(missing_ok=True)


def _beside(place: Path, text: str) -> Path:
    """Write a text into a new file in the folder where it will stand."""
    with tempfile.NamedTemporaryFile("wb", dir=place.parent, prefix=f".{place.name}-", delete=False) as file:
        file.write(text.encode())
    fresh = Path(file.name)
    fresh.chmod(0o644)
    return fresh
