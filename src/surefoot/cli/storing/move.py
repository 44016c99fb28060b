"""Copy the database FROM one address TO another, of either kind.

Nobody can write FROM meanwhile: stop the server first. TO must be empty. The new place counts only after every log was
proved there, with the same root, and every row was counted; until then it stays empty. FROM stays as it is: keep it
until the new place has its first backup, and let nothing write to it any more.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli.storing import _shared
from surefoot.run.storing.moving import move as moved


@click.command(help=__doc__)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def move(source: str, target: str) -> None:
    old, new = (wiring.depot(wiring.Database(address, Path())) for address in (source, target))
    done = moved(old, new, _shared.progress())
    click.echo(f"{sum(done.rows.values())} rows in {len(done.rows)} tables; logs: {_shared.sizes(done.sizes)}")
    click.echo(f"from now on use {new.place}; nothing may write to {old.place} any more", err=True)


COMMAND = move
