"""Where a captured field stands in a record.

| captured | stands at |
|---|---|
| ``who``, ``by``, ``user`` | ``actor.id``; ``user`` at ``target.id`` where the type also captures ``by`` |
| ``ip_address`` | ``actor.ip_address`` |
| ``entity`` | ``target.type`` |
| ``id``, ``to``, ``setting`` | ``target.id`` |
| ``what`` | ``target.id``; ``detail.what`` where the type also captures ``to`` |
| ``outcome`` | ``outcome.status`` |
| ``changes`` | ``changes``, at least one |
| ``old``, ``new`` | ``changes``, as ``old_value`` and ``new_value`` |
| ``actor.…``, ``target.…``, ``outcome.…``, ``detail.…`` | there |
| any other | ``detail``, under its name |
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from surefoot.domain.audit.record import Event, Json

_CHANGES, _OLD, _NEW = "changes", "changes.old_value", "changes.new_value"
_PLACES = {
    "who": "actor.id",
    "by": "actor.id",
    "user": "actor.id",
    "ip_address": "actor.ip_address",
    "entity": "target.type",
    "id": "target.id",
    "to": "target.id",
    "setting": "target.id",
    "what": "target.id",
    "outcome": "outcome.status",
    "changes": _CHANGES,
    "old": _OLD,
    "new": _NEW,
}
_BESIDE = {("user", "by"): "target.id", ("what", "to"): "detail.what"}  # a field that another one moves
_PARTS = ("actor.", "target.", "outcome.", "detail.")


def place(field: str, capture: Collection[str]) -> str:
    """Tell where a field stands, given everything that the type captures."""
    for (moved, by), there in _BESIDE.items():
        if field == moved and by in capture:
            return there
    if field.startswith(_PARTS):
        return field
    return _PLACES.get(field, f"detail.{field}")


def missing(event: Event, where: str) -> bool:
    """Tell whether nothing stands at a place."""
    if where.startswith(_CHANGES):
        return not event.changes
    return _at(event, where) in (None, "")


def values(event: Event, field: str, where: str) -> Iterator[tuple[str, Json]]:
    """List every value that belongs to a field, each with its exact place.

    A field that is changed counts wherever a change names it: ``changes[0].new_value``.
    """
    if not where.startswith(_CHANGES):
        found = _at(event, where)
        if found is not None:
            yield where, found
    for at, change in enumerate(event.changes):
        both = where == _CHANGES or change.field == field
        if (both or where == _OLD) and change.old_value is not None:
            yield f"changes[{at}].old_value", change.old_value
        if (both or where == _NEW) and change.new_value is not None:
            yield f"changes[{at}].new_value", change.new_value


def replaced(event: Event, by: Mapping[str, str]) -> Event:
    """Put texts in the place of values.

    Args:
        event: Stays as it is.
        by: Exact place, as `values` tells it, to text.
    """
    changes = tuple(
        replace(
            change,
            old_value=by.get(f"changes[{at}].old_value", change.old_value),
            new_value=by.get(f"changes[{at}].new_value", change.new_value),
        )
        for at, change in enumerate(event.changes)
    )
    detail: Mapping[str, Json] = event.detail
    for where, text in by.items():
        if where.startswith("detail."):
            detail = _put(detail, where.removeprefix("detail."), text)
    actor, target, outcome = event.actor, event.target, event.outcome
    return replace(
        event,
        actor=replace(actor, id=by.get("actor.id", actor.id), ip_address=by.get("actor.ip_address", actor.ip_address)),
        target=replace(target, id=by.get("target.id", target.id)),
        outcome=replace(outcome, reason=by.get("outcome.reason", outcome.reason)),
        changes=changes,
        detail=detail,
    )


def _put(detail: Mapping[str, Json], name: str, text: str) -> dict[str, Json]:
    if name in detail:
        return {**detail, name: text}
    head, _, rest = name.partition(".")
    inner = detail[head]
    return {**detail, head: _put(inner, rest, text) if isinstance(inner, dict) else inner}


def _at(event: Event, where: str) -> Json:
    part, _, name = where.partition(".")
    if part == "detail":
        return _deep(event.detail, name)
    found: Json = getattr(getattr(event, part), name, None)
    return found


def _deep(found: "Json | Mapping[str, Json]", name: str) -> Json:
    """Find ``a.b`` in a mapping: under that very name, else step by step."""
    if not isinstance(found, Mapping):
        return None
    if name in found:
        return found[name]
    head, dot, rest = name.partition(".")
    return _deep(found.get(head), rest) if dot else None
