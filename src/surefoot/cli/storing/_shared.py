"""What the verbs of ``surefoot store`` share."""

import sys
from collections.abc import Callable, Mapping

import click

_STEP = 10_000  # rows between two signs of life


def progress() -> Callable[[int, int], None]:
    """Return what shows how far one is, on one line of a terminal; it does nothing where nobody watches."""
    if not sys.stderr.isatty():
        return lambda _done, _total: None

    def show(done: int, total: int) -> None:
        if done % _STEP == 0 or done == total:
            part = f"{done * 100 // total} %" if total else f"{done} rows"
            click.echo(f"\r{part}", err=True, nl=done == total)

    return show


def sizes(logs: Mapping[str, int]) -> str:
    """Name logs with their sizes."""
    return ", ".join(f"`{name}` {size} records" for name, size in logs.items()) or "none"
