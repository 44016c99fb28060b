"""Write a backup of everything into FILE, while the server runs.

One consistent state of all tables and the sealed files, with a digest at the end; it can be restored into SQLite and
PostgreSQL alike. Each log is proved whole before. The keys are not in it: keep the folder of keys elsewhere, or whoever
has a backup could open what was erased.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.cli.storing import _shared
from surefoot.run.storing.backing import back_up


@click.command(help=__doc__)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_accounts.database
def backup(file: Path, *, place: wiring.Database) -> None:
    depot = wiring.depot(place)
    logs, size = back_up(depot, depot.dump(file), _shared.progress())
    click.echo(f"{file}: {size} bytes; logs: {_shared.sizes(logs)}")


COMMAND = backup
