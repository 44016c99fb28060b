"""Append events: one by options, JSON lines from FILES or standard input, or proofs.

A line is a whole record without its checksum; an id that the log has is not taken twice, so that everything may be
sent again. The receipt says what became of it: `sequenced` with its index, `inbox` (another process will sequence
it) or `spooled` (the database is away; the next append brings it in). With `--proofs`, FILES are what
`surefoot prove` wrote. Exit status: 0, or 1 if anything was refused.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import EXIT_NO, _accounts, _options, _times
from surefoot.cli.auditing import _shared
from surefoot.domain import evidence
from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Outcome, Status, Target
from surefoot.errors import RecordRefused, StoreError, SurefootError
from surefoot.run.audit.appending import Kept, Receipt
from surefoot.run.audit.desk import Desk

_AT_ONCE = 2048  # records on their way
_Sent = tuple[str, Callable[[], "Future[Receipt]"]]  # where it stands, and what sends it


@click.command(help=__doc__)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--proofs", is_flag=True, help="FILES hold proofs.")
@click.option("--type", "kind", help="Type of the event, such as `entity.update`: appends one event by options.")
@click.option("--actor", metavar="TYPE/ID", help="Who did it: user/…, system/… or api_key/….  [default: this command]")
@click.option("--ip", help="From which address.")
@click.option("--target", metavar="TYPE/ID", help="To what it was done.")
@click.option("--failure", metavar="REASON", help="It failed, and why.")
@click.option("--change", "changes", nargs=3, multiple=True, metavar="FIELD OLD NEW", help="May be repeated.")
@click.option("--set", "details", multiple=True, metavar="NAME=VALUE", help="Further detail; may be repeated.")
@click.option("--id", "id_", metavar="UUID", help="Makes sending it twice harmless.  [default: a new one]")
@click.option("--at", metavar="TIME", help="When it happened.  [default: now]")
@_accounts.database
@_accounts.spec
@_options.as_json
def append(
    files: tuple[Path, ...], *, proofs: bool, place: wiring.Database, spec: Path | None, form: str, **one: object
) -> None:
    by_options = one.pop("kind")
    if by_options is None and any(one.values()):
        raise click.UsageError("options describe one event of a type: give --type")
    if by_options is not None and (files or proofs):
        raise click.UsageError("give either files or --type")
    if by_options is not None and one["target"] is None:
        raise click.UsageError("--type needs --target: to what it was done, such as `order/7`")
    if proofs and not files:
        raise click.UsageError("--proofs needs files: name those that `surefoot prove` wrote")
    with wiring.audit_log(place, _shared.system(spec), create=True, spooling=True) as desk:
        if by_options is not None:
            event = _event(desk, str(by_options), one)
            sent: Iterable[_Sent] = [("event", partial(desk.log.record, event))]
        else:
            sent = _proofs(desk, files) if proofs else _lines(desk, files or (Path("-"),))
        receipts, refused = _receipts(sent, form)
        if any(receipt.kept is Kept.SPOOLED for receipt in receipts):
            _why(desk)
    if form == "json":
        told = [{"id": one.id, "kept": one.kept, "index": one.index} for one in receipts]
        click.echo(_shared.as_json({"receipts": told, "refused": refused}))
    if refused:
        click.echo(f"{len(refused)} refused, {len(receipts)} taken", err=True)
        sys.exit(EXIT_NO)


def _receipts(sent: Iterable[_Sent], form: str) -> tuple[list[Receipt], list[dict[str, str]]]:
    receipts: list[Receipt] = []
    refused: list[dict[str, str]] = []
    for where, answer in _answers(sent):
        if isinstance(answer, SurefootError):
            field = answer.field if isinstance(answer, RecordRefused) else ""
            refused.append({"where": where, "field": field, "message": str(answer)})
            if form == "text":
                click.echo(f"{where}: {answer}", err=True)
            continue
        receipts.append(answer)
        if form == "text":
            index = "" if answer.index is None else f" {answer.index}"
            click.echo(f"{answer.kept}{index}  {answer.id}")
    return receipts, refused


def _answers(sent: Iterable[_Sent]) -> Iterator[tuple[str, Receipt | SurefootError]]:
    """Send records and yield what became of each, in their order; so many are on their way at once."""
    waiting: deque[tuple[str, Future[Receipt] | SurefootError]] = deque()
    for where, send in sent:
        try:
            waiting.append((where, send()))
        except SurefootError as error:
            waiting.append((where, error))
        if len(waiting) >= _AT_ONCE:
            yield _ended(*waiting.popleft())
    while waiting:
        yield _ended(*waiting.popleft())


def _ended(where: str, answer: "Future[Receipt] | SurefootError") -> tuple[str, Receipt | SurefootError]:
    if isinstance(answer, SurefootError):
        return where, answer
    try:
        return where, answer.result()
    except SurefootError as error:
        return where, error


def _lines(desk: Desk, files: Iterable[Path]) -> Iterator[_Sent]:
    for path in files:
        shown = "line" if str(path) == "-" else f"{path}"
        with click.open_file(str(path), "rb") as file:
            for number, line in enumerate(file, 1):
                if raw := line.strip():
                    yield f"{shown}:{number}", partial(desk.log.record_raw, raw)


def _proofs(desk: Desk, files: Iterable[Path]) -> Iterator[_Sent]:
    for path in files:
        try:
            proof = evidence.read(_shared.content(path))
        except SurefootError as error:
            yield str(path), partial(_fail, error)
            continue
        if proof is None:
            click.echo(f"{path}: nothing was proved there; passed over", err=True)
            continue
        event = desk.deed(evidence.ADDED, Target("promise", proof.promise), **evidence.detail(proof))
        yield str(path), partial(desk.log.record, replace(event, id=evidence.identifier(proof), timestamp=proof.at))


def _fail(error: SurefootError) -> "Future[Receipt]":
    raise error


def _event(desk: Desk, kind: str, given: dict[str, object]) -> Event:
    known = desk.log.means.catalogue.types.get(kind)
    category, description = (known.category, known.description) if known else ("", "")
    failure, changes, details = given["failure"], given["changes"], given["details"]
    assert isinstance(changes, tuple)
    assert isinstance(details, tuple)
    return Event(
        id=str(given["id_"] or desk.log.means.new_id()),
        timestamp=_moment(given["at"]),
        actor=_actor(desk, given["actor"], given["ip"]),
        action=Action(kind, category, description),
        target=Target(*_pair("--target", given["target"])),
        outcome=Outcome(Status.FAILURE, str(failure)) if failure else Outcome(Status.SUCCESS),
        changes=tuple(Change(*change) for change in changes),
        detail=dict(_detail(text) for text in details),
    )


def _actor(desk: Desk, text: object, address: object) -> Actor:
    ip = str(address) if address else None
    if text is None:
        return Actor(desk.actor.type, desk.actor.id, ip)
    kind, name = _pair("--actor", text)
    if kind not in set(ActorType):
        raise click.UsageError(f"--actor {text}: `{kind}` is none of: {', '.join(ActorType)}")
    return Actor(ActorType(kind), name, ip)


def _pair(option: str, text: object) -> tuple[str, str]:
    kind, slash, name = str(text).partition("/")
    if not (kind and slash and name):
        raise click.UsageError(f"{option} {text}: write a type and an id, such as `user/ana`")
    return kind, name


def _detail(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.UsageError(f"--set {text}: write a name and a value, such as `device=phone`")
    return name, value


def _moment(text: object) -> datetime:
    at = wiring.now() if text is None else _times.instant(str(text), wiring.now())
    return datetime.fromtimestamp(at / 1000, UTC)


def _why(desk: Desk) -> None:
    try:
        desk.head()
    except StoreError as error:
        click.echo(f"the database is away, records wait in the spool: {error}", err=True)


COMMAND = append
