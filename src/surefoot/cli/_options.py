"""Options that several verbs share."""

import re
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
