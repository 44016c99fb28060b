"""Start a workspace: a spec that checks and builds as it is, with comments on what comes next.

DIR is the current folder unless given. It gets a surefoot.yaml, a people.yaml and a file for each service:
one with the usual objectives, or with --from those of a Sloth or OpenSLO file. Nothing is overwritten.
"""

import re
import sys
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _import_report, _starter
from surefoot.domain.migration import Migration, migrate
from surefoot.finding import Severity
from surefoot.spec.formats import all_formats
from surefoot.spec.yaml_text import write_yaml
from surefoot.workspace import ROOT, Reader

_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?\Z")
_UNNAMED = "hello"


@click.command(help=__doc__)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--service", metavar="NAME", help="The first service; the folder's name unless given.")
@click.option(
    "--from",
    "foreign",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Carry its objectives over.",
)
def init(folder: Path, service: str | None, foreign: Path | None) -> None:
    if service and foreign:
        raise click.UsageError("--service and --from exclude each other: FILE names its services")
    if service and not _NAME.match(service):
        raise click.UsageError(f"`{service}` is no name: letters, digits, `-`, `_` and `.`, at most 63")
    name = folder.resolve().name
    workspace = name if _NAME.match(name) else _UNNAMED
    files = {ROOT: _starter.root(workspace), "people.yaml": _starter.people()}
    if foreign:
        migration = _carry(foreign)
        files[ROOT] += _policy(migration)
        files |= {f"services/{each}.yaml": text for each, text in migration.services.items()}
    else:
        files[f"services/{service or workspace}.yaml"] = _starter.service(service or workspace)
    _write(folder, files)


def _carry(file: Path) -> Migration:
    """Carry a foreign file over and tell about it; the run ends where there is nothing to carry over."""
    reader = Reader()
    reader.add(file)
    for form in all_formats().values():
        documents = [document for document in reader.documents if form.matches(document.value)]
        if documents:
            migration = migrate(form, documents, owner=_starter.TEAM)
            findings = (*reader.findings, *migration.findings)
            click.echo(_import_report.render(migration, findings, reader.lines, form.name), err=True)
            if migration.services:
                return migration
            sys.exit(EXIT_NO)
    for finding in reader.findings:
        if finding.severity is Severity.ERROR:
            raise click.UsageError(f"{finding.span}: {finding.message}")
    raise click.UsageError(f"{file} is of none of the formats {', '.join(all_formats())}")


def _policy(migration: Migration) -> str:
    return f"\n# As the file says.\n{write_yaml([{'policy': dict(migration.policy)}])}" if migration.policy else ""


def _write(folder: Path, files: dict[str, str]) -> None:
    place = wiring.new_files(folder)
    there = place.present(files)
    if there:
        for path in there:
            click.echo(f"{folder / path} is there already", err=True)
        click.echo("nothing was written; name another folder, or remove what is there", err=True)
        sys.exit(EXIT_NO)
    place.write(files)
    for path in files:
        click.echo(folder / path)
    where = "" if folder == Path() else f" {folder}"
    click.echo(f"next: edit them, then `surefoot check{where}` and `surefoot build{where}`", err=True)


COMMAND = init
