"""Rotation of the log's key: the old key signs the new one, and the record of that stands in the log itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from surefoot.domain.audit.note import Signer, VerifierKey, parse_note, sign, verified, verifier_key
from surefoot.domain.audit.record import Action, Actor, Event, Outcome, Status, Target
from surefoot.errors import NoteError

CATEGORY: Final = "audit"
ROTATED: Final = "key.rotate"
_FIRST: Final = "surefoot.audit/rotation/v1"
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A key of the log and since when it may sign.

    Attributes:
        key: The key.
        since: Index of the record that introduced it; -1 for the first. It signs trees larger than that.
    """

    key: VerifierKey
    since: int


def rotation(event_id: str, at: datetime, actor: Actor, old: Signer, new: VerifierKey) -> Event:
    """Make the record by which the holder of the old key introduces the new one.

    Raises:
        NoteError: Both are one key.
    """
    if old.key == new:
        raise NoteError(f"rotation: {new.name} ({new.id.hex()}) is the key in use")
    note = sign(f"{_FIRST}\n{old.key}\n{new}\n", [old])
    return Event(
        id=event_id,
        timestamp=at,
        actor=actor,
        action=Action(ROTATED, CATEGORY, f"key {old.key.id.hex()} hands the log over to {new.id.hex()}"),
        target=Target("key", new.id.hex()),
        outcome=Outcome(Status.SUCCESS),
        detail={"old": str(old.key), "new": str(new), "note": str(note)},
    )


def introduced(event: Event, old: VerifierKey) -> VerifierKey:
    """Read the new key from a rotation record, if the old one signed it.

    Raises:
        NoteError: The record is no rotation, of another key, or not signed by the old key.
    """
    text = event.detail.get("note")
    if event.action.type != ROTATED or event.action.category != CATEGORY or not isinstance(text, str):
        raise NoteError(f"rotation: record {event.id} is of type {event.action.type}, not {ROTATED}")
    note = parse_note(text)
    verified(note, [old])
    lines = note.text.splitlines()
    if len(lines) != _LINES or lines[:2] != [_FIRST, str(old)]:
        raise NoteError(f"rotation: record {event.id} does not hand over from {old.name} ({old.id.hex()})")
    return verifier_key(lines[2])


def chain(first: VerifierKey, rotations: Iterable[tuple[int, Event]]) -> tuple[Link, ...]:
    """Follow the rotations from a trusted key on.

    Args:
        first: Trusted from elsewhere.
        rotations: Index and event of each rotation record, oldest first.

    Raises:
        NoteError: A rotation is not signed by the key that was in use; names its index.
    """
    links = [Link(first, -1)]
    for index, event in rotations:
        try:
            links.append(Link(introduced(event, links[-1].key), index))
        except NoteError as error:
            raise NoteError(f"record {index}: {error}") from error
    return tuple(links)
