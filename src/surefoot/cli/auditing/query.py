"""Ask the log.

QUERY is `key=value` parts and words: actor, target, action, category, outcome, since, until, text; `*` stands for any
characters. Such as: `actor=ana action=login.* outcome=failure since=30d "wrong password"`. Newest first. People stand
there by pseudonyms; you may name them, as long as their keys are here. The question is recorded before the answer.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.domain.audit.reading import Grant
from surefoot.domain.audit.record import Event, Status, fields, stamp
from surefoot.run.audit.asking import Answer, Question, Shown, ask

_HEAD = ("index", "time", "action", "actor", "target", "outcome")
_PSEUDONYM = "subject:"
_SHORT = 8  # hex digits of a pseudonym that a table shows


@click.command(help=__doc__)
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Records of a page.")
@click.option("--after", type=click.IntRange(min=0), metavar="INDEX", help="Go on after this record.")
@click.option("--reveal", metavar="SUBJECT", help="Open the personal values of somebody, such as `ana`.")
@_shared.purpose
@_accounts.database
@_accounts.spec
@_options.as_json
def query(  # noqa: PLR0913  # an option each
    query: tuple[str, ...],
    *,
    limit: int,
    after: int | None,
    reveal: str | None,
    purpose: str,
    place: wiring.Database,
    spec: Path | None,
    form: str,
) -> None:
    if reveal and purpose == _shared.UNSTATED:
        raise click.UsageError("--reveal needs a --purpose: it stands in the log")
    question = Question(_shared.wanted(query), purpose, limit, -1 if after is None else after, reveal or "")
    with wiring.audit_log(place, _shared.system(spec)) as desk:
        answer = ask(desk, question, Grant("command-line", "auditor"))
    if form == "json":
        click.echo(_shared.as_json(_object(answer)))
    else:
        click.echo(_shared.table([_HEAD, *map(_row, answer.shown)]) if answer.shown else "no record matches")
    _tell(answer)


def _tell(answer: Answer) -> None:
    if answer.indexed < answer.size:
        click.echo(f"index at {answer.indexed} of {answer.size} records: later ones were not searched", err=True)
    if answer.sealed:
        click.echo(f"{answer.sealed} records in sealed files were not searched: `audit export` reads them", err=True)
    if answer.more:
        click.echo(f"there are more: --after {answer.last}", err=True)


def _object(answer: Answer) -> dict[str, object]:
    return {
        "indexed": answer.indexed,
        "size": answer.size,
        "sealed": answer.sealed,
        "next": answer.last if answer.more else None,
        "records": [{"index": one.index, "record": fields(one.event)} for one in answer.shown],
    }


def _row(one: Shown) -> tuple[str, ...]:
    event = one.event
    actor, target = event.actor, event.target
    return (
        str(one.index),
        stamp(event.timestamp)[:19] + "Z",
        event.action.type,
        f"{actor.type}/{_short(actor.id)}" + (f" from {_short(actor.ip_address)}" if actor.ip_address else ""),
        f"{target.type}/{_short(target.id)}",
        _outcome(event),
    )


def _outcome(event: Event) -> str:
    if event.outcome.status is Status.SUCCESS or not event.outcome.reason:
        return event.outcome.status.value
    return f"{event.outcome.status.value}: {event.outcome.reason}"


def _short(text: str) -> str:
    """Shorten a pseudonym to what a query takes in its place."""
    return f"{text[: len(_PSEUDONYM) + _SHORT]}*" if text.startswith(_PSEUDONYM) else text


COMMAND = query
