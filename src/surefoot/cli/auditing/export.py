"""Take records out of the log, oldest first.

QUERY is as for `query`. `jsonl` puts a proof beside each record; `csv` is for spreadsheets; `ocsf` for a SIEM; `tiles`
is the whole log as static files (C2SP tlog-tiles), which `audit verify --export` and other clients verify. What is
exported is recorded first. Sealed records are read, too.
"""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.cli.auditing import _shared
from surefoot.domain.audit.exports import csv, jsonl, ocsf
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.reading import Grant
from surefoot.ports.store import Transaction
from surefoot.run.audit.asking import concealed, written
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.exporting import Prover, matching, proven, static, visible


@click.command(help=__doc__)
@click.argument("query", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv", "ocsf", "tiles"]), default="jsonl", show_default=True
)
@click.option("--to", type=click.Path(path_type=Path), required=True, help="File or, for `tiles`, folder to write.")
@_shared.purpose
@_accounts.database
@_accounts.spec
def export(
    query: tuple[str, ...], *, form: str, to: Path, purpose: str, place: wiring.Database, spec: Path | None
) -> None:
    wanted = _shared.wanted(query)
    if form == "tiles" and query:
        raise click.UsageError("tiles hold the whole log: leave the query out")
    with wiring.audit_log(place, _shared.system(spec)) as desk:
        asked = concealed(wanted, desk.subjects)
        desk.note("log.export", filter=written(asked), format=form, purpose=purpose)
        desk.catch_up()
        size = desk.store.read(lambda transaction: _export(transaction, desk, asked, form, to))
    click.echo(f"{to}: exported from {_shared.records(size)}", err=True)


def _export(transaction: Transaction, desk: Desk, wanted: Filter, form: str, to: Path) -> int:
    log, out = desk.stored(transaction), wiring.handover(to)
    prover = Prover(log, transaction.log.head(desk.name).checkpoint)
    told = _shared.progress(prover.size, "exported")
    if form == "tiles":
        out.write_all(static(log, prover.checkpoint, told))
        return prover.size
    catalogue = desk.log.means.catalogue
    found = visible(matching(log, wanted, told), Grant("command-line", "auditor"), catalogue)

    def pieces() -> Iterator[bytes]:
        match form:
            case "jsonl":
                yield from jsonl.lines(proven(found, prover))
            case "csv":
                yield from (line.encode() for line in csv.lines(event for _, event, _ in found))
            case _:
                yield from ocsf.lines((event for _, event, _ in found), catalogue, metadata.version("surefoot"))

    out.write(pieces())
    return prover.size


COMMAND = export
