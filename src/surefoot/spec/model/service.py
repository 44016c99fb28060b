"""The sections ``services`` and ``service``: one service and what it promises."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from surefoot.spec.model.dependency import Dependency
from surefoot.spec.model.record import (
    EnvironmentRef,
    EscalationRef,
    ExporterRef,
    Record,
    RegionRef,
    ServiceRef,
    TeamRef,
)
from surefoot.spec.model.scalars import Day, Name, OneOrMore, Percent, Rate, Seq, Text, Time
from surefoot.spec.model.slo import SloModel

Tier = Literal["critical", "important", "normal"]
Provider = Literal["solution-architect", "platform", "business-analyst", "data-architect", "qa", "developer", "owner"]


def _alert(value: object) -> object:
    """Let ``off`` and ``on`` stand for a switched alert (YAML 1.2 reads both as text)."""
    return {"enabled": value == "on"} if value in ("off", "on") else value


class ProvidedBy(Record):
    """Which role answers for which input (INT-1)."""

    design: Provider | None = None
    topology: Provider | None = None
    journeys: Provider | None = None
    data: Provider | None = None
    baselines: Provider | None = None
    compliance: Provider | None = None


class StandardAlert(Record):
    """Changes of one standard alert: its numbers, its priority, or that it is off."""

    enabled: bool = True
    above: Percent | Time | None = None
    below: Percent | Time | None = None
    quantile: Percent | None = None
    lasting: Annotated[Time | None, Field(alias="for")] = None
    priority: Literal["P1", "P2", "P3", "P4"] | None = None
    runbook: Text | None = None


class Journey(Record):
    """A critical user journey: the services that it runs through, in order."""

    steps: Seq[ServiceRef]
    measure: Text = "availability"
    target: Percent | None = None
    description: Text = ""
    share: Percent | None = None


class Baselines(Record):
    """Measured performance, so that a promise can be compared with what is."""

    p50: Time | None = None
    p95: Time | None = None
    p99: Time | None = None
    peak: Rate | None = None
    typical: Rate | None = None
    measured: Day


class Rollout(Record):
    """How a release reaches everybody."""

    steps: Seq[Percent]
    hold: Time


class Signals(Record):
    """The metrics of the four golden signals, where they are not called as the policy assumes."""

    requests: Text | None = None
    errors: Text | None = None
    latency: Text | None = None
    concurrency: Text | None = None
    queries: Text | None = None
    page_load: Text | None = None


class Limits(Record):
    """What the service can carry: used for capacity and saturation."""

    requests: Rate | None = None
    connections: int | None = None
    concurrency: int | None = None
    headroom: Percent | None = None
    launch: float | None = None


class Funnel(Record):
    """What users experience: page load and the steps to a goal."""

    page_load: Text | None = None
    funnel: dict[Text, Text] = Field(default_factory=dict)


class Service(Record):
    """One service."""

    owner: TeamRef | None = None
    tier: Tier = "normal"
    description: Text = ""
    provided_by: ProvidedBy = Field(default_factory=ProvidedBy)
    selector: dict[Text, Text] | None = None
    targets: Seq[Text] = ()
    scheme: Literal["http", "https"] = "http"
    metrics_path: Text = "/metrics"
    port: Text | int | None = None
    health: Text | None = None
    url: Text | None = None
    environments: Seq[EnvironmentRef] = ()
    regions: Seq[RegionRef] = ()
    exporters: OneOrMore[ExporterRef] = ()
    signals: Signals = Field(default_factory=Signals)
    labels: dict[Text, Text] = Field(default_factory=dict)
    slos: dict[Name, SloModel] = Field(default_factory=dict)
    journeys: dict[Name, Journey] = Field(default_factory=dict)
    depends_on: Seq[Dependency] = ()
    baselines: Baselines | None = None
    alerts: dict[Text, Annotated[StandardAlert, BeforeValidator(_alert)]] = Field(default_factory=dict)
    gradual_rollout: Rollout | None = None
    capacity: Limits | None = None
    user_experience: Funnel | None = None
    chaos: Literal["allowed", "never"] = "never"
    escalation: EscalationRef | None = None
