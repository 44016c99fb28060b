"""The default numbers of on-call, incidents, resilience, chaos, recovery, audit, capacity and the server, merged."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.dependency import (
    BreakerForm,
    BudgetForm,
    FallbackForm,
    HalfOpenForm,
    ResetForm,
    RetryForm,
)
from surefoot.spec.model.forms import Count, Criticality, Priority, Severity, Weekly
from surefoot.spec.model.incident import CadenceForm
from surefoot.spec.model.policy_oncall import (
    CommsClock,
    CommsProfile,
    DeadlineForm,
    EscalationProfile,
    IncidentNumbers,
    Intake,
    OncallNumbers,
    Paging,
    PostmortemProfile,
    PostmortemWork,
    PriorityRule,
    SeverityRule,
)
from surefoot.spec.model.policy_recovery import AuditNumbers, RecoveryNumbers
from surefoot.spec.model.policy_server import ServerNumbers
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import Name, Percent, PositiveTime, Seq, Text, Time, bad


class Probe(Record):
    """How often a health endpoint is asked, and how long it may take (MON-4)."""

    every: PositiveTime
    timeout: PositiveTime


class Health(Record):
    """The three endpoints."""

    live: Probe
    ready: Probe
    deep: Probe


class BreakerNumbers(Record):
    """The breaker of a dependency that declares none (RES-1)."""

    rule: BreakerForm
    min_calls: Count
    reset: ResetForm
    half_open: HalfOpenForm


class Shed(Record):
    """Share of the answers that may fail before calls are shed, and the most that are."""

    headroom: Percent
    most: Percent


class ResiliencePreset(Record):
    """A named set of a dependency's policies."""

    breaker: BreakerForm
    reset: ResetForm
    fallback: FallbackForm


class Resilience(Record):
    """Defaults of the library (RES-1 to RES-4)."""

    breaker: BreakerNumbers
    retry: RetryForm
    budget: BudgetForm
    stale: PositiveTime
    shed: Shed
    queue_wait: Time
    timeout: PositiveTime
    state_poll: PositiveTime
    presets: dict[Name, ResiliencePreset]


class Bisect(Record):
    """How close, and in how many runs, the breaking magnitude is found."""

    within: Percent
    runs: Count


class MonkeyNumbers(Record):
    """The monkey's defaults: victims per group and day, instances that must stay."""

    victims: Count
    healthy: Count
    probability: Percent
    duration: PositiveTime


class ChaosNumbers(Record):
    """Defaults of experiments (CHA-1 to CHA-5)."""

    poll: PositiveTime
    unevaluable: Count
    budget: Percent
    recovery: PositiveTime
    staging_proof: PositiveTime
    production_hours: Weekly
    stop_at: Percent
    signal_undo: PositiveTime
    abort_slack: Time
    derived: Seq[Literal["black_hole", "reset", "latency", "down", "error"]]
    derived_duration: PositiveTime
    bisect: Bisect
    monkey: MonkeyNumbers


class CapacityNumbers(Record):
    """The forecast (CAP-1)."""

    history: PositiveTime
    horizon: PositiveTime
    headroom: Percent
    warn: PositiveTime
    step: PositiveTime
    confidence: Percent


class ReviewNumbers(Record):
    """The cadence of reviews (SLO-6)."""

    burn_rate: Annotated[CadenceForm, Field(alias="burn-rate")]
    targets: CadenceForm
    sli_definitions: Annotated[CadenceForm, Field(alias="sli-definitions")]
    grace: Time


class OperationsPolicy(Record):
    """Everything, after the preset's column and the spec's changes were merged.

    ``escalation``, ``sev4``, ``comms`` and ``postmortem`` each name an entry of the table beside them.
    """

    escalation: Text
    escalation_profiles: dict[Name, EscalationProfile]
    priorities: dict[Priority, PriorityRule]
    response: Literal["strictest", "by-severity"]
    severities: dict[Severity, SeverityRule]
    sev4: Text
    sev4_responses: dict[Name, DeadlineForm]
    matrix: dict[Priority, dict[Criticality, Severity]]
    comms: Text
    comms_profiles: dict[Name, CommsProfile]
    comms_clock: CommsClock
    postmortem: Text
    postmortem_profiles: dict[Name, PostmortemProfile]
    postmortem_work: PostmortemWork
    intake: Intake
    incidents: IncidentNumbers
    paging: Paging
    oncall: OncallNumbers
    health: Health
    resilience: Resilience
    chaos: ChaosNumbers
    recovery: RecoveryNumbers
    audit: AuditNumbers
    capacity: CapacityNumbers
    server: ServerNumbers
    reviews: ReviewNumbers

    @model_validator(mode="after")
    def _choices_exist(self) -> Self:
        choices: dict[str, tuple[str, Mapping[str, object]]] = {
            "escalation": (self.escalation, self.escalation_profiles),
            "sev4": (self.sev4, self.sev4_responses),
            "comms": (self.comms, self.comms_profiles),
            "postmortem": (self.postmortem, self.postmortem_profiles),
        }
        for key, (choice, table) in choices.items():
            if choice not in table:
                raise bad(f"`{key}: {choice}` is not defined", f"write one of {', '.join(sorted(table))}")
        return self
