"""One service level objective, as written: the keys choose the kind of indicator."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from surefoot.promql.duration import parse_duration
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Rate, Text, bad, parse_percent
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


Objective = Annotated[float, BeforeValidator(parse_objective)]
Window = Annotated[Text, BeforeValidator(parse_window)]


def _sla(value: object) -> object:
    return {"target": value} if isinstance(value, str | int | float) else value


def _switch(value: object) -> object:
    return {"enabled": value == "on"} if value in ("off", "on") else value


class Sla(Record):
    """What is promised by contract: looser than the objective, with its own threshold if it has one."""

    target: Objective
    under: PositiveTime | None = None
    younger_than: PositiveTime | None = None
    at_least: Rate | None = None


class AlertTier(Record):
    """The page or the ticket of one objective."""

    enabled: bool = True
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)


class SloAlert(Record):
    """How the burn of one objective is alerted."""

    enabled: bool = True
    absent: bool = True
    name: Text | None = None
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)
    page: Annotated[AlertTier, BeforeValidator(_switch)] = Field(default_factory=AlertTier)
    ticket: Annotated[AlertTier, BeforeValidator(_switch)] = Field(default_factory=AlertTier)


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
    """

    target: Objective
    sla: Annotated[Sla | None, BeforeValidator(_sla)] = None
    window: Window | None = None
    timezone: Zone | None = None
    description: Text = ""
    labels: dict[Text, Text] = Field(default_factory=dict)
    by: OneOrMore[Name] = ()
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
    alerting: Annotated[SloAlert, BeforeValidator(_switch)] = Field(default_factory=SloAlert)
    runbook: Text | None = None
