"""Events before they enter the log: made of facts, their personal values taken out (AUD-4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from surefoot.domain.audit import places
from surefoot.domain.audit.catalogue import EventType
from surefoot.domain.audit.commitment import COMMITMENTS, Concealed
from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Json, Outcome, Target
from surefoot.errors import RecordRefused

_NAMES = ("actor.id", "actor.ip_address", "target.id")  # of a user, personal in events of every type


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, as the sender knows it."""

    actor: Actor
    target: Target
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value of an event.

    Attributes:
        field: Its exact place, such as ``actor.id`` or ``changes[0].new_value``.
        subject: Whom it is about, as type and id: ``user/ana``.
    """

    field: str
    value: Json
    subject: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An event with its personal values; only what `concealed` returns may enter the log."""

    plain: Event
    personal: tuple[Personal, ...]

    def concealed(self, sealed: Iterable[Concealed]) -> Event:
        """Put the subject's pseudonym in the place of each personal value, and list the commitments in the detail.

        Args:
            sealed: One for each of `personal`.

        Returns:
            The event; ``detail.personal`` lists ``{field, commitment}``, by field.

        Raises:
            RecordRefused: A personal value was not sealed and would enter the log in the clear.
        """
        by_field = {one.place.field: one for one in sealed if one.place.record == self.plain.id}
        for one in self.personal:
            if one.field not in by_field:
                raise RecordRefused(one.field, "is personal and would enter the log in the clear; seal it first")
        if not self.personal:
            return self.plain
        chosen = {one.field: by_field[one.field] for one in self.personal}
        event = places.replaced(self.plain, {where: one.pseudonym for where, one in chosen.items()})
        listed: list[Json] = [{"commitment": one.commitment, "field": where} for where, one in sorted(chosen.items())]
        return replace(event, detail={**event.detail, COMMITMENTS: listed})


def build(event_type: EventType, facts: Facts, *, id: str, at: datetime) -> Draft:  # noqa: A002  # the field's name
    """Make an event of a type.

    Args:
        event_type: Gives the action's name, category and description.
        facts: Actor, target, outcome, changes and detail.
        id: A new UUID.
        at: When it happened, in UTC.

    Raises:
        RecordRefused: The detail holds ``personal``, which is the log's own.
    """
    event = Event(
        id=id,
        timestamp=at,
        actor=facts.actor,
        action=Action(event_type.name, event_type.category, event_type.description),
        target=facts.target,
        outcome=facts.outcome,
        changes=facts.changes,
        detail=facts.detail,
    )
    return draft(event_type, event)


def draft(event_type: EventType, event: Event) -> Draft:
    """Find the personal values of an event that came from outside.

    Raises:
        RecordRefused: The detail holds ``personal``, which is the log's own.
    """
    if COMMITMENTS in event.detail:
        raise RecordRefused(f"detail.{COMMITMENTS}", "is written by the log itself; name the field otherwise")
    return Draft(event, personal(event_type, event))


def personal(event_type: EventType, event: Event) -> tuple[Personal, ...]:
    """List the values of an event that its type calls personal.

    Id and address of an actor that is a ``user``, and the id of a target that is one, name a person whatever
    the type says; those of anything else never do. What stands at the actor is about
    the actor; what stands elsewhere is about the target if that is a user, else about the actor if that is
    one, else about whatever the target is.
    """
    found: dict[str, Personal] = {}
    for name in (*_NAMES, *event_type.personal):
        for where, value in places.values(event, name, event_type.place(name)):
            if not _names_no_person(event, where):
                found[where] = Personal(where, value, _subject(event, where))
    return tuple(found.values())


def _names_no_person(event: Event, where: str) -> bool:
    if where.startswith("actor."):
        return event.actor.type is not ActorType.USER
    return where == "target.id" and event.target.type != ActorType.USER.value


def _subject(event: Event, where: str) -> str:
    actor, target = f"{event.actor.type}/{event.actor.id}", f"{event.target.type}/{event.target.id}"
    if where.startswith("actor."):
        return actor
    return actor if event.target.type != ActorType.USER.value and event.actor.type is ActorType.USER else target
