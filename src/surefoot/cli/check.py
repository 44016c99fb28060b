"""Find out whether a spec, or rule files, are enough and consistent.

PATHS are workspace folders (with a surefoot.yaml), spec files, Prometheus rule files, Sloth or OpenSLO
files; without any, the current folder. The decision is ACCEPT, CLARIFY (questions, each with the default
that is used until it is answered) or BLOCK. Exit status: 0, or 1 on BLOCK (with --strict on CLARIFY too).
"""

import gc
import sys
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, _options, report
from surefoot.domain.feedback import feedback
from surefoot.domain.intake import Decision


@click.command(help=__doc__)
@_options.paths
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option("--strict", is_flag=True, help="Exit with 1 on CLARIFY too.")
@click.option(
    "--feedback",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write one document of questions for each role that has to answer some.",
)
@_options.profile
@_options.target
def check(
    paths: tuple[Path, ...], form: str, folder: Path | None, profile: str | None, target: str | None, *, strict: bool
) -> None:
    gc.disable()  # a short run that grows a large spec: collecting finds nothing and costs a third
    changes = _options.policy(profile, target)
    workspace = api.check(paths or (Path(),), today=wiring.today(), policy=changes)
    style = form == "text" and sys.stdout.isatty()
    click.echo(report.render(form, workspace, style=style))
    if folder:
        for path in wiring.write_documents(folder, feedback(workspace.findings)):
            click.echo(f"wrote {path}", err=True)
    blocked = workspace.decision is Decision.BLOCK
    if blocked or (strict and workspace.decision is Decision.CLARIFY):
        sys.exit(EXIT_NO)


COMMAND = check
