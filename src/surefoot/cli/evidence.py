"""Show every promise with its last proof, how old that is, and what it says.

PATHS are as for `check`; promises are what `surefoot prove` can prove. Proofs come from the audit log, into which
`surefoot audit append --proofs` takes them. A proof of something that has changed since, or one older than the policy's
`audit.proof_age`, is stale. Exit status: 0; with `--strict`, 1 unless every promise is proven.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.domain.evidence import Evidence, Standing, judged
from surefoot.promql.duration import format_duration
from surefoot.prove.certificates import promises
from surefoot.run.audit.proofs import proofs

_HEAD = ("promise", "standing", "age", "measured", "bound", "why")
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@click.command(help=__doc__)
@_options.paths
@click.option("--strict", is_flag=True, help="Exit 1 unless every promise is proven.")
@_shared.purpose
@_accounts.database
@_options.as_json
def evidence(paths: tuple[Path, ...], *, strict: bool, purpose: str, place: wiring.Database, form: str) -> None:
    system = api.load(paths or (Path(),), today=wiring.today())
    with wiring.audit_log(place, system) as desk:
        logged = proofs(desk, purpose)
    found = judged(list(promises(system)), logged, _shared.now())
    if form == "json":
        click.echo(_shared.as_json([_object(one) for one in found]))
    else:
        click.echo(_shared.table([_HEAD, *map(_row, found)]) if found else "the spec promises nothing")
    _sum_up(found)
    if strict and any(one.standing is not Standing.PROVEN for one in found):
        sys.exit(EXIT_NO)


def _sum_up(found: Sequence[Evidence]) -> None:
    counts = Counter(one.standing for one in found)
    told = ", ".join(f"{counts[standing]} {standing}" for standing in Standing if counts[standing])
    click.echo(f"{len(found)} promises: {told}" if found else "0 promises", err=True)


def _row(one: Evidence) -> tuple[str, ...]:
    last = one.last.proof if one.last else None
    return (
        one.promise.id,
        one.standing,
        "-" if one.age is None else _age(one.age),
        last.measured if last else "-",
        last.bound if last else "-",
        one.reason,
    )


def _object(one: Evidence) -> dict[str, object]:
    last = one.last.proof if one.last else None
    return {
        "promise": one.promise.id,
        "standing": one.standing,
        "reason": one.reason,
        "age_seconds": None if one.age is None else int(one.age.total_seconds()),
        "index": one.last.index if one.last else None,
        "at": last.at if last else None,
        "measured": last.measured if last else None,
        "bound": last.bound if last else None,
        "how": last.how if last else None,
        "version": last.version if last else None,
        "digest": last.digest if last else None,
    }


def _age(age: timedelta) -> str:
    for unit in (_DAY, _HOUR, _MINUTE):
        if age >= unit:
            return format_duration(age // unit * unit)
    return "0s"


COMMAND = evidence
