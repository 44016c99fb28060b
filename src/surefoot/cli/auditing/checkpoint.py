"""Print the newest checkpoint: size and root of the log, signed.

Kept where this machine cannot write, it shows later whether the log was cut off or rewritten: `audit verify --pin`.
Mail it, commit it elsewhere, or put it into a bucket with a lock. `--pin` adds it to a file of such pins.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.cli.auditing import _shared


@click.command(help=__doc__)
@click.option("--pin", type=click.Path(path_type=Path, dir_okay=False), help="File to add it to.")
@_accounts.database
def checkpoint(*, pin: Path | None, place: wiring.Database) -> None:
    with wiring.audit_log(place, None) as desk:
        desk.catch_up()
        head = desk.head()
    if pin is None:
        click.echo(head.checkpoint, nl=False)
        return
    wiring.handover(pin).append(head.checkpoint + "\n")
    click.echo(
        f"{pin}: pinned {_shared.records(head.edge.size)}; keep a copy where this machine cannot write", err=True
    )


COMMAND = checkpoint
