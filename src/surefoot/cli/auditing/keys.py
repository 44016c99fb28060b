"""Show or rotate the key that signs the log."""

import click

from surefoot import wiring
from surefoot.cli import _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.run.audit.rotating import rotate as hand_over


@click.group(help=__doc__)
def keys() -> None:
    pass


@keys.command()
@_accounts.database
@_options.as_json
def show(*, place: wiring.Database, form: str) -> None:
    """Print the public keys, oldest first; verifying needs the first one."""
    with wiring.audit_log(place, None, create=True) as desk:
        past, used = desk.ring.past(), desk.log.identity.signer.key
    if form == "json":
        click.echo(_shared.as_json({"past": [str(key) for key in past], "in_use": str(used)}))
        return
    for key in (*past, used):
        click.echo(str(key))


@keys.command()
@_accounts.database
@_options.as_json
def rotate(*, place: wiring.Database, form: str) -> None:
    """Let a new key take over; the old one signs it in the log. Stop the server first."""
    with wiring.audit_log(place, None) as desk:
        old = desk.log.identity.signer.key
        new = hand_over(desk)
    if form == "json":
        click.echo(_shared.as_json({"old": str(old), "new": str(new)}))
        return
    click.echo(str(new))
    click.echo(f"{old.id.hex()} handed the log over; keep publishing the first key: verifying starts there", err=True)


COMMAND = keys
