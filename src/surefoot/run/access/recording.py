"""Writes what somebody did, or was refused, into the audit log (AUD-6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from surefoot.domain.access.rights import Actor
from surefoot.domain.audit import record
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.record import Action, ActorType, Change, Event, Outcome, Status, Target
from surefoot.ports.audit import AuditDoor
from surefoot.ports.store import Transaction


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done.

    Attributes:
        type: Of the catalogue, such as ``user.create``.
        target: Kind and identifier of what it was done to.
        refused: Why it was not done; empty if it was.
        detail: What this type captures besides.
    """

    type: str
    target: tuple[str, str]
    refused: str = ""
    changes: tuple[Change, ...] = ()
    detail: Mapping[str, record.Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """How deeds get into the log.

    Attributes:
        catalogue: Types of events.
        new_id: Makes a random UUID.
    """

    door: AuditDoor
    catalogue: Catalogue
    new_id: Callable[[], str]

    def record(self, tx: Transaction, actor: Actor, deed: Deed) -> None:
        """Record a deed in the unit of work that does it."""
        known = self.catalogue.types[deed.type]
        status = Status.FAILURE if deed.refused else Status.SUCCESS
        who = record.Actor(ActorType(actor.kind), actor.id, actor.address or None)
        self.door.record(
            tx,
            Event(
                id=self.new_id(),
                timestamp=tx.now(),
                actor=who,
                action=Action(known.name, known.category, known.description),
                target=Target(*deed.target),
                outcome=Outcome(status, deed.refused),
                changes=deed.changes,
                detail=deed.detail,
            ),
        )
