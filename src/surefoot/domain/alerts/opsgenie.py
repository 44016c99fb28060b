"""Requests of Opsgenie's alert API: whoever sent them there changes the address alone."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from surefoot.domain.alerts.reading import Body, body_of, digest, mapping, text, texts
from surefoot.domain.alerts.signal import Decoded, Door, Rejected, Signal, Status

Action: TypeAlias = Literal["close", "acknowledge", "notes"]

_STATUS = {"close": Status.RESOLVED, "acknowledge": Status.ACKNOWLEDGED, "notes": Status.NOTED}
_LABELS = ("entity", "source", "priority")


def decode_create(raw: bytes, door: Door) -> Decoded:
    """Read a new alert; without an alias it is named by a hash, so that one sent again after a 503 is the same."""
    body = body_of(raw)
    if isinstance(body, Rejected):
        return Decoded(rejected=(body,))
    message = text(body.get("message"), door.bounds)
    if not message:
        return Decoded(rejected=(Rejected("message", "is missing"),))
    annotations = {"summary": message, "description": text(body.get("description"), door.bounds)}
    signal = Signal(
        door.source,
        text(body.get("alias"), door.bounds) or digest(body),
        Status.FIRING,
        door.now,
        labels=_labels(body, door),
        annotations={name: value for name, value in annotations.items() if value},
        by=text(body.get("user"), door.bounds),
        text=text(body.get("note"), door.bounds),
    )
    return Decoded((signal,))


def decode_action(raw: bytes, action: Action, alias: str | None, door: Door) -> Decoded:
    """Read what is done about an alert.

    Args:
        raw: May be empty.
        action: The last part of the path.
        alias: The alert that the path names; None if there is none. `identifierType` is the door's to look up.
        door: Where it came in.
    """
    if alias is None:
        return Decoded(rejected=(Rejected("path", "names no alert"),))
    body = body_of(raw or b"{}")
    if isinstance(body, Rejected):
        return Decoded(rejected=(body,))
    note = text(body.get("note"), door.bounds)
    if action == "notes" and not note:
        return Decoded(rejected=(Rejected("note", "is missing"),))
    status = _STATUS[action]
    ends_at = door.now if status is Status.RESOLVED else None
    by = text(body.get("user"), door.bounds)
    return Decoded((Signal(door.source, alias, status, door.now, ends_at=ends_at, by=by, text=note),))


def _labels(body: Body, door: Door) -> dict[str, str]:
    named = {name: text(body.get(name), door.bounds) for name in _LABELS}
    team = next(_teams(body, door), "")
    tags = body.get("tags")
    listed = ",".join(text(tag, door.bounds) for tag in tags) if isinstance(tags, list) else ""
    own = {**named, "team": team, "tags": listed[: door.bounds.text]}
    return texts(body.get("details"), door.bounds) | {name: value for name, value in own.items() if value}


def _teams(body: Body, door: Door) -> Iterator[str]:
    responders = body.get("responders")
    for value in responders if isinstance(responders, list) else ():
        responder = mapping(value) or {}
        if responder.get("type") == "team":
            yield text(responder.get("name"), door.bounds)
