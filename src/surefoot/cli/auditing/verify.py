"""Verify the log: every record, the tree over them, and what was signed.

Each verdict names the first record or checkpoint that it concerns. `--pin` compares with checkpoints that were kept
elsewhere: only they show that the end was cut off, or that the key's holder rewrote it. `--export` verifies a folder of
tiles, `--proof` a proof, both without the database. Exit status: 0 for intact, purged and erased, 1 for broken.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.logreader import LogReader
from surefoot.domain.audit.note import VerifierKey, verifier_key
from surefoot.domain.audit.pins import pins as notes
from surefoot.domain.audit.proof import parse_proof, verify_proof
from surefoot.domain.audit.record import fields
from surefoot.domain.audit.verdict import Kind, Verdict, Verification, Weight
from surefoot.domain.audit.verify import verify as verify_log
from surefoot.errors import NoteError, SurefootError
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.exported import ExportedLog
from surefoot.run.audit.watched import WatchedLog

_OWN_KEY = "Whether the key is the right one: it was taken from this machine; give --key with one kept elsewhere."
_LISTED = 10  # verdicts of one kind that text shows
_WORDS = {Weight.FINE: "fine", Weight.WARNING: "warning", Weight.BROKEN: "broken"}


@click.command(help=__doc__)
@click.option("--pin", "pins", multiple=True, type=click.Path(path_type=Path), help="File of pins; may be repeated.")
@click.option("--key", metavar="VKEY", help="The log's first key, as `audit keys show` printed it.")
@click.option("--export", "folder", type=click.Path(path_type=Path, file_okay=False), help="Verify exported tiles.")
@click.option("--proof", type=click.Path(path_type=Path, dir_okay=False), help="Verify one proof; needs --key.")
@_accounts.database
@_options.as_json
def verify(  # an option each
    *,
    pins: tuple[Path, ...],
    key: str | None,
    folder: Path | None,
    proof: Path | None,
    place: wiring.Database,
    form: str,
) -> None:
    known = None if key is None else verifier_key(key)
    if (proof or folder) and known is None:
        raise click.UsageError("away from the database the key must be given: --key VKEY")
    if proof and known:
        _of_proof(_shared.content(proof).decode("utf-8", "replace"), known, form)
        return
    pinned = [note for path in pins for note in notes(_shared.content(path).decode("utf-8", "replace"), str(path))]
    if folder and known:
        exported = ExportedLog(wiring.handover(folder).read, pinned)
        origin, found = known.name, verify_log(_watched(exported, exported.size), known, known.name)
    else:
        with wiring.audit_log(place, None) as desk:
            first = known or desk.key
            origin, found = first.name, _of_store(desk, first, pinned)
    cannot = (*found.cannot_know, *(() if known else (_OWN_KEY,)))
    click.echo(_json(origin, found, cannot) if form == "json" else _text(origin, found, cannot))
    if not found.intact:
        sys.exit(EXIT_NO)


def _of_store(desk: Desk, first: VerifierKey, pinned: Sequence[str]) -> Verification:
    try:
        desk.catch_up()
    except SurefootError as error:
        click.echo(f"the index does not catch up: {error}", err=True)

    def work(transaction: Transaction) -> Verification:
        size = transaction.log.size(desk.name)
        return verify_log(_watched(desk.stored(transaction, pinned, verifying=True), size), first, first.name)

    return desk.store.read(work)


def _watched(log: LogReader, size: int) -> LogReader:
    return WatchedLog(log, _shared.progress(size, "verified"))


def _of_proof(text: str, key: VerifierKey, form: str) -> None:
    proof = parse_proof(text)
    if not proof.extra:
        raise NoteError("the proof holds no record: `audit prove` writes it into the line `extra`")
    found = verify_proof(proof.extra, proof, [key])
    if form == "json":
        told = {"origin": found.origin, "index": found.index, "size": found.size, "root": found.root.hex()}
        click.echo(_shared.as_json({**told, "record": fields(opened(proof.extra))}))
        return
    event = opened(proof.extra)
    click.echo(f"record {found.index} of {found.size} in {found.origin}, signed by {key.id.hex()}")
    click.echo(f"{event.action.type} {event.target.type}/{event.target.id} {event.id}")


def _text(origin: str, found: Verification, cannot: Sequence[str]) -> str:
    return "\n".join(_lines(origin, found, cannot))


def _lines(origin: str, found: Verification, cannot: Sequence[str]) -> Iterator[str]:
    yield f"{origin}: {_shared.records(found.size)}, {'intact' if found.intact else 'BROKEN'}"
    counts: Counter[Kind] = Counter()
    shown = []
    for one in found.verdicts:
        counts[one.kind] += 1
        if counts[one.kind] <= _LISTED:
            shown.append(_row(one))
    if shown:
        yield from _shared.table(shown).split("\n")
    for kind, count in counts.items():
        if count > _LISTED:
            yield f"- {count - _LISTED} more verdicts `{kind}`; --format json lists them."
    yield "not known:"
    yield from (f"- {sentence}" for sentence in cannot)


def _row(one: Verdict) -> tuple[str, ...]:
    where = one.checkpoint or ("" if one.index is None else f"record {one.index}")
    return (_WORDS[one.kind.weight], one.kind.value, where, one.message)


def _json(origin: str, found: Verification, cannot: Sequence[str]) -> str:
    verdicts = [
        {
            "verdict": one.kind,
            "weight": _WORDS[one.kind.weight],
            "index": one.index,
            "checkpoint": one.checkpoint,
            "message": one.message,
        }
        for one in found.verdicts
    ]
    return _shared.as_json(
        {"origin": origin, "size": found.size, "intact": found.intact, "verdicts": verdicts, "not_known": cannot}
    )


COMMAND = verify
