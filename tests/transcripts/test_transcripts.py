"""Every transcript in this folder, played against the real command line."""

import difflib
import os
import sys
from pathlib import Path

import pytest

from tests.house.requirements import announced
from tests.transcripts.transcript import parse, play, render

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
UPDATE = "SUREFOOT_UPDATE" in os.environ
TRANSCRIPTS = [
    pytest.param(
        path,
        id=path.stem,
        marks=[pytest.mark.req(*ids)] if (ids := announced(path.read_text("utf-8"))) else [],
    )
    for path in sorted(HERE.glob("*.txt"))
]


@pytest.mark.parametrize("path", TRANSCRIPTS)
def test_the_command_line_prints_what_the_transcript_says(path: Path, tmp_path: Path):
    expected = parse(path.read_text("utf-8"))
    environment = {
        "COLUMNS": "100",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TZ": "UTC",
    }
    folder = tmp_path / "folder"
    folder.mkdir()
    actual = render(play(expected, folder, REPOSITORY, environment))
    if UPDATE and actual != render(expected):
        path.write_text(actual, "utf-8")
        return
    difference = difflib.unified_diff(
        render(expected).splitlines(),
        actual.splitlines(),
        f"{path.name} (says)",
        "command line (prints)",
        lineterm="",
    )
    assert actual == render(expected), "\n".join(["accept with `make golden`:", *difference])
