"""CSV for spreadsheets (RFC 4180), in which no cell is a formula."""

from collections.abc import Iterable, Iterator
from unicodedata import normalize

import orjson

from surefoot.domain.audit.record import Event, Json, stamp

COLUMNS = (
    "id",
    "timestamp",
    "actor_type",
    "actor_id",
    "actor_ip_address",
    "action_type",
    "action_category",
    "action_description",
    "target_type",
    "target_id",
    "outcome_status",
    "outcome_reason",
    "changes",
    "detail",
)

_FORMULA = frozenset("=+-@\t\r")


def lines(events: Iterable[Event]) -> Iterator[str]:
    """Write a head and a line for each event; ``changes`` and ``detail`` are JSON."""
    yield _line(COLUMNS)
    for event in events:
        yield _line(_cells(event))


def neutral(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, so that it is shown as text.

    Leading blanks do not protect, for some programs drop them; nor do full-width forms of the characters.
    """
    first, inked = text[:1], text.lstrip()[:1]
    return f"'{text}" if {first, normalize("NFKC", inked)} & _FORMULA else text


def _cells(event: Event) -> tuple[str, ...]:
    actor, action, target, outcome = event.actor, event.action, event.target, event.outcome
    changes: list[Json] = [
        {"field": change.field, "new_value": change.new_value, "old_value": change.old_value}
        for change in event.changes
    ]
    return (
        event.id,
        stamp(event.timestamp),
        actor.type.value,
        actor.id,
        actor.ip_address or "",
        action.type,
        action.category,
        action.description,
        target.type,
        target.id,
        outcome.status.value,
        outcome.reason,
        _json(changes),
        _json(dict(event.detail)),
    )


def _json(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if value else ""


def _line(cells: Iterable[str]) -> str:
    return ",".join('"' + neutral(cell).replace('"', '""') + '"' for cell in cells) + "\r\n"
