"""The ladder of an escalation: whom each step pages, how long it holds, and how often all of it is gone through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from surefoot.calendar.hours import WeeklyHours, parse_hours
from surefoot.calendar.opening import first_inside
from surefoot.spec.model.contact import Role
from surefoot.spec.model.contact import Target as TargetModel
from surefoot.spec.model.forms import Priority
from surefoot.spec.model.oncall import Escalation, LastResortModel
from surefoot.spec.model.policy_oncall import EscalationProfile, PriorityRule

Kind: TypeAlias = Literal["person", "channel", "schedule", "team"]
Means: TypeAlias = Literal["page", "call", "chat", "email"]


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Whom or what a step names. A page itself goes to a person or a channel."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


Who: TypeAlias = Callable[[Target, datetime], tuple[Target, ...]]
"""Says which people (or channels) stand behind a target at an instant; nobody is an empty tuple."""

Opens: TypeAlias = Callable[[datetime], datetime | None]
"""Says the first instant of business hours at or after an instant; None if they never come."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        page: Whom it names; nobody where an escalation leaves a role of its profile open.
        hold: How long it waits for an answer before the next step.
        only: Hours outside which it is skipped; always, if none.
        priorities: Incidents of others pass it by; all, if none.
    """

    page: tuple[Target, ...]
    hold: timedelta
    only: tuple[WeeklyHours, ...] = ()
    priorities: tuple[Priority, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps in their order.

    Attributes:
        steps: Numbered from 1 wherever they are named: 0 is somebody whom an incident was given to.
        passes: How often the steps are gone through; then the last one repeats.
        unanswered: How far apart those repeats are.
        last_resort: Who is paged when the steps name nobody.

    Raises:
        ValueError: There is no last resort: a page could be lost.
    """

    steps: tuple[Step, ...]
    passes: int
    unanswered: timedelta
    last_resort: tuple[Target, ...]

    def __post_init__(self) -> None:
        if not self.last_resort:
            raise ValueError("the escalation has no last resort: write `last_resort: {people: [ana]}`")

    @property
    def first_hold(self) -> timedelta:
        """How long the first step holds."""
        return self.steps[0].hold if self.steps else self.unanswered


@dataclass(frozen=True, slots=True)
class Rule:
    """How incidents of a priority are told (ALR-1).

    Attributes:
        means: By what; those with ``page`` or ``call`` go up the ladder at once.
        respond: The promised response; None where it is a moment with a name, such as the next business day.
        repeat: Whether the last step repeats until somebody answers.
        late: When the first step is paged about what was told by other means and is over its time.
    """

    means: tuple[Means, ...]
    respond: timedelta | None
    repeat: bool = False
    late: Literal["never", "business-hours", "always"] = "never"

    @property
    def pages(self) -> bool:
        """Tell whether people are paged at once."""
        return "page" in self.means or "call" in self.means


@dataclass(frozen=True, slots=True)
class Terms:
    """What an escalation goes by.

    Attributes:
        rules: By priority.
        lapses: How long an acknowledgement counts without progress, by priority; for good if missing.
        opens: The business hours in which a late page goes out.
    """

    ladder: Ladder
    rules: dict[Priority, Rule]
    opens: Opens
    lapses: dict[Priority, timedelta] = field(default_factory=dict)


def rules_of(priorities: dict[Priority, PriorityRule]) -> dict[Priority, Rule]:
    """Take the rules over from the policy."""
    return {
        name: Rule(rule.by, rule.respond.within, repeat=rule.repeat, late=rule.late)
        for name, rule in priorities.items()
    }


def ladder_of(escalation: Escalation, profile: EscalationProfile, last_resort: LastResortModel, zone: str) -> Ladder:
    """Fill a profile with the escalation's people, or take its own steps.

    Args:
        escalation: As the spec says it.
        profile: The one that it names, or the policy's choice; passes and repeats come from it where the
            escalation says nothing.
        last_resort: Mandatory.
        zone: IANA name for the hours of steps, where the escalation has none.
    """
    return Ladder(
        tuple(_steps(escalation, profile, escalation.timezone or zone)),
        escalation.repeats or profile.passes,
        escalation.unanswered or profile.unanswered,
        (
            *(Target("person", name) for name in last_resort.people),
            *(Target("channel", name) for name in last_resort.channels),
        ),
    )


def people_of(step: Step, who: Who, now: datetime) -> tuple[tuple[Target, ...], str]:
    """Find whom a step pages now.

    Returns:
        People and channels, each once; if there is nobody, also the reason.
    """
    if not step.page:
        return (), "names nobody"
    if step.only and first_inside(step.only, now) != now:
        return (), "is outside its hours"
    found = tuple(dict.fromkeys(person for target in step.page for person in _behind(target, who, now)))
    return found, "" if found else f"finds nobody behind {', '.join(map(str, step.page))}"


def _behind(target: Target, who: Who, now: datetime) -> tuple[Target, ...]:
    return (target,) if target.kind in {"person", "channel"} else who(target, now)


def _steps(escalation: Escalation, profile: EscalationProfile, zone: str) -> Iterator[Step]:
    for own in escalation.steps:
        page = tuple(found for target in own.page if (found := _target(target, escalation)) is not None)
        yield Step(page, own.hold, tuple(parse_hours(text, zone) for text in own.only), own.priorities)
    if not escalation.steps:
        for given in profile.steps:
            role = _role(given.page, escalation)
            yield Step((role,) if role else (), given.hold, priorities=given.priorities)


def _target(model: TargetModel, escalation: Escalation) -> Target | None:
    if model.role:
        return _role(model.role, escalation)
    if model.person:
        return Target("person", model.person)
    if model.schedule:
        return Target("schedule", model.schedule)
    return Target("team", model.team) if model.team else Target("channel", model.channel or "")


def _role(role: Role, escalation: Escalation) -> Target | None:
    name: str | None = getattr(escalation, role)
    if name is None:
        return None
    return Target("schedule" if role in {"primary", "secondary"} else "person", name)
