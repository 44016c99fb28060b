"""Bring the tables to the form that this version needs.

Several processes: install the new version, run `--phase pre`, replace them one after the other, then run it without
`--phase`. A single process needs it only once, without. All steps happen, or none.
"""

from typing import cast

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.ports.depot import Phase


@click.command(help=__doc__)
@click.option("--phase", type=click.Choice(["pre"]), help="Only what processes of the version before bear.")
@_accounts.database
def migrate(*, phase: str | None, place: wiring.Database) -> None:
    depot = wiring.depot(place)
    done = depot.migrate(cast("Phase", phase or "post"))
    for step in done:
        click.echo(f"{step.revision}  {step.phase:4}  {step.title}")
    click.echo(f"{depot.place}: {len(done)} steps done" if done else f"{depot.place}: nothing to do", err=True)


COMMAND = migrate
