"""The output folder on disk: written beside, then swapped in, so that nobody ever reads half of it."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from surefoot.artifact import Artifact
from surefoot.errors import PortError
from surefoot.ports.folder import FolderState

MANIFEST = ".surefoot.json"


class DiskFolder:
    """A folder of built files; its manifest remembers what was written, so that edits are noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def compare(self, artifacts: Sequence[Artifact]) -> FolderState:
        """Compare the folder with what a build would write.

        Raises:
            PortError: The folder cannot be read.
        """
        written = self._manifest()
        wanted = {artifact.path: _digest(artifact.text.encode()) for artifact in artifacts}
        present = {path: self._present(path) for path in {*written, *wanted}}
        edited = {p for p, found in present.items() if found and found not in (written.get(p), wanted.get(p))}
        return FolderState(
            missing=tuple(sorted(p for p in wanted if not present[p])),
            outdated=tuple(sorted(p for p in wanted if present[p] not in ("", wanted[p]) and p not in edited)),
            edited=tuple(sorted(edited)),
            stale=tuple(sorted(p for p in written if p not in wanted and present[p] and p not in edited)),
        )

    def replace(self, artifacts: Sequence[Artifact]) -> None:
        """Write everything or nothing; files that no build made stay as they are.

        Raises:
            PortError: The folder cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{self._path.name}-", dir=self._path.parent) as room:
                fresh = Path(room, "new")
                self._fill(fresh, artifacts)
                self._swap(fresh, Path(room, "old"))
        except OSError as error:
            raise PortError(
                f"{self._path} cannot be written: {error.strerror or error}; nothing in it was changed"
            ) from error

    def _fill(self, fresh: Path, artifacts: Sequence[Artifact]) -> None:
        ours = {*self._manifest(), MANIFEST, *(artifact.path for artifact in artifacts)}
        fresh.mkdir()
        for path in sorted(self._path.rglob("*")) if self._path.is_dir() else ():
            relative = path.relative_to(self._path)
            if not path.is_dir() and relative.as_posix() not in ours:
                fresh.joinpath(relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, fresh / relative, follow_symlinks=False)
        for artifact in artifacts:
            place = fresh / artifact.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(artifact.text.encode())
        manifest = {artifact.path: _digest(artifact.text.encode()) for artifact in artifacts}
        (fresh / MANIFEST).write_text(json.dumps(manifest, indent=0, sort_keys=True) + "\n", encoding="utf-8")

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
