"""The types of events: those of AUD-1, and what the spec adds to them or changes about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal

from surefoot.domain.audit import places
from surefoot.domain.audit.record import Event
from surefoot.domain.audit.regimes import audit_numbers
from surefoot.spec.model.audit import Audit
from surefoot.spec.model.audit import EventType as Written
from surefoot.spec.system import System

Priority = Literal["critical", "high", "medium", "low"]
Source = Literal["built in", "built in, extended by the spec", "spec"]
Unavailable = Literal["spool", "block", "drop+count"]

_UNSAID: Priority = "medium"
_AWAY: Unavailable = "spool"  # loses nothing and stops nobody


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event.

    Attributes:
        name: Entity and action, such as ``login.failure``.
        capture: Fields that each event must have; `surefoot.domain.audit.places` says where.
        personal: Fields that enter the log as commitments, so that they can be erased.
        source: Who defined it.
    """

    name: str
    category: str
    priority: Priority
    capture: tuple[str, ...]
    personal: tuple[str, ...]
    description: str
    source: Source

    def place(self, field: str) -> str:
        """Tell where one of its fields stands in the record."""
        return places.place(field, self.capture)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event does not conform to its type.

    Attributes:
        field: Which field is missing or wrong.
        message: What is wrong, and what to write.
    """

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every type of event, and what each category does while the log is away."""

    types: Mapping[str, EventType]
    away: Mapping[str, Unavailable]
    about: Mapping[str, str] = field(default_factory=dict)

    def unavailable(self, category: str) -> Unavailable:
        """Tell what happens to an event of a category that cannot be written: ``spool`` where nothing is said."""
        return self.away.get(category, _AWAY)

    @property
    def categories(self) -> tuple[str, ...]:
        """Return every category, sorted."""
        return tuple(sorted({*self.away, *self.about, *(each.category for each in self.types.values())}))

    def refusals(self, event: Event) -> list[Refusal]:
        """Examine an event of any type; one that the catalogue lacks is refused, too."""
        found = self.types.get(event.action.type)
        if found is not None:
            return conform(found, event)
        near = get_close_matches(event.action.type, self.types, n=1)
        cure = f"write `{near[0]}`" if near else f"declare it: `audit: {{events: {{{event.action.type}: …}}}}`"
        return [Refusal("action.type", f"there is no type of event `{event.action.type}`; {cure}")]


def catalogue(system: System) -> Catalogue:
    """Collect the types of a workspace; a built-in type that the spec changes still captures what AUD-1 demands."""
    numbers, audit = audit_numbers(system), system.spec.one("audit", Audit) or Audit()
    types = {name: _type(name, written, "built in") for name, written in numbers.events.items()}
    for name, written in audit.events.items():
        before = types.get(name)
        types[name] = _extended(before, written) if before else _type(name, written, "spec")
    rules = audit.categories
    away = {**numbers.unavailable, **{name: rule.unavailable for name, rule in rules.items() if rule.unavailable}}
    about = {name: rule.description for name, rule in rules.items()}
    return Catalogue(dict(sorted(types.items())), away, about)


def conform(event_type: EventType, event: Event) -> list[Refusal]:
    """Examine whether an event has everything that its type captures; empty if it has."""
    refusals = []
    if event.action.category != event_type.category:
        message = (
            f"`{event_type.name}` belongs to the category `{event_type.category}`: write that at `action.category`"
        )
        refusals.append(Refusal("action.category", message))
    for name in event_type.capture:
        where = event_type.place(name)
        if places.missing(event, where):
            message = f"`{event_type.name}` must capture `{name}`: write it at `{where}`"
            refusals.append(Refusal(where, message))
    return refusals


def _type(name: str, written: Written, source: Source) -> EventType:
    priority = written.priority or _UNSAID
    return EventType(name, written.category, priority, written.capture, written.personal, written.description, source)


def _extended(before: EventType, written: Written) -> EventType:
    return replace(
        before,
        category=written.category,
        priority=written.priority or before.priority,
        capture=tuple(dict.fromkeys((*before.capture, *written.capture))),
        personal=tuple(dict.fromkeys((*before.personal, *written.personal))),
        description=written.description or before.description,
        source="built in, extended by the spec",
    )
