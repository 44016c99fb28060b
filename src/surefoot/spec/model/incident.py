"""The sections about incidents: status page, maintenance, how incidents run, periodic reviews."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.contact import ChatForm
from surefoot.spec.model.forms import (
    Clock,
    Criticality,
    Labels,
    Moment,
    Priority,
    Severity,
    Weekly,
    in_order,
    keyed,
    only_one,
    short,
    taken,
)
from surefoot.spec.model.record import (
    ChannelRef,
    EnvironmentRef,
    EscalationRef,
    HolidaysRef,
    JourneyRef,
    PersonRef,
    Record,
    RegionRef,
    ScheduleRef,
    ServiceRef,
    TeamRef,
)
from surefoot.spec.model.rotation import Weekday
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Text, Time, bad
from surefoot.spec.model.workspace import Zone

_CADENCE = re.compile(
    r"(?P<every>daily|weekly|monthly|quarterly|yearly)"
    r"(?: (?P<day>mon|tue|wed|thu|fri|sat|sun))?(?: (?P<at>[0-9]{1,2}:[0-9]{2}))?"
)


def _cadence(text: str) -> dict[str, str]:
    return taken(_CADENCE, text, "a cadence", "weekly mon 09:30", "monthly", "quarterly")


class Component(Record):
    """What users know by a name, and the service or journey behind it."""

    service: ServiceRef | None = None
    journey: JourneyRef | None = None
    description: Text = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        only_one(self, ("service", "journey"), noun="what the component stands for", example="service: checkout")
        return self


class StatusPage(Record):
    """The public page: static files in `publish`, readable when the rest is down."""

    title: Text
    url: Text | None = None
    publish: Text | None = None
    components: dict[Text, Annotated[Component, short(Component, keyed("service"), "checkout")]] = {}
    contact: Text | None = None
    email: ChannelRef | None = None
    feed: bool = True
    history: PositiveTime | None = None


class Maintenance(Record):
    """Planned work: alerts are kept, not paged. Recurring (`weekly`), or once (`from`, `until`)."""

    reason: Annotated[Text, Field(min_length=3)]
    owner: TeamRef | None = None
    services: OneOrMore[ServiceRef] = ()
    environments: OneOrMore[EnvironmentRef] = ()
    regions: OneOrMore[RegionRef] = ()
    labels: Labels = {}
    weekly: OneOrMore[Weekly] = ()
    begins: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    timezone: Zone | None = None
    status_page: bool = False
    remind: PositiveTime | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not (self.services or self.environments or self.regions or self.labels):
            raise bad(
                "the maintenance would silence everything",
                "name `services`, `environments`, `regions` or `labels`",
            )
        in_order(self.begins, self.until)
        if not self.weekly and (self.begins is None or self.until is None):
            raise bad("the maintenance has no end", "write `from` and `until`, or `weekly: sun 02:00-04:00`")
        return self


class IncidentRoles(Record):
    """Who takes a role unless somebody accepts it: a schedule, for SEV1 and SEV2."""

    commander: ScheduleRef | None = None
    technical_lead: ScheduleRef | None = None
    communications: ScheduleRef | None = None
    scribe: ScheduleRef | None = None


class Audience(Record):
    """Who hears of incidents from a severity on, and where."""

    channels: OneOrMore[ChannelRef]
    severities: OneOrMore[Severity] = ()
    template: Text | None = None


class Templates(Record):
    """Files that replace the built-in messages (INC-7)."""

    initial: Text | None = None
    update: Text | None = None
    resolution: Text | None = None
    postmortem: Text | None = None


class Incidents(Record):
    """How incidents run here; numbers stand in the policy, which `comms` and `postmortem` choose from."""

    room: Annotated[ChatForm | None, Field(description="Opened per incident; `{id}` is filled in.")] = None
    escalation: EscalationRef | None = None
    roles: IncidentRoles = IncidentRoles()
    audiences: dict[Name, Audience] = {}
    templates: Templates = Templates()
    severities: dict[Criticality, dict[Priority, Severity]] = {}
    group_by: OneOrMore[Name] = ()
    comms: Text | None = None
    postmortem: Text | None = None
    holidays: OneOrMore[HolidaysRef] = ()
    causes: OneOrMore[Name] = ()
    tracker: Annotated[Text | None, Field(description="Link to an action item; `{id}` is filled in.")] = None


class Cadence(Record):
    """How often, and when on that day."""

    every: Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
    day: Weekday | None = None
    at: Clock | None = None


CadenceForm = Annotated[Cadence, short(Cadence, _cadence, "weekly mon 09:30", "monthly", "quarterly")]


class Review(Record):
    """A review that comes round: burn rate, targets, SLI definitions, or any other subject."""

    subject: Literal["burn-rate", "targets", "sli-definitions", "postmortems", "alerts", "recovery", "access", "other"]
    every: CadenceForm
    owner: TeamRef | None = None
    people: OneOrMore[PersonRef] = ()
    services: OneOrMore[ServiceRef] = ()
    grace: Time | None = None
    description: Text = ""
