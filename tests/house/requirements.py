"""Table of the product's promises and their tests; ``python -m tests.house.requirements`` writes it."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.house.source import ROOT, name

LIST = ROOT / "docs" / "reference" / "requirements.toml"
TABLE = ROOT / "docs" / "reference" / "requirements.md"
TESTS = ROOT / "tests"
HEAD = """\
<!-- Written by `make docs` from requirements.toml and the marks of the tests; not by hand. -->
# Requirements and their tests

A promise without a test says `untested`.
"""

Chapters = Mapping[str, Mapping[str, str]]


def chapters() -> Chapters:
    """Read the committed list: chapter to id to title."""
    return tomllib.loads(LIST.read_text("utf-8"))


def marked(source: str) -> Iterator[str]:
    """Collect the ids in every ``pytest.mark.req(...)`` of a module, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="req"), args=arguments):
                for argument in arguments:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)
            case _:
                pass


def announced(transcript: str) -> list[str]:
    """Collect the ids in the ``# req: INT-4, SLO-1`` line of a transcript."""
    line = re.search(r"^# req: *(.+)$", transcript, re.MULTILINE)
    return re.split(r"[\s,]+", line[1].strip()) if line else []


def proofs() -> dict[str, list[Path]]:
    """Map each id that a test names to the files of those tests, sorted."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted([*TESTS.rglob("test_*.py"), *TESTS.glob("transcripts/*.txt")]):
        text = path.read_text("utf-8")
        for requirement in sorted(set(announced(text) if path.suffix == ".txt" else marked(text))):
            found[requirement].append(path)
    return dict(found)


def render(listed: Chapters, proved: Mapping[str, Sequence[Path]]) -> str:
    """Draw one table per chapter, with links from the table's folder to the tests."""
    lines = [HEAD]
    for chapter, rows in listed.items():
        lines += [f"## {chapter}", "", "| id | what | tests |", "|---|---|---|"]
        for requirement, title in rows.items():
            links = [
                f"[{name(path).removeprefix('tests/')}](../../{name(path)})" for path in proved.get(requirement, [])
            ]
            lines.append(f"| {requirement} | {title} | {'<br>'.join(links) or '`untested`'} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    TABLE.write_text(render(chapters(), proofs()), "utf-8")
