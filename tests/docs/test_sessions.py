"""What the README, the tutorials and some of the how-tos show is what happens.

A comment ``<!-- file: PATH -->`` above a block writes that block to a file. In a block ``console`` a line that
starts with ``$ `` is typed (a backslash at its end goes on), in the order of the document and in one fresh folder,
and what follows it must come out; a line ``...`` stands for any number of lines. Other blocks are not run. The folder
has the clone's examples.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, name

DOCS = ROOT / "docs"
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((DOCS / "tutorials").glob("*.md")),
    DOCS / "how-to" / "back-up-the-store.md",
    DOCS / "how-to" / "keep-an-audit-log.md",
    DOCS / "how-to" / "retain-and-erase.md",
]
BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?^```([a-z ]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MORE = "..."


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Yield what happens: a file (its path with a colon before it) and its text, or a command and its output."""
    for path, language, body in BLOCK.findall(text):
        if path:
            yield f":{path}", body
        elif language == "console":
            for typed in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = typed.partition("\n")
                while command.endswith("\\"):
                    more, _, output = output.partition("\n")
                    command = f"{command}\n{more}"
                yield command, output


def typed(command: str, folder: Path) -> str:
    environment = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TZ": "UTC",
    }
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def fits(shown: str, printed: str) -> bool:
    lines = [line.rstrip() for line in shown.rstrip().splitlines()]
    pattern = "".join(r"(?:.*\n)*" if line == MORE else f"{re.escape(line)}\n" for line in lines)
    text = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize("document", [pytest.param(path, id=name(path)) for path in DOCUMENTS])
def test_what_is_shown_is_what_happens(document: Path, tmp_path: Path, tool: Callable[[str], str]):
    text = document.read_text("utf-8")
    if "$ promtool" in text:
        tool("promtool")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for what, shown in sessions(text):
        if what.startswith(":"):
            path = tmp_path / what[1:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(shown, "utf-8")
            continue
        printed = typed(what, tmp_path)
        assert fits(shown, printed), f"{name(document)}: $ {what}\n{printed}"


def test_the_documents_show_sessions():
    assert all(any(sessions(path.read_text("utf-8"))) for path in DOCUMENTS)
