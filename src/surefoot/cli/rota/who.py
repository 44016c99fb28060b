"""Tell who is on call.

PATHS as for `check`. Exit status: 0, or 1 if a schedule has nobody then.
"""

import sys
from pathlib import Path

import click
import orjson

from surefoot.cli import EXIT_NO, _options
from surefoot.cli.rota import _shared
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.timeline import OnCall, oncall

_HEAD = ("schedule", "role", "who", "until", "why")


@click.command(help=__doc__)
@_options.paths
@_shared.at
@_shared.schedules
@_options.as_json
def who(paths: tuple[Path, ...], at: str, only: tuple[str, ...], form: str) -> None:
    asked = _shared.asked(paths, at, only)
    found = oncall(asked.version, asked.now)
    nobody = [name for name in asked.version.plans if all(one.schedule != name for one in found)]
    if form == "json":
        click.echo(orjson.dumps(_object(asked, found, nobody), option=orjson.OPT_INDENT_2).decode())
    else:
        rows = [_row(one, asked.version) for one in found]
        rows += [(name, " and ".join(asked.version.roles(name)) or "on call", "nobody", "", "") for name in nobody]
        click.echo(_shared.table([_HEAD, *sorted(rows)]))
    if nobody:
        sys.exit(EXIT_NO)


def _row(one: OnCall, version: Version) -> tuple[str, ...]:
    until = _shared.shown(one.until, version.plans[one.schedule].zone) if one.until else "no end"
    return one.schedule, one.role, version.title(one.person), until, str(one.why)


def _object(asked: _shared.Asked, found: tuple[OnCall, ...], nobody: list[str]) -> dict[str, object]:
    return {
        "version": asked.version.id,
        "at": _shared.iso(asked.now),
        "oncall": [
            {
                "schedule": one.schedule,
                "role": one.role,
                "person": one.person,
                "until": _shared.iso(one.until) if one.until else None,
                "reason": str(one.why),
            }
            for one in found
        ],
        "nobody": nobody,
    }


COMMAND = who
