"""Seal, purge and erase what retention demands; without --apply, only show it.

Records past their time at hand leave the database for sealed files; sealed files whose records are all past the time
for which they are kept are deleted, and the hash over them stays, so that the log still verifies. Values past the most
that is allowed are erased where the records must stay. The workspace's regimes, `audit.retention` and legal holds
count. What was interrupted is finished by the next call. Exit status: 0, or 1 if legal has to decide a conflict.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.run.audit.agenda import Agenda, Kind, agenda
from surefoot.run.audit.retiring import Retiring


@click.command(help=__doc__)
@click.option("--apply", is_flag=True, help="Do it.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Show what will be due on a day to come.  [default: now]",
)
@_accounts.database
@_accounts.spec
@_options.as_json
def retain(*, apply: bool, on: datetime | None, place: wiring.Database, spec: Path | None, form: str) -> None:
    if apply and on:
        raise click.UsageError("--on only shows: leave out --apply")
    system = _shared.system(spec)
    kept = wiring.retention(system)
    with wiring.audit_log(place, system) as desk:
        desk.catch_up()
        found = agenda(desk, kept.plans, kept.segment, on.replace(tzinfo=UTC) if on else _shared.now())
        if form == "json":
            click.echo(_json(found))
        else:
            _show(found)
        if apply:
            Retiring(desk, kept.tables, lambda sentence: click.echo(sentence, err=True)).carry_out(found)
        elif any(step.kind in {Kind.SEAL, Kind.PURGE, Kind.ERASE} for step in found.steps):
            click.echo("nothing was changed: --apply does it", err=True)
    if any(step.kind is Kind.DECIDE for step in found.steps):
        sys.exit(EXIT_NO)


def _show(found: Agenda) -> None:
    sealed = [one for one in found.sealed if one.purged_at is None]
    purged = sum(one.size for one in found.sealed if one.purged_at is not None)
    click.echo(
        f"{found.size} records: {found.here} in the database, {sum(one.size for one in sealed)} in "
        f"{len(sealed)} sealed files, {purged} purged"
    )
    rows = [
        (
            step.kind.value,
            f"{step.first} to {step.first + step.size - 1}",
            f"{len(step.values)} values" if step.values else f"{step.size} records",
            step.why,
        )
        for step in found.steps
    ]
    click.echo(_shared.table(rows) if rows else "nothing is due")
    for conflict in found.conflicts:
        click.echo(f"conflict: {conflict}; for legal to decide")


def _json(found: Agenda) -> str:
    steps = [
        {"do": step.kind, "first": step.first, "size": step.size, "values": len(step.values), "why": step.why}
        for step in found.steps
    ]
    segments = [
        {
            "first": one.first,
            "size": one.size,
            "root": one.root.hex(),
            "path": one.path,
            "sealed": one.sealed_at,
            "purged": one.purged_at,
        }
        for one in found.sealed
    ]
    return _shared.as_json(
        {"size": found.size, "here": found.here, "segments": segments, "due": steps, "conflicts": found.conflicts}
    )


COMMAND = retain
