"""Prove that a record is in the log, in a file that anybody verifies without it.

ID is the record's. The file is a C2SP tlog-proof with the record in its line `extra`:
`surefoot audit verify --proof FILE --key VKEY`, or any other program for that format. That the record was taken out
is recorded first.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.cli.auditing import _shared
from surefoot.domain.audit.reading import Grant
from surefoot.errors import PortError
from surefoot.run.audit import proving


@click.command(help=__doc__)
@click.argument("id_", metavar="ID")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@_shared.purpose
@_accounts.database
def prove(id_: str, *, output: Path | None, purpose: str, place: wiring.Database) -> None:
    with wiring.audit_log(place, None) as desk:
        proved = proving.prove(desk, id_, purpose, Grant("command-line", "auditor"))
    if proved is None:
        raise PortError(f"no record has the id `{id_}`; `audit query` tells ids with --format json")
    index, text = proved
    if output is None:
        click.echo(text, nl=False)
        return
    wiring.handover(output).write([text.encode()])
    click.echo(f"{output}: record {index} is proved", err=True)


COMMAND = prove
