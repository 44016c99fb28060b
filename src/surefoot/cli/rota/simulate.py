"""Play the schedules: what each person carries, gaps, double bookings, and who is on call while away.

PATHS as for `check`. From the beginning of a day on. Nights, weekends and holidays are counted in units of the policy's
night, of two days and of one; REST is the shortest break between two stretches on call. `surefoot check` judges
the same figures by the numbers of the policy. Exit status: 0, or 1 if nobody is on call at some time.
"""

import sys
from pathlib import Path

import click

from surefoot.calendar.wallclock import day_of, first_instant
from surefoot.cli import EXIT_NO, _options
from surefoot.cli.rota import _page, _shared, _told
from surefoot.domain.oncall.drawing import drawing
from surefoot.domain.oncall.simulation import simulate as play
from surefoot.errors import PortError


@click.command(help=__doc__)
@_options.paths
@_shared.at
@_shared.schedules
@click.option("--days", type=click.IntRange(1, 4000), help="How long; the policy's `oncall.simulate` if left out.")
@click.option("--calendar", is_flag=True, help="Show who is on call on each day.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to this file, too.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw a single schedule to this file.")
@_options.as_json
def simulate(  # noqa: PLR0913  # an option each
    paths: tuple[Path, ...],
    *,
    at: str,
    only: tuple[str, ...],
    days: int | None,
    calendar: bool,
    html: Path | None,
    svg: Path | None,
    form: str,
) -> None:
    asked = _shared.asked(paths, at, only)
    if svg is not None and len(asked.version.plans) != 1:
        raise click.UsageError("--svg draws one schedule: name it with --schedule, or write a page with --html")
    zone = next(iter(asked.version.plans.values())).zone
    start = first_instant(day_of(asked.now, zone), zone)
    found = play(asked.version, asked.numbers, start, start + _shared.days(days, asked.numbers.simulate))
    told = _told.Told(found, asked.version, asked.numbers)
    click.echo(told.as_json() if form == "json" else told.as_text(calendar=calendar))
    if html is not None:
        _write(html, _page.page(told))
    if svg is not None:
        _write(svg, drawing(next(iter(found.courses.values())), asked.version))
    if any(course.gaps for course in found.courses.values()):
        sys.exit(EXIT_NO)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, "utf-8")
    except OSError as error:
        raise PortError(f"{path} cannot be written: {error.strerror or error}") from None
    click.echo(f"wrote {path}", err=True)


COMMAND = simulate
