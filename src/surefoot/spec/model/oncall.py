"""The sections about who is called: people, teams, schedules, escalations, holidays, last resort."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from surefoot.spec.model.contact import ChatForm, QuietForm, ReachForm, TargetForm
from surefoot.spec.model.forms import TIME, Count, Priority, Weekly, short, taken
from surefoot.spec.model.record import (
    ChannelRef,
    EscalationRef,
    HolidaysRef,
    PersonRef,
    Record,
    ScheduleRef,
    TeamRef,
)
from surefoot.spec.model.rotation import Absence, ImportedCalendar, Layer, Override, Swap, Temporary
from surefoot.spec.model.scalars import Day, OneOrMore, PositiveTime, Seq, Text, Time, bad
from surefoot.spec.model.workspace import Zone

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_PHONE = re.compile(r"\+[1-9][0-9 ]{6,18}\Z")
_STEP = re.compile(rf"(?P<page>\S+) (?P<hold>{TIME})")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")


def _email(value: object) -> object:
    if isinstance(value, str) and not _EMAIL.match(value):
        raise bad(f"`{value}` is not an email address", "write it such as `ana@shop.example`")
    return value


def _phone(value: object) -> object:
    if not isinstance(value, str) or not _PHONE.match(value):
        raise bad(f"`{value}` is not a phone number", 'write it with the country, in quotes: `"+351 123 456 789"`')
    return value.replace(" ", "")


def _month_day(value: str) -> str:
    if not _MONTH_DAY.match(value):
        raise bad(f"`{value}` is not a day of the year", "write month and day, such as `12-25`")
    return value


def _step(text: str) -> dict[str, str]:
    return taken(_STEP, text, "a step", "primary 5m", "person:ana 10m")


def _days(value: object) -> object:
    """Let a list of days stand for days without names."""
    return {str(day): "" for day in value} if isinstance(value, list | tuple) else value


def _people(text: str) -> dict[str, list[str]]:
    return {"people": [text]}


Email = Annotated[Text, BeforeValidator(_email)]
Phone = Annotated[Text, BeforeValidator(_phone)]
MonthDay = Annotated[Text, BeforeValidator(_month_day)]


class Person(Record):
    """Somebody who can be reached.

    ``reach`` lists the ways in order; ``contact`` replaces it for a priority; ``accounts`` holds the
    person's names elsewhere, such as ``slack: U0123``.
    """

    name: Text
    email: Email | None = None
    phone: Phone | None = None
    timezone: Zone | None = None
    accounts: dict[Literal["slack", "teams", "telegram", "ntfy", "pagerduty", "github"], Text] = {}
    reach: OneOrMore[ReachForm] = ()
    contact: dict[Priority, OneOrMore[ReachForm]] = {}
    quiet: QuietForm | None = None
    holidays: OneOrMore[HolidaysRef] = ()


class Team(Record):
    """People who own services. ``default`` takes what no rule gives to anybody."""

    name: Text = ""
    description: Text = ""
    members: Seq[PersonRef] = ()
    lead: PersonRef | None = None
    manager: PersonRef | None = None
    admins: Seq[PersonRef] = ()
    viewers: Seq[PersonRef] = ()
    chat: ChatForm | None = None
    page: ChannelRef | None = None
    email: Email | None = None
    timezone: Zone | None = None
    hours: OneOrMore[Weekly] = ()
    holidays: OneOrMore[HolidaysRef] = ()
    escalation: EscalationRef | None = None
    default: bool = False


class Schedule(Record):
    """Who is on call when; applied in the order of the fields from `layers` on."""

    description: Text = ""
    team: TeamRef | None = None
    timezone: Zone | None = None
    holidays: OneOrMore[HolidaysRef] = ()
    layers: Seq[Layer] = ()
    absences: Seq[Absence] = ()
    swaps: Seq[Swap] = ()
    overrides: Seq[Override] = ()
    temporary: Seq[Temporary] = ()
    calendars: Seq[ImportedCalendar] = ()

    @model_validator(mode="after")
    def _has_layers(self) -> Self:
        if not self.layers and not self.calendars:
            raise bad("the schedule has no layers", "write `layers: [{rotate: [ana, bo], every: 1w}]`")
        return self


class Step(Record):
    """One step of an escalation: whom it pages and how long it holds before the next."""

    page: OneOrMore[TargetForm]
    hold: Time
    only: OneOrMore[Weekly] = ()
    priorities: Seq[Priority] = ()


class Escalation(Record):
    """A ladder: a profile of the policy, filled with schedules and people, or steps of its own."""

    description: Text = ""
    profile: Text | None = None
    primary: ScheduleRef | None = None
    secondary: ScheduleRef | None = None
    lead: PersonRef | None = None
    management: PersonRef | None = None
    executive: PersonRef | None = None
    steps: Seq[Annotated[Step, short(Step, _step, "primary 5m", "person:ana 10m")]] = ()
    repeats: Count | None = None
    unanswered: PositiveTime | None = None
    timezone: Zone | None = None

    @model_validator(mode="after")
    def _profile_or_steps(self) -> Self:
        if self.profile and self.steps:
            raise bad(
                "the escalation has a profile and steps",
                "keep one: a profile of the policy, or your own steps",
            )
        wanted = {target.role for step in self.steps for target in step.page if target.role}
        missing = sorted(role for role in wanted if getattr(self, role) is None)
        if missing:
            raise bad(f"a step pages `{missing[0]}`, which is not named", f"write `{missing[0]}:` beside `steps:`")
        return self


class Holidays(Record):
    """Days that are not working days: dated, every year, or from an iCalendar."""

    description: Text = ""
    days: Annotated[dict[Day, Text], BeforeValidator(_days, json_schema_input_type=dict[Day, Text] | list[Day])] = {}
    yearly: dict[MonthDay, Text] = {}
    calendar: Text | None = None
    timezone: Zone | None = None


class LastResortModel(Record):
    """Who is paged when an escalation names nobody."""

    people: OneOrMore[PersonRef] = ()
    channels: OneOrMore[ChannelRef] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.people and not self.channels:
            raise bad("the last resort names nobody", "write `last_resort: {people: [ana]}`")
        return self


LastResort = Annotated[LastResortModel, short(LastResortModel, _people, "ana")]
