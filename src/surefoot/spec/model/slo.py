"""One service level objective, as written: the keys choose the kind of indicator."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from surefoot.promql.duration import parse_duration
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import LabelName, OneOrMore, PositiveTime, Rate, Text, bad, parse_percent
from surefoot.spec.model.workspace import Zone


def parse_objective(value: object) -> float:
    """Read a target: a percentage between 0 and 100, both excluded."""
    percent = parse_percent(value)
    if percent >= 100:  # noqa: PLR2004  # per cent
        raise bad("a target of 100 % leaves no error budget", "write a target below 100%, such as `99.9%`")
    if percent <= 0:
        raise bad("a target of 0 % promises nothing", "write a target above 0%, such as `99.9%`")
    return percent


def parse_window(value: object) -> str:
    """Read ``30d``, ``month`` or ``quarter``; kept as text, resolved with the workspace's time zone."""
    if value in ("month", "quarter"):
        return str(value)
    if isinstance(value, str):
        if value.startswith("-"):
            raise bad(f"the window `{value}` is negative", f"write `{value.lstrip('-')}`")
        try:
            if parse_duration(value):
                return value
        except ValueError:
            pass
    raise bad(f"`{value}` is not a window", "write a duration such as `30d`, or `month` or `quarter`")


Objective = Annotated[
    float,
    BeforeValidator(parse_objective),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]*\.?[0-9]+ ?%$", "examples": ["99.9%"]}),
]
Window = Annotated[
    Text,
    BeforeValidator(parse_window),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(month|quarter|([0-9]+(ms|[smhdwy]))+)$",
            "examples": ["30d", "month", "quarter"],
        }
    ),
]
Switch = Literal["on", "off"]


def _sla(value: object) -> object:
    return {"target": value} if isinstance(value, str | int | float) else value


def _switch(value: object) -> object:
    return {"enabled": value == "on"} if value in ("off", "on") else value


class Sla(Record):
    """What is promised by contract: looser than the objective, with its own threshold if it has one.

    Attributes:
        target: What is promised.
        under: Its own bound of the latency.
        younger_than: Its own bound of the age.
        at_least: Its own floor of the throughput.
    """

    target: Objective
    under: PositiveTime | None = None
    younger_than: PositiveTime | None = None
    at_least: Rate | None = None


class AlertTier(Record):
    """The page or the ticket of one objective."""

    enabled: bool = True
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)


TierForm = Annotated[AlertTier, BeforeValidator(_switch, json_schema_input_type=AlertTier | Switch)]


class SloAlert(Record):
    """How the burn of one objective is alerted.

    Attributes:
        absent: Whether missing series alert too.
        name: Name of the alerts; made of service and objective if left out.
        page: Changes of the page, or `off`.
        ticket: Changes of the ticket, or `off`.
    """

    enabled: bool = True
    absent: bool = True
    name: Text | None = None
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)
    page: TierForm = Field(default_factory=AlertTier)
    ticket: TierForm = Field(default_factory=AlertTier)


AlertingForm = Annotated[SloAlert, BeforeValidator(_switch, json_schema_input_type=SloAlert | Switch)]


class Slice(Record):
    """A time-slice indicator: a minute is good while the value holds the limit."""

    value: Text
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None


class SloModel(Record):
    """One objective.

    The kind follows from the keys: ``bad`` or ``good`` with ``total`` (availability, error rate),
    ``under`` with ``histogram`` (latency), ``at_least`` with ``rate`` or ``gauge`` (throughput),
    ``younger_than`` with ``timestamp`` or ``age`` (freshness), ``slice`` (good minutes), ``raw``
    (an error ratio).

    Attributes:
        target: Good events of all events, or good minutes of all minutes.
        sla: What is promised by contract: a looser target, with a bound of its own if needed.
        window: Over which the target holds; the policy's if left out.
        timezone: Of a calendar window; the workspace's if left out.
        description: What the promise means to users.
        labels: Added to its rules.
        by: Labels that split it into groups, each with a budget of its own.
        bad: Bad events: a selector of a counter, or PromQL with `$window` as its range.
        good: Good events, likewise.
        total: All events, likewise.
        under: Bound of the latency.
        histogram: Metric of the latency, without `_bucket`.
        native: Whether the histogram is a native one.
        at_least: Floor of the throughput.
        rate: Counter of which the throughput is the rate.
        gauge: Gauge that already is the throughput.
        younger_than: Bound of the data's age.
        timestamp: Gauge with the time of the newest data, in seconds since 1970.
        age: Gauge with the age of the data, in seconds.
        slice: Minutes that are good while a value holds a limit.
        raw: Ratio computed elsewhere: PromQL with `$window` as its range.
        raw_kind: Whether that ratio is of errors or of successes.
        weight: Number of events behind the ratio; without it every moment counts alike.
        burn: Burn policy; the policy's choice if left out.
        alerting: How its burn is alerted, or `off`.
        runbook: Runbook of its alerts.
    """

    target: Objective
    sla: Annotated[Sla | None, BeforeValidator(_sla, json_schema_input_type=Sla | Objective | None)] = None
    window: Window | None = None
    timezone: Zone | None = None
    description: Text = ""
    labels: dict[Text, Text] = Field(default_factory=dict)
    by: OneOrMore[LabelName] = ()
    bad: Text | None = None
    good: Text | None = None
    total: Text | None = None
    under: PositiveTime | None = None
    histogram: Text | None = None
    native: bool = False
    at_least: Rate | None = None
    rate: Text | None = None
    gauge: Text | None = None
    younger_than: PositiveTime | None = None
    timestamp: Text | None = None
    age: Text | None = None
    slice: Slice | None = None
    raw: Text | None = None
    raw_kind: Literal["errors", "success"] = "errors"
    weight: Text | None = None
    burn: Text | None = None
    alerting: AlertingForm = Field(default_factory=SloAlert)
    runbook: Text | None = None
