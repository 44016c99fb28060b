"""Examine the database and verify every log in it.

SQLite examines its file and the references between rows; on PostgreSQL every row is read. Then each log is verified as
`surefoot audit verify` does. Exit status: 0, or 1 if anything is broken.
"""

import sys
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _accounts
from surefoot.run.storing.checking import faults, verified


@click.command(help=__doc__)
@_accounts.database
@_accounts.spec
def check(*, place: wiring.Database, spec: Path | None) -> None:
    depot = wiring.depot(place)
    found = faults(depot)
    for fault in found:
        click.echo(f"broken  {fault}")
    if not found:
        click.echo(f"sound   {depot.place}")
    with wiring.audit_log(place, _accounts.system((spec,) if spec else ())) as desk:
        desk.catch_up()
        verification = verified(desk)
    if verification is not None:
        kinds = sorted({one.kind.value for one in verification.verdicts})
        state = "intact " if verification.intact else "broken "
        click.echo(f"{state} log `{desk.name}`, {verification.size} records{': ' if kinds else ''}{', '.join(kinds)}")
    if found or (verification is not None and not verification.intact):
        sys.exit(EXIT_NO)


COMMAND = check
