"""Earlier states of a workspace from git: an archive of the revision, unpacked into a temporary folder."""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from surefoot.errors import PortError

_READ = frozenset((".yaml", ".yml", ".json", ".md"))  # what a workspace may include


class GitHistory:
    """Reads the repository that a workspace lies in; ``export-ignore`` in its attributes hides files."""

    @contextmanager
    def at(self, revision: str, path: Path) -> Iterator[Path]:
        """Lay out a workspace as it was in a revision; the whole repository, as ``include`` may lead anywhere in it.

        Raises:
            PortError: There is no git, no repository, no such revision, or it does not hold the path.
        """
        folder = path if path.is_dir() else path.parent
        root = Path(_git(folder, "rev-parse", "--show-toplevel"))
        commit = _commit(root, revision)
        with tempfile.TemporaryDirectory(prefix="surefoot-") as room:
            _unpack(root, commit, Path(room))
            place = Path(room, path.resolve().relative_to(root.resolve()))
            if not place.exists():
                raise PortError(f"{path} is not in revision {revision}; name a revision that holds it")
            yield place


def _commit(root: Path, revision: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except PortError as error:
        raise PortError(f"there is no revision `{revision}` in {root}; `git log --oneline` lists them") from error


def _unpack(root: Path, commit: str, room: Path) -> None:
    command = [_program(), "-C", str(root), "archive", "--format=tar", commit]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # no shell
        try:
            _extract(process.stdout, room)
        except (OSError, tarfile.TarError) as error:
            process.kill()
            raise PortError(f"git archive {commit[:12]} cannot be unpacked: {error}") from error
    if process.returncode:
        raise PortError(f"git archive {commit[:12]} failed; run it in {root} to see why")


def _extract(stream: IO[bytes] | None, room: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            place = room / member.name
            if member.issym():
                _link(place, member.linkname, room)
            elif member.isreg() and place.suffix in _READ and (content := archive.extractfile(member)):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())


def _link(place: Path, target: str, room: Path) -> None:
    """Lay out a link that stays inside; what lies outside has no history here."""
    if (place.parent / target).resolve().is_relative_to(room.resolve()):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  # the program git and no shell; a revision cannot be an option
        [_program(), "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().partition("\n")[0]
        raise PortError(f"git cannot read the history of {folder}: {said}; check the folder and the revision")
    return done.stdout.strip()


def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise PortError("git is not on PATH; install it, or compare with a copy of the old workspace")
    return found
