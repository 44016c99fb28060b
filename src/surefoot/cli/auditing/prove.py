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
from surefoot.errors import PortError
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.exporting import Prover


@click.command(help=__doc__)
@click.argument("id_", metavar="ID")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@_shared.purpose
@_accounts.database
def prove(id_: str, *, output: Path | None, purpose: str, place: wiring.Database) -> None:
    with wiring.audit_log(place, None) as desk:
        desk.note("log.read", filter=f"id={id_}", purpose=purpose)
        desk.catch_up()
        index, text = desk.store.read(lambda transaction: _proof(transaction, desk, id_))
    if output is None:
        click.echo(text, nl=False)
        return
    wiring.handover(output).write([text.encode()])
    click.echo(f"{output}: record {index} is proved", err=True)


def _proof(transaction: Transaction, desk: Desk, id_: str) -> tuple[int, str]:
    log = desk.stored(transaction)
    place = transaction.log.known(desk.name, [id_]).get(id_)
    found = next((one for one in log.records(place or 0) if one.id == id_), None)
    if found is None:
        raise PortError(f"no record has the id `{id_}`; `audit query` tells ids with --format json")
    prover = Prover(log, transaction.log.head(desk.name).checkpoint)
    return found.position, prover.proof(found.position, found.body)


COMMAND = prove
