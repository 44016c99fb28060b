"""The section ``capacity``: what to forecast, against which limits, for which launches."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.forms import only_one, short, taken
from surefoot.spec.model.record import Record, ServiceRef, StoreRef, TeamRef
from surefoot.spec.model.scalars import Day, Name, OneOrMore, Percent, PositiveTime, Text

_LAUNCH = re.compile(r"x(?P<factor>[0-9]+(?:\.[0-9]+)?)(?: on (?P<on>[0-9-]+))?")


def _launch(text: str) -> dict[str, object]:
    found = taken(_LAUNCH, text, "a launch", "x3", "x2.5 on 2026-12-01")
    return {**found, "factor": float(found["factor"])}


class Resource(Record):
    """Something that fills up: a query for its use, and its limit as a number or a query."""

    service: ServiceRef | None = None
    store: StoreRef | None = None
    use: Text
    limit: float | None = None
    limit_query: Text | None = None
    headroom: Percent | None = None
    unit: Text = ""
    season: Literal["none", "daily", "weekly"] | None = None
    cure: Text = ""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        only_one(self, ("service", "store"), noun="the owner of the resource", example="service: checkout")
        only_one(self, ("limit", "limit_query"), noun="the limit", example="limit: 1000")
        return self


class Launch(Record):
    """An event that multiplies the traffic."""

    factor: Annotated[float, Field(gt=0)]
    on: Day | None = None
    services: OneOrMore[ServiceRef] = ()
    description: Text = ""


class CapacityPlan(Record):
    """What the plan looks at, over how much history, and how far ahead."""

    owner: TeamRef | None = None
    history: PositiveTime | None = None
    horizon: PositiveTime | None = None
    headroom: Percent | None = None
    warn: PositiveTime | None = None
    services: OneOrMore[ServiceRef] = ()
    resources: dict[Name, Resource] = {}
    launches: dict[Name, Annotated[Launch, short(Launch, _launch, "x3", "x2.5 on 2026-12-01")]] = {}
