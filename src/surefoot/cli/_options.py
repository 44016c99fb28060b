"""Options that several verbs share."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
profile = click.option(
    "--profile", type=click.Choice(["accurate", "sloth"]), help="How rules are written; `sloth` is Sloth's own way."
)
target = click.option(
    "--target",
    metavar="prometheus=VERSION",
    callback=lambda _c, _p, value: _target(value),
    help="Version to compile for.",
)
as_json = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)

metrics = click.option(
    "--metrics",
    metavar="URL|FILE",
    multiple=True,
    help="Where samples come from: a server, or files (may be repeated).",
)
cache = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that remembers what a server had, so that it is asked once.",
)


def progress() -> Callable[[int, int], None] | None:
    """Return what shows the share that is done on one line of a terminal; None where nobody watches."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        click.echo(f"\rread {done * 100 // max(total, 1)} %", err=True, nl=done >= total)

    return show


def policy(profile: str | None, target: str | None) -> dict[str, Any]:
    """Turn options into changes of the policy."""
    changes: dict[str, Any] = {}
    if profile:
        changes["slo"] = {"profile": profile}
    if target:
        changes["prometheus"] = {"target": target}
    return changes


def _target(value: str | None) -> str | None:
    if value is None:
        return None
    match = re.fullmatch(r"prometheus=([0-9]+\.[0-9]+)", value)
    if match is None:
        raise click.BadParameter(f"`{value}`: write it such as `prometheus=2.42`")
    return match[1]
