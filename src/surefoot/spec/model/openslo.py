"""OpenSLO's objects as it spells them: ``openslo/v1``, and the SLO of ``openslo/v1alpha``."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import Name, OneOrMore, Seq, Text, bad

# Annotations by which a document that Surefoot wrote says what OpenSLO has no field for.
OWN_NAME = "surefoot/name"
SHORT_WINDOW = "surefoot/short-window"
TIER = "surefoot/tier"
PAGING = frozenset({"page", "fast", "medium"})  # tiers that `alerting.page` switches; the others are tickets

_DURATION = re.compile("([1-9][0-9]*)([mhdwMQY])")


def _duration(value: str) -> str:
    if _DURATION.fullmatch(value) is None:
        raise bad(
            f"`{value}` is not a duration of OpenSLO", "write a whole number and one of m, h, d, w, M, Q, Y: `28d`"
        )
    return value


def _slice(value: object) -> object:
    """Read a bare number as minutes, as the specification has it."""
    return f"{value}m" if isinstance(value, int) and not isinstance(value, bool) else value


def _empty(value: object) -> object:
    """Read a key without a value as an empty list."""
    return () if value is None else value


Duration = Annotated[Text, AfterValidator(_duration)]
Operator = Literal["lt", "lte", "gt", "gte"]
Item: TypeAlias = dict[Text, object]  # an object, or a reference to one: told apart before it is validated


class _Object(Record):
    model_config = ConfigDict(alias_generator=to_camel)


class Metadata(_Object):
    """What an object is called."""

    name: Name
    display_name: Text = ""
    labels: dict[Text, OneOrMore[Text]] = {}
    annotations: dict[Text, Text] = {}


class MetricSource(_Object):
    """Where a number comes from: a kind of database and what to ask it."""

    metric_source_ref: Text | None = None
    type: Text | None = None
    spec: dict[Text, object] = {}


class Metric(_Object):
    """One number."""

    metric_source: MetricSource


class RatioMetric(_Object):
    """Good or bad events of all events, or a ratio computed elsewhere."""

    counter: bool | None = None
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw_type: Literal["success", "failure"] | None = None
    raw: Metric | None = None


class SliSpec(_Object):
    """How a level is measured."""

    description: Text = ""
    ratio_metric: RatioMetric | None = None
    threshold_metric: Metric | None = None


class Sli(_Object):
    """An indicator, of its own or inside an objective."""

    api_version: Text | None = None
    kind: Literal["SLI"] = "SLI"
    metadata: Metadata
    spec: SliSpec


class Calendar(_Object):
    """When calendar windows begin."""

    start_time: Text | None = None
    time_zone: Text | None = None


class TimeWindow(_Object):
    """Over which time an objective is kept."""

    duration: Duration
    is_rolling: bool | None = None
    calendar: Calendar | None = None


class Objective(_Object):
    """A target, and what else its budgeting method needs."""

    display_name: Text = ""
    op: Operator | None = None
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    target: Annotated[float | None, Field(gt=0, lt=1)] = None
    target_percent: Annotated[float | None, Field(gt=0, lt=100)] = None
    time_slice_target: Annotated[float | None, Field(ge=0, le=1)] = None
    time_slice_window: Annotated[Duration | None, BeforeValidator(_slice)] = None
    indicator: Sli | None = None
    indicator_ref: Text | None = None
    composite_weight: float | None = None


class Condition(_Object):
    """A burn rate that is too high."""

    kind: Literal["burnrate"] = "burnrate"
    op: Operator
    threshold: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    lookback_window: Duration
    alert_after: Annotated[Text | None, Field(pattern=r"^[0-9]+[mhdw]$")] = None


class AlertConditionSpec(_Object):
    """A condition and how bad it is."""

    description: Text = ""
    severity: Text
    condition: Condition


class AlertCondition(_Object):
    """A condition, of its own or inside a policy."""

    api_version: Text | None = None
    kind: Literal["AlertCondition"] = "AlertCondition"
    metadata: Metadata
    spec: AlertConditionSpec


class TargetSpec(_Object):
    """Where notifications go."""

    target: Text
    description: Text = ""


class Target(_Object):
    """A target of notifications."""

    api_version: Text | None = None
    kind: Literal["AlertNotificationTarget"] = "AlertNotificationTarget"
    metadata: Metadata
    spec: TargetSpec


class AlertPolicySpec(_Object):
    """When to alert, and whom."""

    description: Text = ""
    alert_when_no_data: bool = False
    alert_when_resolved: bool = False
    alert_when_breaching: bool = False
    conditions: Annotated[Seq[Item], BeforeValidator(_empty)] = ()
    notification_targets: Annotated[Seq[Item], BeforeValidator(_empty)] = ()


class AlertPolicy(_Object):
    """A policy, of its own or inside an objective."""

    api_version: Text | None = None
    kind: Literal["AlertPolicy"] = "AlertPolicy"
    metadata: Metadata
    spec: AlertPolicySpec


class SloSpec(_Object):
    """What is promised."""

    description: Text = ""
    service: Name
    indicator: Sli | None = None
    indicator_ref: Text | None = None
    time_window: Annotated[Seq[TimeWindow], BeforeValidator(_empty)] = ()
    budgeting_method: Literal["Occurrences", "Timeslices", "RatioTimeslices"]
    objectives: Seq[Objective]
    alert_policies: Annotated[Seq[Item], BeforeValidator(_empty)] = ()


class Slo(_Object):
    """One or several objectives of one indicator."""

    api_version: Text
    kind: Literal["SLO"]
    metadata: Metadata
    spec: SloSpec


class ServiceSpec(_Object):
    """What a service is."""

    description: Text = ""


class Service(_Object):
    """A group of objectives."""

    api_version: Text
    kind: Literal["Service"]
    metadata: Metadata
    spec: ServiceSpec = ServiceSpec()


class DataSourceSpec(_Object):
    """A kind of database and how it is reached; Surefoot reads the kind alone."""

    description: Text = ""
    type: Text
    connection_details: object = None


class DataSource(_Object):
    """A source of numbers."""

    api_version: Text
    kind: Literal["DataSource"]
    metadata: Metadata
    spec: DataSourceSpec


class AlphaMetric(_Object):
    """One number, in ``v1alpha``."""

    source: Text
    query_type: Text = "promql"
    query: Text
    metadata: object = None


class AlphaRatio(_Object):
    """Good events of all events."""

    good: AlphaMetric
    total: AlphaMetric
    incremental: bool | None = None
    counter: bool | None = None


class AlphaObjective(_Object):
    """A target and its own indicator."""

    display_name: Text = ""
    value: float | None = None
    op: Operator | None = None
    target: Annotated[float, Field(gt=0, lt=1)]
    ratio_metrics: AlphaRatio | None = None
    time_slice_target: float | None = None
    time_slice_window: Text | None = None


class AlphaWindow(_Object):
    """Over which time an objective is kept: so many units."""

    unit: Text
    count: Annotated[int, Field(gt=0)]
    is_rolling: bool | None = None
    calendar: Calendar | None = None


class AlphaSloSpec(_Object):
    """What is promised."""

    service: Name
    description: Text = ""
    indicator: dict[Text, object] | None = None
    time_windows: Annotated[Seq[AlphaWindow], BeforeValidator(_empty)] = ()
    budgeting_method: Literal["Occurrences", "Timeslices"] = "Occurrences"
    objectives: Seq[AlphaObjective]


class AlphaSlo(_Object):
    """One or several objectives, as Sloth reads them."""

    api_version: Text
    kind: Literal["SLO"]
    metadata: Metadata
    spec: AlphaSloSpec
