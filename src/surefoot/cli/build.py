"""Compile a spec to rules, routes, configuration and documents.

PATHS as for `check`. New and changed files are listed. Nothing is written where the spec is blocked. A file
that was edited by hand since it was built is never overwritten without --force. With --check nothing is
written: the exit status is 1 if the folder is not what would be built (for CI).
"""

import gc
import sys
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, _options, report
from surefoot.domain.intake import Decision
from surefoot.ports.folder import FolderState


@click.command(help=__doc__)
@_options.paths
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default="build",
    show_default=True,
    help="Folder.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; tell whether the folder is current.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@_options.profile
@_options.target
def build(
    paths: tuple[Path, ...], output: Path, profile: str | None, target: str | None, *, only_check: bool, force: bool
) -> None:
    gc.disable()  # as in `check`
    changes = _options.policy(profile, target)
    workspace = api.check(paths or (Path(),), today=wiring.today(), policy=changes)
    if workspace.system is None or workspace.decision is Decision.BLOCK:
        click.echo(report.render("text", workspace, style=sys.stderr.isatty()), err=True)
        click.echo("nothing was built", err=True)
        sys.exit(EXIT_NO)
    folder, artifacts = wiring.output_folder(output), api.render(workspace.system)
    if only_check:
        state = folder.compare(artifacts)
        _tell(state, output)
        sys.exit(0 if state.current else EXIT_NO)
    with folder.stage(artifacts) as staged:
        state = staged.state
        if state.edited and not force:
            for path in state.edited:
                click.echo(f"{output / path} was edited by hand", err=True)
            click.echo("nothing was written; keep the edits elsewhere, or overwrite them with --force", err=True)
            sys.exit(EXIT_NO)
        if not state.current:
            staged.commit()
    for path in sorted((*state.missing, *state.outdated, *state.edited)):
        click.echo(output / path)
    for path in state.stale:
        click.echo(f"{output / path} is no longer built: removed", err=True)
    changed = len(state.missing) + len(state.outdated) + len(state.edited)
    told = f"{changed} of {state.built} files written" if changed else f"{state.built} files, none changed"
    click.echo(f"{output}: {told}, decision {workspace.decision}", err=True)


def _tell(state: FolderState, output: Path) -> None:
    for word, found in (
        ("missing", state.missing),
        ("outdated", state.outdated),
        ("edited by hand", state.edited),
        ("no longer built", state.stale),
    ):
        for path in found:
            click.echo(f"{output / path}: {word}")


COMMAND = build
