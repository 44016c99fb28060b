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
from surefoot.spec.model.slo import Objective, SloModel, Switch

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
    """Changes of one standard alert: its numbers, its priority, or that it is off.

    Attributes:
        above: Threshold, a share or a time.
        below: Threshold of an alert on too little.
        quantile: Quantile that a latency is judged by.
        lasting: How long before it fires.
    """

    enabled: bool = True
    above: Percent | Time | None = None
    below: Percent | Time | None = None
    quantile: Percent | None = None
    lasting: Annotated[Time | None, Field(alias="for")] = None
    priority: Literal["P1", "P2", "P3", "P4"] | None = None
    runbook: Text | None = None


AlertForm = Annotated[StandardAlert, BeforeValidator(_alert, json_schema_input_type=StandardAlert | Switch)]


class Journey(Record):
    """A critical user journey: the services that it runs through, in order.

    Attributes:
        steps: Services, in the order of the calls.
        measure: Objective of each step that counts.
        target: What the whole journey promises.
        share: Part of all traffic that takes it.
    """

    steps: Seq[ServiceRef]
    measure: Text = "availability"
    target: Objective | None = None
    description: Text = ""
    share: Percent | None = None


class Baselines(Record):
    """Measured performance, so that a promise can be compared with what is.

    Attributes:
        p50: Median latency.
        peak: Most requests.
        typical: Requests at a usual time.
        measured: Day of the measurement.
    """

    p50: Time | None = None
    p95: Time | None = None
    p99: Time | None = None
    peak: Rate | None = None
    typical: Rate | None = None
    measured: Day


class Rollout(Record):
    """How a release reaches everybody.

    Attributes:
        steps: Shares of the traffic, growing.
        hold: Time between two steps.
    """

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
    """What the service can carry: used for capacity and saturation.

    Attributes:
        requests: Most requests.
        connections: Most connections.
        concurrency: Most requests at once.
        headroom: Share that stays free.
        launch: Factor of the traffic at a launch.
    """

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
    """One service.

    Attributes:
        owner: Team that answers for it and is paged.
        tier: How much depends on it; decides priorities, and what the intake demands.
        description: What it does, in a sentence.
        provided_by: Which role answers for which input.
        selector: Labels that every series of it has; `{job: NAME}` if left out.
        targets: Addresses that Prometheus scrapes, as `host:port`.
        scheme: Of the targets.
        metrics_path: Where the targets serve their metrics.
        port: Name or number of its port, for Kubernetes.
        health: Address or path of its health endpoint, which is probed.
        url: Its address for users, which is probed too.
        labels: Added to every rule of it.
        slos: What it promises, by name.
        journeys: Journeys that begin at it, by name.
        depends_on: What it calls, and how it bears their failure.
        baselines: What was measured, in tests or in production.
        alerts: Changes of the standard alerts, by the alert's name.
        gradual_rollout: How a release reaches everybody.
        capacity: What it can carry.
        user_experience: What its users experience.
        chaos: Whether experiments may touch it.
        escalation: Whom its pages reach, one after the other; its owner's if left out.
    """

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
    alerts: dict[Text, AlertForm] = Field(default_factory=dict)
    gradual_rollout: Rollout | None = None
    capacity: Limits | None = None
    user_experience: Funnel | None = None
    chaos: Literal["allowed", "never"] = "never"
    escalation: EscalationRef | None = None
