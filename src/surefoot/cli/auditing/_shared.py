"""What the verbs of ``surefoot audit`` share."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.domain.audit.filter import Filter, parse
from surefoot.errors import PortError
from surefoot.spec.system import System

UNSTATED = "unstated"
_STEP = 20_000  # records between two signs of life

purpose = click.option(
    "--purpose", default=UNSTATED, show_default=True, help="Why it is done; stands in the record of it."
)


def system(spec: Path | None) -> System | None:
    """Read the workspace whose policy and catalogue count."""
    return _accounts.system((spec,) if spec else ())


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.fromtimestamp(wiring.now() / 1000, UTC)


def wanted(query: Sequence[str]) -> Filter:
    """Read a query from the words of the command line; one that holds blanks was quoted there.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return parse(" ".join(map(_quoted, query)), now())
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def content(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        PortError: It is not there, or cannot be read.
    """
    found = wiring.handover(path).read()
    if found is None:
        raise PortError(f"{path}: there is no such file")
    return found


def as_json(value: object) -> str:
    """Write a value as JSON for people and programs."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def records(count: int) -> str:
    """Count records in words."""
    return "1 record" if count == 1 else f"{count} records"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align rows in columns; the last column may be of any length."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def progress(size: int, what: str) -> Callable[[int], None]:
    """Return what shows how far one is, on one line of a terminal; it does nothing where nobody watches."""
    if size < _STEP or not sys.stderr.isatty():
        return lambda _: None

    def show(at: int) -> None:
        if at % _STEP == 0 or at == size - 1:
            click.echo(f"\r{what} {(at + 1) * 100 // size} %", err=True, nl=at == size - 1)

    return show


def _quoted(word: str) -> str:
    if not any(map(str.isspace, word)) or '"' in word:
        return word
    key, equals, value = word.partition("=")
    return f'{key}="{value}"' if equals and not any(map(str.isspace, key)) else f'"{word}"'
