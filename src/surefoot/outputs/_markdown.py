"""Markdown: tables that are readable as text, code that keeps its bars and back quotes."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from surefoot.outputs._header import header
from surefoot.spec.system import System

_RUNS = re.compile("`+")
_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def page(system: System, title: str, blocks: Iterable[str]) -> str:
    """Join blocks to a page: one blank line between them, one newline at the end."""
    note = f"<!-- {header(system, '').strip()} -->"
    return "\n\n".join([note, f"# {title}", *(block.strip("\n") for block in blocks if block)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table, its columns as wide as their widest cell."""
    cells = [[_cell(text) for text in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    lines = [_line(row, widths) for row in cells]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def code(text: str) -> str:
    """Write a piece of code within a line."""
    ticks = "`" * (max((len(run) for run in _RUNS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{' '.join(text.split())}{pad}{ticks}"


def fence(language: str, text: str) -> str:
    """Write a block of code."""
    return f"```{language}\n{text.strip()}\n```"


def bullets(items: Iterable[str]) -> str:
    """Write a list."""
    return "\n".join(f"- {item}" for item in items)


def under(text: str, indent: str = "   ") -> str:
    """Indent a block so that it belongs to the item of a list above it."""
    return "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n"))


def length(duration: timedelta) -> str:
    """Write a length for people: ``43.2 min``, ``7.2 h``, ``2 d``; below a minute in seconds."""
    for unit, size in _UNITS:
        if duration >= size:
            return f"{round(duration / size, 2):g} {unit}"
    return f"{round(duration.total_seconds(), 1):g} s"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _cell(text: str) -> str:
    """Keep a cell on one line; a bar would end it, even within code."""
    return " ".join(text.split()).replace("|", "\\|")
