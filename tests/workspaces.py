"""Small workspaces for tests: YAML in, a resolved system out."""

import subprocess
from datetime import date
from pathlib import Path
from textwrap import dedent

from surefoot.api import check
from surefoot.artifact import Artifact
from surefoot.outputs import Output
from surefoot.spec.system import System

TODAY = date(2026, 1, 1)


def resolved(folder: Path, text: str) -> System:
    """Resolve a workspace of one file; only what cannot be read at all is an error here."""
    file = folder / "surefoot.yaml"
    file.write_text(dedent(text), "utf-8")
    found = check([file], today=TODAY)
    unread = [finding for finding in found.findings if finding.rule.startswith("S")]
    assert not unread, unread
    assert found.system is not None
    return found.system


def written(output: Output, system: System, folder: Path) -> list[Artifact]:
    """Render one output and write its files."""
    artifacts = list(output.render(system))
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, "utf-8")
    return artifacts


def run(*command: str | Path) -> str:
    """Run a real program that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout
