"""The repository as the house guards see it."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "surefoot"


def python_files() -> list[Path]:
    """List the modules of the package, sorted."""
    return sorted(SOURCE.rglob("*.py"))


def trees() -> dict[str, ast.Module]:
    """Parse every module of the package, by its path below the repository."""
    return {name(path): ast.parse(path.read_text("utf-8")) for path in python_files()}


def name(path: Path) -> str:
    """Name a file by its path below the repository, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def committed_files() -> list[Path]:
    """List what is committed, or would be by `git add .`."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / entry for entry in sorted(set(listing.split("\0"))) if entry)
    return [path for path in paths if path.is_file()]
