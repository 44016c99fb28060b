"""Restore a backup FILE into an empty place.

The digest is compared first. People who were erased since the backup are erased again, by the list beside the keys,
before anybody can open the database; each log is proved whole, and the restore is recorded in it. On any failure the
place is as empty as before.
"""

from datetime import UTC, datetime
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.cli.storing import _shared
from surefoot.run.storing.restoring import Restoring, forgotten


@click.command(help=__doc__)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_accounts.database
@_accounts.spec
def restore(file: Path, *, place: wiring.Database, spec: Path | None) -> None:
    depot, erasures = wiring.depot(place), wiring.erasures(place).all()
    restoring = Restoring("main", erasures, datetime.fromtimestamp(wiring.now() / 1000, UTC))
    done = restoring.restore(depot, depot.dump(file), _shared.progress())
    if done.sizes:
        with wiring.audit_log(place, _accounts.system((spec,) if spec else ())) as desk:
            forgotten(desk.subjects, erasures)
            desk.catch_up()
    click.echo(f"{depot.place}: restored; logs: {_shared.sizes(done.sizes)}")
    click.echo(f"{len(erasures)} erasures carried out again, {done.erased} values destroyed", err=True)


COMMAND = restore
