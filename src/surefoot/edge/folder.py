"""The output folder on disk: written beside, then swapped in, so that nobody ever reads half of it."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from surefoot.artifact import Artifact
from surefoot.errors import PortError
from surefoot.ports.folder import FolderState, Staged

MANIFEST = ".surefoot.json"


class DiskFolder:
    """A folder of built files; its manifest remembers what was written, so that edits are noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def compare(self, artifacts: Iterable[Artifact]) -> FolderState:
        """Compare the folder with what a build would write, and write nothing.

        Raises:
            PortError: The folder cannot be read.
        """
        return self._state({artifact.path: _digest(artifact.text.encode()) for artifact in artifacts})

    @contextmanager
    def stage(self, artifacts: Iterable[Artifact]) -> Iterator[Staged]:
        """Write a build beside the folder; without a commit it is gone at the end.

        Raises:
            PortError: There is no room for it, or the folder cannot be read.
        """
        with self._complaining():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            room = tempfile.TemporaryDirectory(prefix=f".{self._path.name}-", dir=self._path.parent)
        with room as name:
            fresh = Path(name, "new")
            with self._complaining():
                wanted = _write(fresh, artifacts)
            yield _DiskStaged(self._state(wanted), lambda: self._commit(fresh, Path(name, "old"), frozenset(wanted)))

    def replace(self, artifacts: Iterable[Artifact]) -> None:
        """Write everything or nothing, whatever was edited.

        Raises:
            PortError: The folder cannot be written.
        """
        with self.stage(artifacts) as staged:
            staged.commit()

    def _state(self, wanted: Mapping[str, str]) -> FolderState:
        written = self._manifest()
        present = {path: self._present(path) for path in {*written, *wanted}}
        edited = {p for p, found in present.items() if found and found not in (written.get(p), wanted.get(p))}
        return FolderState(
            missing=tuple(sorted(p for p in wanted if not present[p])),
            outdated=tuple(sorted(p for p in wanted if present[p] not in ("", wanted[p]) and p not in edited)),
            edited=tuple(sorted(edited)),
            stale=tuple(sorted(p for p in written if p not in wanted and present[p] and p not in edited)),
            built=len(wanted),
        )

    def _commit(self, fresh: Path, old: Path, wanted: frozenset[str]) -> None:
        ours = {*self._manifest(), MANIFEST, *wanted}
        with self._complaining():
            for path in sorted(self._path.rglob("*")) if self._path.is_dir() else ():
                relative = path.relative_to(self._path)
                if not path.is_dir() and relative.as_posix() not in ours:
                    fresh.joinpath(relative).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, fresh / relative, follow_symlinks=False)
            self._swap(fresh, old)

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PortError(
                f"{self._path} cannot be written: {error.strerror or error}; nothing in it was changed"
            ) from error

    def _swap(self, fresh: Path, old: Path) -> None:
        if self._path.exists():
            self._path.rename(old)
        try:
            fresh.rename(self._path)
        except OSError:
            if old.exists():
                old.rename(self._path)
            raise

    def _manifest(self) -> dict[str, str]:
        try:
            loaded = json.loads((self._path / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise PortError(f"{self._path / MANIFEST} cannot be read ({error}); delete it to start afresh") from error
        return {str(path): str(digest) for path, digest in loaded.items()} if isinstance(loaded, dict) else {}

    def _present(self, path: str) -> str:
        """Return the digest of a file that is there, or nothing."""
        try:
            return _digest((self._path / path).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise PortError(f"{self._path / path} cannot be read: {error.strerror}") from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class _DiskStaged:
    state: FolderState
    commit: Callable[[], None]


def _write(fresh: Path, artifacts: Iterable[Artifact]) -> dict[str, str]:
    """Write artifacts and the manifest; return path to digest."""
    wanted = {}
    fresh.mkdir()
    for artifact in artifacts:
        data = artifact.text.encode()
        place = fresh / artifact.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        wanted[artifact.path] = _digest(data)
    (fresh / MANIFEST).write_text(json.dumps(wanted, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return wanted
