"""Schedules, what changes them for a time, and the people in them: resolved, and all that is needed to tell who serves.

A `Version` is one state of them. Nothing else counts: no stored position, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from surefoot.domain.oncall.rota import Rota
from surefoot.spec.source import Origin


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody's absence, in UTC; `until` is excluded. It is reported, never applied by itself."""

    person: str
    begins: datetime
    until: datetime
    reason: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Swap:
    """A turn of a layer goes to somebody else; `back` is the turn of theirs that is given in return."""

    layer: str
    turn: int
    to: str
    back: int | None = None
    reason: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Override:
    """For a time, in UTC, somebody is added, removed, replaced (by `by`), or covers everything."""

    kind: Literal["add", "remove", "replace", "cover"]
    person: str
    begins: datetime
    until: datetime
    by: str = ""
    reason: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Temporary:
    """Other layers for a time; where they name nobody the usual rules count, unless `empty`."""

    begins: datetime
    until: datetime
    layers: tuple[Rota, ...]
    empty: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Public holidays: dates, and days of every year as (month, day)."""

    dates: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.dates or (day.month, day.day) in self.yearly

    def __or__(self, other: "DaysOff") -> "DaysOff":
        return DaysOff(self.dates | other.dates, self.yearly | other.yearly)


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule.

    Attributes:
        zone: IANA name; its wall clock counts where nothing else is named.
        team: Whose it is, if it says so.
        layers: In their order.
        days_off: Of the schedule, else of its team.
    """

    name: str
    zone: str
    team: str | None
    layers: tuple[Rota, ...]
    absences: tuple[Away, ...] = ()
    swaps: tuple[Swap, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    days_off: DaysOff = DaysOff()
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A person, as far as schedules care.

    Attributes:
        title: The full name.
        zone: The person's own; None if the spec names none.
        days_off: The person's own holidays; None if the spec names none.
        reachable: Whether there is any way to reach the person.
    """

    name: str
    title: str
    zone: str | None = None
    days_off: DaysOff | None = None
    reachable: bool = True
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Edits:
    """What was changed beside the spec, such as on a web page: pairs of a schedule and a change, oldest first."""

    absences: tuple[tuple[str, Away], ...] = ()
    swaps: tuple[tuple[str, Swap], ...] = ()
    overrides: tuple[tuple[str, Override], ...] = ()

    def apply(self, plan: Plan) -> Plan:
        """Append to a schedule's own changes those that concern it."""
        return replace(
            plan,
            absences=(*plan.absences, *(edit for name, edit in self.absences if name == plan.name)),
            swaps=(*plan.swaps, *(edit for name, edit in self.swaps if name == plan.name)),
            overrides=(*plan.overrides, *(edit for name, edit in self.overrides if name == plan.name)),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """The role that a schedule plays in an escalation: ``primary`` or ``secondary``."""

    escalation: str
    role: str
    schedule: str


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """All schedules in one state.

    Attributes:
        id: Changes whenever a schedule can; 16 hex digits.
        plans: By name.
        people: By name; those who stand in a schedule but in no section of people are missing.
        parts: Roles of the schedules.
    """

    id: str
    plans: Mapping[str, Plan]
    people: Mapping[str, Member]
    parts: tuple[Part, ...] = ()

    def title(self, person: str) -> str:
        """Return a person's full name."""
        found = self.people.get(person)
        return found.title if found else person

    def roles(self, schedule: str) -> tuple[str, ...]:
        """List the roles that a schedule plays, each once."""
        return tuple(dict.fromkeys(part.role for part in self.parts if part.schedule == schedule))

    def zone(self, person: str, plan: Plan) -> str:
        """Tell by whose clocks a person's night is one: the person's own, else the schedule's."""
        found = self.people.get(person)
        return (found.zone if found else None) or plan.zone

    def days_off(self, person: str, plan: Plan) -> DaysOff:
        """Return the holidays of a person, else of the schedule."""
        found = self.people.get(person)
        return plan.days_off if found is None or found.days_off is None else found.days_off
