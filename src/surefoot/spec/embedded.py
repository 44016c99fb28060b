"""Places inside a text that YAML carries: which line and column of the file is a character of an expression."""

from collections.abc import Iterator

from surefoot.finding import Span
from surefoot.spec.source import Document, Path

_BLOCKS = frozenset("|>")


def inside(document: Document, path: Path, stretch: tuple[int, int]) -> Span:
    """Locate a stretch of a scalar, however it is written: plain, quoted, or as a block.

    Styles differ in white space and escapes alone, so the characters that are neither are counted off
    in the source.

    Args:
        document: Where it stands.
        path: Leads to the scalar.
        stretch: Offsets into its value, the end exclusive.

    Returns:
        The place, on one line: of a stretch over several, its part on the first. The whole scalar where
        source and value do not match (a value with invisible characters, say).
    """
    whole = document.span(path)
    text = str(_value(document, path))
    start, end = stretch
    if not text[start:end].strip():  # the end of the text, or white space: mark what stands before
        end = len(text[:end].rstrip())
        start = end - 1
    if end <= 0:
        return whole
    start += len(text[start:end]) - len(text[start:end].lstrip())
    first = _count(text, start)
    last = first + _count(text[start:end].rstrip(), end - start) - 1
    seen: list[tuple[int, int]] = []
    wanted = (character for character in text if not character.isspace())
    for (character, line, column), expected in zip(_source(document, whole), wanted, strict=False):
        if character != expected:
            return whole
        seen.append((line, column))
        if len(seen) > last:
            break
    if len(seen) <= last:
        return whole
    line, column = seen[first]
    end_column = next(c for row, c in reversed(seen[first : last + 1]) if row == line)
    return Span(document.file, line + 1, column + 1, line + 1, end_column + 2)


def _value(document: Document, path: Path) -> object:
    at: object = document.value
    for step in path:
        if isinstance(at, dict | list):
            at = at[step]  # type: ignore[index]  # the path was made from this value
    return at


def _count(text: str, end: int) -> int:
    return sum(not character.isspace() for character in text[:end])


def _source(document: Document, whole: Span) -> Iterator[tuple[str, int, int]]:
    """Yield the visible characters of a scalar as the value has them, each with its line and column from 0."""
    row, column = whole.line - 1, whole.column - 1
    opening = document.lines[row][column : column + 1]
    if opening in _BLOCKS:
        row, column = row + 1, 0
    elif opening in ('"', "'"):
        column += 1
    for line in range(row, len(document.lines)):
        yield from _line(document.lines[line], line, column if line == row else 0, opening)


def _line(text: str, line: int, column: int, quote: str) -> Iterator[tuple[str, int, int]]:
    while column < len(text):
        character, width = text[column], 1
        if quote == '"' and character == "\\":
            width = 2
            character = {"n": " ", "t": " ", "r": " "}.get(text[column + 1 : column + 2], text[column + 1 : column + 2])
        elif quote == "'" and text.startswith("''", column):
            width = 2
        if character.strip():
            yield character, line, column
        column += width
