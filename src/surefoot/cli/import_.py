"""Carry files of Sloth or OpenSLO over to Surefoot's own format.

FORMAT is `sloth` or `openslo`, FILES are theirs. What they say goes to --output, a folder of its own, or to
standard output; the report of what was carried over, what changed and what could not be goes to standard
error, with the comparison of the rules before and after. Exit status: 0, or 1 if something was left out or
fires differently. Nothing has to be imported: a surefoot.yaml can include such files as they are.
"""

import sys
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _choice, _import_report
from surefoot.domain.migration import Migration, migrate
from surefoot.finding import Severity
from surefoot.spec.formats import Format, all_formats
from surefoot.workspace import ROOT, Reader


@click.command("import", help=__doc__)
@click.argument("form", metavar="FORMAT")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder to write.")
def import_files(form: str, files: tuple[Path, ...], output: Path | None) -> None:
    formats = all_formats()
    if form not in formats:
        raise _choice.unknown("format", form, formats, f"known: {', '.join(formats)}")
    reader = read(files, formats[form])
    migration = migrate(formats[form], reader.documents)
    findings = (*reader.findings, *migration.findings)
    click.echo(_import_report.render(migration, findings, reader.lines, formats[form].name), err=True)
    if not migration.services:
        sys.exit(EXIT_NO)
    if output is None:
        click.echo(_one_file(migration), nl=False)
    else:
        write(migration, output)
    if migration.proof.different or any(finding.severity is Severity.ERROR for finding in findings):
        sys.exit(EXIT_NO)


def read(files: tuple[Path, ...], form: Format) -> Reader:
    """Read files that must be of one format.

    Raises:
        UsageError: A document is of another one.
    """
    reader = Reader()
    for file in files:
        reader.add(file)
    for document in reader.documents:
        if not form.matches(document.value):
            found = next((name for name, other in all_formats().items() if other.matches(document.value)), None)
            is_what = f"is of the format `{found}`" if found else f"is no file of `{form.name}`"
            raise click.UsageError(f"{document.file}:{document.root.start_mark.line + 1} {is_what}")
    return reader


def write(migration: Migration, output: Path) -> None:
    """Write a workspace, unless one of its files is there already."""
    name = output.resolve().name
    files = {ROOT: migration.workspace(name if name.isidentifier() else "imported", ["services/*.yaml"])}
    files |= {f"services/{service}.yaml": text for service, text in migration.services.items()}
    folder = wiring.new_files(output)
    there = folder.present(files)
    if there:
        for path in there:
            click.echo(f"{output / path} is there already", err=True)
        click.echo("nothing was written; name another folder", err=True)
        sys.exit(EXIT_NO)
    folder.write(files)
    for path in files:
        click.echo(output / path)
    click.echo(f"next: surefoot check {output}", err=True)


def _one_file(migration: Migration) -> str:
    return "---\n".join([migration.workspace("imported", []), *migration.services.values()])


COMMAND = import_files
