"""Write the objectives of a spec in an open format.

FORMAT is `openslo`, PATHS as for `check`. What the format cannot say is told on standard error. Exit status:
0, or 1 if the spec is blocked.
"""

import sys
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, _options, report
from surefoot.domain.intake import Decision
from surefoot.finding import Finding
from surefoot.spec.openslo_write import openslo


@click.command(help=__doc__)
@click.argument("form", metavar="FORMAT", type=click.Choice(["openslo"]))
@_options.paths
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
def export(form: str, paths: tuple[Path, ...], output: Path | None, *, force: bool) -> None:
    del form  # there is one
    workspace = api.check(paths or (Path(),), today=wiring.today())
    if workspace.system is None or workspace.decision is Decision.BLOCK:
        click.echo(report.render("text", workspace, style=sys.stderr.isatty()), err=True)
        click.echo("nothing was exported", err=True)
        sys.exit(EXIT_NO)
    document, lost = openslo(workspace.system)
    _tell(lost)
    if output is None:
        click.echo(document, nl=False)
        return
    wiring.new_files(output.parent).write({output.name: document}, replace=force)
    click.echo(output)


def _tell(lost: list[Finding]) -> None:
    for finding in lost:
        click.echo(f"{finding.span}: {finding.message}", err=True)


COMMAND = export
