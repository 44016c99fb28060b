"""The policy of service levels, alerts and routes: every default number, overridable in the spec."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from surefoot.promql.error import PromqlError
from surefoot.promql.selector import parse_selector
from surefoot.spec.model.forms import Weekly, only_one
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import OneOrMore, Percent, PositiveTime, Seq, Text, Time, bad
from surefoot.spec.model.slo import Window

BurnTier: TypeAlias = Literal["page", "ticket", "fast", "medium", "slow"]
Priority: TypeAlias = Literal["P1", "P2", "P3", "P4"]
Means: TypeAlias = Literal["page", "call", "chat", "email"]


def _metric(value: str) -> str:
    try:
        parse_selector(value)
    except PromqlError as error:
        raise bad(f"PromQL: {error.message}", "write a metric, such as `http_requests_total`") from None
    return value


Metric = Annotated[Text, AfterValidator(_metric)]


class BurnLeg(Record):
    """One pair of windows of a burn policy; the factor follows from the share of the budget or stands itself."""

    tier: BurnTier
    long: PositiveTime
    short: PositiveTime | None = None
    share: Percent | None = None
    per_day: Percent | None = None
    factor: Annotated[float | None, Field(gt=0)] = None
    lasting: Annotated[Time | None, Field(alias="for")] = None

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        speed = only_one(self, ("share", "per_day", "factor"), noun="the speed of burning", example="share: 2%")
        if not getattr(self, speed):
            raise bad(f"`{speed}` is zero", "write a share above zero, such as `share: 2%`")
        if self.short and self.short > self.long:
            raise bad("the short window is longer than the long one", "write the longer one as `long`")
        return self


class MinFailures(Record):
    """The guard of quiet services: how unlikely a page at the budget's own error rate must be."""

    enabled: bool
    alpha: Annotated[float, Field(gt=0, lt=1)]
    exempt_below: float


class Absent(Record):
    """How a lost series of a grouped objective is found."""

    offset: PositiveTime


class ByTier(Record):
    """A priority for each tier of service."""

    critical: Priority
    important: Priority
    normal: Priority


class BurnPriorities(Record):
    """The priority of a burn alert by its tier and the service's."""

    page: ByTier
    fast: ByTier
    medium: ByTier
    ticket: ByTier
    slow: ByTier


class BudgetStates(Record):
    """Shares of the budget left below which reliability is prioritised and features are frozen."""

    prioritise: Percent
    freeze: Percent


class NominalLengths(Record):
    """What burn factors take a calendar window's length to be."""

    month: PositiveTime
    quarter: PositiveTime


class SloPolicy(Record):
    """Service levels."""

    window: Window
    nominal: NominalLengths
    profile: Literal["accurate", "sloth"]
    base: PositiveTime
    period_step: PositiveTime
    period_interval: PositiveTime
    slice: PositiveTime
    slice_range: PositiveTime
    burn: Text
    burn_policies: dict[Text, Seq[BurnLeg]]
    min_failures: MinFailures
    absent: Absent
    priorities: BurnPriorities
    budget_states: BudgetStates
    exhaustions: Seq[Text]


class PrometheusPolicy(Record):
    """The server that evaluates the rules."""

    target: Annotated[Text, Field(pattern=r"^[0-9]+\.[0-9]+$")]
    scrape_interval: PositiveTime
    scrape_timeout: PositiveTime
    evaluation_interval: PositiveTime
    lookback: PositiveTime
    retention: PositiveTime
    max_samples: int
    rule_tests: Annotated[int, Field(ge=0)]


class DashboardPolicy(Record):
    """What Grafana shows.

    Attributes:
        amber: Multiple of the budget's own error rate from which on a panel is amber.
        red: The same for red.
        range: Time that a dashboard shows when it is opened.
        refresh: How often it asks again.
    """

    amber: Annotated[float, Field(gt=0)]
    red: Annotated[float, Field(gt=0)]
    range: PositiveTime
    refresh: PositiveTime


class BacktestPolicy(Record):
    """How a replayed history is judged.

    Attributes:
        short: A firing that ended sooner is short.
        flap: An alert that came back sooner flaps.
        near_miss: Percent of its threshold from which on an alert that did not fire nearly did.
        grace: How long after an incident's end a page still belongs to it.
    """

    short: PositiveTime
    flap: PositiveTime
    near_miss: Annotated[Percent, Field(gt=0, le=100)]
    grace: Time


class Retry(Record):
    """Pauses between tries: the first, doubled each time up to the longest."""

    first: PositiveTime
    longest: PositiveTime


class EmbeddedPolicy(Record):
    """Metrics, rules and notifications without a Prometheus.

    Attributes:
        keep: How long raw samples are kept.
        series: How many series one process is meant for.
        outage: How long ago a pending alert may have been seen last, so that a restart goes on with it.
    """

    keep: PositiveTime
    series: Annotated[int, Field(gt=0)]
    outage: PositiveTime
    post_timeout: PositiveTime
    retry: Retry


class MetricNames(Record):
    """Names of the golden signals."""

    requests: Metric
    errors: Metric
    latency: Metric
    queries: Metric


class AlertPolicy(Record):
    """The numbers of one standard alert."""

    priority: Priority
    window: PositiveTime | None = None
    lasting: Annotated[Time | None, Field(alias="for")] = None
    above: Percent | Time | None = None
    below: PositiveTime | None = None
    quantile: Percent | None = None
    share: Percent | None = None
    partial: Priority | None = None
    predict: PositiveTime | None = None
    history: PositiveTime | None = None


class Thresholds(Record):
    """Error rate and latency above which a service is degraded."""

    errors: Percent
    errors_for: Time
    quantile: Percent
    latency: PositiveTime
    latency_for: Time


class ThresholdsByTier(Record):
    """Thresholds for each tier of service."""

    critical: Thresholds
    important: Thresholds
    normal: Thresholds


class AlertsPolicy(Record):
    """The standard alerts."""

    api_down: Annotated[AlertPolicy, Field(alias="api-down")]
    service_down: Annotated[AlertPolicy, Field(alias="service-down")]
    high_error_rate: Annotated[AlertPolicy, Field(alias="high-error-rate")]
    high_latency: Annotated[AlertPolicy, Field(alias="high-latency")]
    database_slow: Annotated[AlertPolicy, Field(alias="database-slow")]
    high_cpu: Annotated[AlertPolicy, Field(alias="high-cpu")]
    disk_full: Annotated[AlertPolicy, Field(alias="disk-full")]
    certificate_expiry: Annotated[AlertPolicy, Field(alias="certificate-expiry")]
    replication_lag: Annotated[AlertPolicy, Field(alias="replication-lag")]
    thresholds: dict[Text, ThresholdsByTier]


class RepeatIntervals(Record):
    """How often an unresolved alert is sent again, by priority."""

    P1: PositiveTime
    P2: PositiveTime
    P3: PositiveTime
    P4: PositiveTime


class Routes(Record):
    """By which means each priority reaches people."""

    P1: OneOrMore[Means]
    P2: OneOrMore[Means]
    P3: OneOrMore[Means]
    P4: OneOrMore[Means]


class AlertmanagerPolicy(Record):
    """Grouping, repeating and business hours."""

    group_wait: Time
    group_interval: PositiveTime
    repeat_interval: RepeatIntervals
    routes: Routes
    business_hours: Weekly
    business_hours_only: Seq[BurnTier]


class Policy(Record):
    """Every default number of service levels, rules, alerts and routes, after the spec's own changes."""

    slo: SloPolicy
    prometheus: PrometheusPolicy
    dashboards: DashboardPolicy
    backtest: BacktestPolicy
    embedded: EmbeddedPolicy
    metrics: MetricNames
    alerts: AlertsPolicy
    alertmanager: AlertmanagerPolicy
    thresholds: Text
