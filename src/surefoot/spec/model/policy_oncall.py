"""The default numbers of escalation, incidents, paging and schedules."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.contact import Role
from surefoot.spec.model.forms import Count, Priority, Severity, Weekly, only_one, short
from surefoot.spec.model.record import Record
from surefoot.spec.model.rotation import EveryForm, HandoverForm
from surefoot.spec.model.scalars import Percent, PositiveTime, Seq, Text, Time

Means = Literal["page", "call", "chat", "email"]
Moments = Literal["next-business-day", "at-resolution", "release-notes"]
Ratio = Annotated[float, Field(ge=1)]


def _deadline(text: str) -> dict[str, str]:
    return {"at": text} if "-" in text else {"within": text}


class Deadline(Record):
    """By when: a time from the start, or a moment with a name."""

    within: PositiveTime | None = None
    at: Moments | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        only_one(self, ("within", "at"), noun="the deadline", example="30m")
        return self


DeadlineForm = Annotated[Deadline, short(Deadline, _deadline, "30m", "next-business-day")]


class ProfileStep(Record):
    """A step of a profile: the role it pages, how long it holds, for which priorities (all if none)."""

    page: Role
    hold: PositiveTime
    priorities: Seq[Priority] = ()


class EscalationProfile(Record):
    """A ladder of roles; after the passes the last step repeats."""

    steps: Seq[ProfileStep]
    passes: Count
    unanswered: PositiveTime


class PriorityRule(Record):
    """How fast and by what means a priority is answered (ALR-1)."""

    respond: DeadlineForm
    by: Seq[Means]
    repeat: bool = False
    late: Literal["never", "business-hours", "always"] = "never"


class SeverityRule(Record):
    """What a severity means and demands (INC-1)."""

    meaning: Text
    respond: DeadlineForm
    update: DeadlineForm
    postmortem: Literal["required", "optional", "not-required"]
    postmortem_due: PositiveTime | None = None


class CommsProfile(Record):
    """Times of public updates where they replace those of the severity (INC-7)."""

    notice: PositiveTime | None = None
    scope: PositiveTime | None = None
    update: PositiveTime | None = None


class CommsClock(Record):
    """Shares of the time until an update, and the share of updates that must be on time."""

    remind: Percent
    breach: Percent
    objective: Percent


class PostmortemProfile(Record):
    """When the meeting is: within a time, or days counted on the calendar or in business days."""

    meeting: PositiveTime | None = None
    meeting_days: Count | None = None
    meeting_business_days: Count | None = None


class PostmortemWork(Record):
    """How often open actions are called to mind, and how long a manual proof counts."""

    remind: PositiveTime
    manual_proof: PositiveTime


class Reconcile(Record):
    """How Alertmanager is asked for what is active."""

    every: PositiveTime
    absent_reads: Count
    peer_up: PositiveTime


class Beat(Record):
    """The sign of life that every source owes."""

    every: PositiveTime
    priority: Priority


class Intake(Record):
    """How alerts come in (INC-2)."""

    default_priority: Priority
    priority_labels: dict[Text, Priority]
    opsgenie: dict[Text, Priority]
    queue_wait: PositiveTime
    reconcile: Reconcile
    heartbeat: Beat
    silent: PositiveTime
    beat_late: PositiveTime


class Flapping(Record):
    """So many changes within a time are noise, until it was quiet."""

    changes: Count
    within: PositiveTime
    quiet: PositiveTime


class Storm(Record):
    """More new episodes than this in the time become one incident per service."""

    episodes: Count
    within: PositiveTime


class Stages(Record):
    """Time marks of the stages (INC-3)."""

    detection: PositiveTime
    triage: PositiveTime
    response: PositiveTime


class IncidentNumbers(Record):
    """How incidents open, re-open and resolve."""

    stages: Stages
    room: Seq[Severity]
    commander: PositiveTime
    recurrence: PositiveTime
    quiet: PositiveTime
    reopen: PositiveTime
    reopen_by_hand: PositiveTime
    flapping: Flapping
    storm: Storm
    auto_resolve: Seq[Severity]
    stage_slack: Time
    status_history: PositiveTime


class Paging(Record):
    """How pages are sent (ONC-3)."""

    silent: PositiveTime
    call_limit: PositiveTime
    lease: PositiveTime
    poll: PositiveTime
    ack_lapses: dict[Priority, PositiveTime]
    batch: Time
    test_page: PositiveTime


class OncallNumbers(Record):
    """Turns, and what the simulation finds fault with (ONC-4)."""

    turn: EveryForm
    handover: HandoverForm
    business_hours: Weekly
    night: Weekly
    simulate: PositiveTime
    unfair: Ratio
    load: Percent
    rest: PositiveTime
    wake: Seq[Priority]
    feed: PositiveTime
    proof_of_contact: PositiveTime
