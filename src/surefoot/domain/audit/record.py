"""One audit record (AUD-2): who did what to what, how it ended and what changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

import orjson

from surefoot.errors import RecordRefused

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_E = TypeVar("_E", bound=StrEnum)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_SECONDS: Final = 26  # characters of a time before its zone
_WHOLE: Final = 27  # characters of a time with its zone
_KEYS: Final = ("id", "timestamp", "actor", "action", "target", "outcome", "changes", "detail")


class ActorType(StrEnum):
    """What kind of actor it was."""

    USER = "user"
    SYSTEM = "system"
    API_KEY = "api_key"


class Status(StrEnum):
    """How an action ended."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted; `ip_address` is None where none is known."""

    type: ActorType
    id: str
    ip_address: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What was done: `type` such as ``login``, `category` such as ``authentication``, and a sentence."""

    type: str
    category: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """To what it was done: kind and identifier of an entity."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, and why if it failed."""

    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the target before and after."""

    field: str
    old_value: Json
    new_value: Json


@dataclass(frozen=True, slots=True)
class Event:
    """One audit record without its checksum.

    Attributes:
        id: UUID in lower case with hyphens; also the key that makes sending it twice harmless.
        timestamp: When it happened, in UTC; the sender's claim.
        actor: Who.
        action: What.
        target: To what.
        outcome: How it ended.
        changes: Field by field, in the sender's order.
        detail: What this type of event adds, by name.
    """

    id: str
    timestamp: datetime
    actor: Actor
    action: Action
    target: Target
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    detail: Mapping[str, Json] = field(default_factory=dict)


def stamp(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC with six digits, the only form that the log takes.

    >>> stamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000000Z'

    Raises:
        RecordRefused: The time has no zone or another one than UTC.
    """
    written = orjson.dumps(moment, option=orjson.OPT_UTC_Z)[1:-1].decode()  # ten times as fast as isoformat
    if len(written) == _WHOLE and written[-1] == "Z":
        return written
    text = moment.isoformat(timespec="microseconds")
    if text[_SECONDS:] != "+00:00":
        raise RecordRefused("timestamp", f"{text} is not in UTC; convert it with .astimezone(UTC)")
    return text[:_SECONDS] + "Z"


def moment(text: str, path: str = "timestamp") -> datetime:
    """Read a time that `stamp` wrote.

    Raises:
        RecordRefused: Another form, or no day of the calendar.
    """
    if _STAMP.fullmatch(text) is None:
        raise RecordRefused(path, f"{text[:40]!r} must look like 2026-01-02T03:04:05.000000Z (UTC, six digits)")
    try:
        return datetime.fromisoformat(text[:_SECONDS]).replace(tzinfo=UTC)
    except ValueError as error:
        raise RecordRefused(path, f"{text!r} is no point in time: {error}") from error


def identifier(text: str) -> str:
    """Return the id of an event if it is a UUID in its usual form.

    Raises:
        RecordRefused: It is none.
    """
    if _UUID.fullmatch(text) is None:
        raise RecordRefused("id", f"{text[:40]!r} must be a UUID in lower case with hyphens")
    return text


def fields(event: Event) -> dict[str, Json]:
    """Turn an event into its JSON object; every field is there, null where empty.

    Raises:
        RecordRefused: The time is not in UTC.
    """
    head, tail = halves(event)
    return head | tail


def halves(event: Event) -> tuple[dict[str, Json], dict[str, Json]]:
    """Turn an event into its fields that sort before ``checksum``, and those that sort after.

    Raises:
        RecordRefused: The time is not in UTC.
    """
    actor, action, target, outcome = event.actor, event.action, event.target, event.outcome
    detail = event.detail
    return {
        "action": {"category": action.category, "description": action.description, "type": action.type},
        "actor": {"id": actor.id, "ip_address": actor.ip_address, "type": str(actor.type)},
        "changes": [
            {"field": change.field, "new_value": change.new_value, "old_value": change.old_value}
            for change in event.changes
        ],
    }, {
        "detail": detail if type(detail) is dict else dict(detail),
        "id": event.id,
        "outcome": {"reason": outcome.reason, "status": str(outcome.status)},
        "target": {"id": target.id, "type": target.type},
        "timestamp": stamp(event.timestamp),
    }


def from_fields(raw: Mapping[str, Json]) -> Event:
    """Turn a JSON object into an event; the inverse of `fields`.

    Raises:
        RecordRefused: A field is unknown, missing or of the wrong kind; names its path.
    """
    _only(raw, _KEYS, "")
    actor = _object(raw["actor"], ("type", "id", "ip_address"), "actor")
    action = _object(raw["action"], ("type", "category", "description"), "action")
    target = _object(raw["target"], ("type", "id"), "target")
    outcome = _object(raw["outcome"], ("status", "reason"), "outcome")
    address = actor["ip_address"]
    return Event(
        id=identifier(_text(raw["id"], "id")),
        timestamp=moment(_text(raw["timestamp"], "timestamp")),
        actor=Actor(
            _member(ActorType, actor["type"], "actor.type"),
            _text(actor["id"], "actor.id"),
            None if address is None else _text(address, "actor.ip_address"),
        ),
        action=Action(*(_text(action[key], f"action.{key}") for key in ("type", "category", "description"))),
        target=Target(_text(target["type"], "target.type"), _text(target["id"], "target.id")),
        outcome=Outcome(
            _member(Status, outcome["status"], "outcome.status"), _text(outcome["reason"], "outcome.reason")
        ),
        changes=tuple(_change(item, f"changes[{n}]") for n, item in enumerate(_list(raw["changes"], "changes"))),
        detail=_mapping(raw["detail"], "detail"),
    )


def _change(raw: Json, path: str) -> Change:
    change = _object(raw, ("field", "old_value", "new_value"), path)
    return Change(_text(change["field"], f"{path}.field"), change["old_value"], change["new_value"])


def _only(raw: Mapping[str, Json], keys: tuple[str, ...], path: str) -> None:
    prefix = f"{path}." if path else ""
    for key in raw:
        if key not in keys:
            raise RecordRefused(f"{prefix}{key}", f"unknown field; known here: {', '.join(keys)}")
    for key in keys:
        if key not in raw:
            raise RecordRefused(f"{prefix}{key}", "missing; send null or an empty value where there is none")


def _object(raw: Json, keys: tuple[str, ...], path: str) -> dict[str, Json]:
    found = _mapping(raw, path)
    _only(found, keys, path)
    return found


def _mapping(raw: Json, path: str) -> dict[str, Json]:
    if not isinstance(raw, dict):
        raise RecordRefused(path, f"must be an object, not {_kind(raw)}")
    return raw


def _list(raw: Json, path: str) -> list[Json]:
    if not isinstance(raw, list):
        raise RecordRefused(path, f"must be a list, not {_kind(raw)}")
    return raw


def _text(raw: Json, path: str) -> str:
    if not isinstance(raw, str):
        raise RecordRefused(path, f"must be a string, not {_kind(raw)}")
    return raw


def _member(kind: type[_E], raw: Json, path: str) -> _E:
    try:
        return kind(_text(raw, path))
    except ValueError:
        raise RecordRefused(path, f"{raw!r} is none of: {', '.join(kind)}") from None


def _kind(raw: object) -> str:
    return "null" if raw is None else type(raw).__name__
