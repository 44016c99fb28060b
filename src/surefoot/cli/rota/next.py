"""List the shifts that are on and those that come, with the numbers of their turns.

PATHS as for `check`. A swap in the spec names a turn by its layer and number.
"""

from datetime import timedelta
from itertools import islice
from pathlib import Path

import click
import orjson

from surefoot.cli import _options
from surefoot.cli.rota import _shared
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.timeline import Shift, shifts

_HEAD = ("schedule", "from", "until", "who", "why")
_NEAR = timedelta(days=35)


@click.command(help=__doc__)
@_options.paths
@_shared.at
@_shared.schedules
@click.option("--count", type=click.IntRange(1, 1000), default=5, show_default=True, help="Shifts of each schedule.")
@_options.as_json
def next_(paths: tuple[Path, ...], at: str, only: tuple[str, ...], count: int, form: str) -> None:
    asked = _shared.asked(paths, at, only)
    found = [shift for name in asked.version.plans for shift in _coming(asked, name, count)]
    if form == "json":
        click.echo(orjson.dumps([_object(shift) for shift in found], option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(_shared.table([_HEAD, *(_row(shift, asked.version) for shift in found)]))


def _coming(asked: _shared.Asked, name: str, count: int) -> list[Shift]:
    """Look as far ahead as it takes, up to the length of a feed."""
    reach = _NEAR
    while True:
        found = shifts(asked.version.plans[name], asked.now, asked.now + reach)
        if len(found) >= count or reach >= asked.numbers.feed:
            return list(islice(found, count))
        reach = min(2 * reach, asked.numbers.feed)


def _row(shift: Shift, version: Version) -> tuple[str, ...]:
    zone = version.plans[shift.schedule].zone
    start, end = _shared.shown(shift.start, zone), _shared.shown(shift.end, zone)
    return shift.schedule, start, end, version.title(shift.person), str(shift.why)


def _object(shift: Shift) -> dict[str, object]:
    return {
        "schedule": shift.schedule,
        "person": shift.person,
        "start": _shared.iso(shift.start),
        "end": _shared.iso(shift.end),
        "layer": shift.why.layer,
        "turn": shift.why.turn,
        "reason": str(shift.why),
    }


COMMAND = next_
