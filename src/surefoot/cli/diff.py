"""Show what a change of a spec does to objectives, alerts, records, routes, shifts and files.

Compares the workspace OLD with NEW (the current folder); with --git, NEW with what it was in a revision
of the repository that it lies in. An expression that means the same counts as unchanged.
"""

import gc
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.calendar.wallclock import first_instant
from surefoot.cli import EXIT_NO, _changes, _options, report
from surefoot.domain.change import Built, compare
from surefoot.domain.intake import Decision


@click.command(help=__doc__)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[OLD] [NEW]")
@click.option("--git", "revision", metavar="REV", help="Compare with this revision instead of OLD.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything changes.")
@_options.as_json
def diff(paths: tuple[Path, ...], revision: str | None, form: str, *, exit_code: bool) -> None:
    gc.disable()  # as in `check`
    old, new = _sides(paths, by_revision=revision is not None)
    after = _built(new, "the new spec")
    with wiring.history().at(revision, new) if revision is not None else nullcontext(old) as place:
        before = _built(place, "the old spec")
    found = compare(before, after, first_instant(wiring.today(), after.system.zone))
    click.echo(_changes.as_text(found) if form == "text" else _changes.as_json(found))
    if found and exit_code:
        sys.exit(EXIT_NO)


def _sides(paths: tuple[Path, ...], *, by_revision: bool) -> tuple[Path, Path]:
    """Tell old from new; with a revision, the old side is not a path."""
    if by_revision and len(paths) > 1:
        raise click.UsageError("--git stands instead of OLD: name NEW alone, or leave out --git")
    if not by_revision and len(paths) not in (1, 2):
        raise click.UsageError("name OLD, and perhaps NEW; or a revision with --git")
    new = paths[-1] if (by_revision and paths) or len(paths) == 2 else Path()  # noqa: PLR2004  # old and new
    return (new if by_revision else paths[0]), new


def _built(path: Path, what: str) -> Built:
    workspace = api.check((path,), today=wiring.today())
    if workspace.system is None or workspace.decision is Decision.BLOCK:
        click.echo(report.render("text", workspace, style=sys.stderr.isatty()), err=True)
        click.echo(f"nothing was compared: {what} is blocked", err=True)
        sys.exit(EXIT_NO)
    return Built(workspace.system, api.build(workspace.system))


COMMAND = diff
