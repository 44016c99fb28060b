"""Write somebody's shifts as iCalendar, on standard output.

NAME is a person, or a team: then everybody's shifts in the team's schedules. One event for each shift, in UTC; the
same shift has the same UID whenever it is written. PATHS as for `check`.
"""

import sys
from pathlib import Path

import click

from surefoot.cli import _options
from surefoot.cli.rota import _shared
from surefoot.domain.oncall.feed import person_feed, team_feed


@click.command(help=__doc__)
@click.argument("name")
@_options.paths
@_shared.at
@click.option("--days", type=click.IntRange(1, 4000), help="How far ahead; the policy's `oncall.feed` if left out.")
def ical(name: str, paths: tuple[Path, ...], at: str, days: int | None) -> None:
    asked = _shared.asked(paths, at)
    end = asked.now + _shared.days(days, asked.numbers.feed)
    if name in asked.version.people:
        written = person_feed(asked.version, name, asked.now, end)
    elif name in asked.teams:
        written = team_feed(asked.version, name, asked.now, end)
    else:
        known = ", ".join([*asked.version.people, *sorted(asked.teams)])
        raise click.UsageError(f"there is no person or team `{name}`; there are: {known}")
    sys.stdout.buffer.write(written.encode())


COMMAND = ical
