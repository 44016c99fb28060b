"""What the verbs that open the database share."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO
from surefoot.spec.system import System
from surefoot.workspace import ROOT

F = TypeVar("F", bound=Callable[..., Any])

_address = click.option(
    "--database",
    metavar="FILE|URL",
    envvar="SUREFOOT_DATABASE",
    default="surefoot.db",
    show_default=True,
    show_envvar=True,
    help="SQLite file, or postgresql://user@host/database.",
)
_keys = click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SUREFOOT_KEYS",
    default="surefoot-keys",
    show_default=True,
    show_envvar=True,
    help="Folder of the keys that seal personal values in the audit log.",
)
spec = click.option(
    "--spec",
    type=click.Path(path_type=Path),
    envvar="SUREFOOT_SPEC",
    show_envvar=True,
    help="Workspace whose policy counts.  [default: the current folder, if it is one]",
)


def database(function: F) -> F:
    """Add the options that say where everything is kept; a verb takes them as one argument, ``place``."""

    @wraps(function)
    def with_place(*arguments: Any, database: str, keys: Path, **options: Any) -> Any:
        return function(*arguments, place=wiring.Database(database, keys), **options)

    return cast("F", _address(_keys(with_place)))


def system(paths: tuple[Path, ...]) -> System | None:
    """Read a workspace; None where nothing is named and the current folder is none.

    Raises:
        SpecError: It cannot be used.
    """
    if not paths and not (Path() / ROOT).exists():
        return None
    return api.load(paths or (Path(),), today=wiring.today())


def password() -> str:
    """Ask for a new password twice; without a terminal, the first line of standard input is it."""
    if sys.stdin.isatty():
        entered: str = click.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True)
        return entered
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        click.echo("surefoot: no password: write it into the first line of standard input", err=True)
        sys.exit(EXIT_NO)
    return line
