"""What others may not put into the log: what Surefoot alone says of itself."""

from collections.abc import Callable

from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.record import ActorType, Event
from surefoot.domain.evidence import ADDED
from surefoot.errors import RecordRefused

GAP = "log.spool"  # which a sender that was cut off may tell of itself
_OWN = frozenset({"audit", "operation"})  # categories
_SELF = frozenset({"surefoot", "command-line"})


def admission(catalogue: Catalogue, *, evidence: bool) -> Callable[[Event], None]:
    """Return what refuses, with a `RecordRefused`, an event that speaks for Surefoot itself.

    Args:
        catalogue: Types of events.
        evidence: Whether this sender may tell what was proved; others could make promises look kept.
    """

    def admit(event: Event) -> None:
        name = event.action.type
        known = catalogue.types.get(name)
        if name == ADDED and not evidence:
            raise RecordRefused("action.type", f"`{name}` needs a token that also has the scope `admin`")
        if known is not None and known.source != "spec" and known.category in _OWN and name != GAP:
            raise RecordRefused("action.type", f"`{name}` is recorded by Surefoot alone; declare a type of your own")
        if event.actor.type is ActorType.SYSTEM and event.actor.id in _SELF:
            raise RecordRefused("actor.id", f"`{event.actor.id}` is Surefoot itself; name the part of your system")

    return admit
