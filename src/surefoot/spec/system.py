"""The resolved spec: frozen, linked, every default filled in, every part knowing where it was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from surefoot.calendar.windows import CalendarWindow, Rolling
from surefoot.promql.selector import Matcher, Selector
from surefoot.spec.entry import Entry, Runbook, Spec
from surefoot.spec.model.channel import ChannelModel
from surefoot.spec.model.oncall import Team
from surefoot.spec.model.policy import BurnLeg, Policy
from surefoot.spec.model.service import Journey, Tier
from surefoot.spec.model.service import Service as ServiceModel
from surefoot.spec.model.slo import Sla, SloAlert
from surefoot.spec.model.workspace import AlertmanagerSettings, Links
from surefoot.spec.source import Origin


@dataclass(frozen=True, slots=True)
class Template:
    """A PromQL expression whose range is left open as ``$window``."""

    text: str

    def fill(self, window: str) -> str:
        """Put a window such as ``5m`` into every place that is left open."""
        return self.text.replace("$window", window)


Query: TypeAlias = Selector | Template


@dataclass(frozen=True, slots=True)
class EventSli:
    """Availability or error rate: counted events, either the bad or the good ones, of a total."""

    part: Query
    total: Query
    counts: Literal["bad", "good"]


@dataclass(frozen=True, slots=True)
class LatencySli:
    """The share of events slower than a bound, from a classic or a native histogram."""

    histogram: Selector
    bound: timedelta
    native: bool


@dataclass(frozen=True, slots=True)
class ThroughputSli:
    """Good slices of time: the rate (per second) does not fall below a floor."""

    source: Selector
    floor: float
    gauge: bool


@dataclass(frozen=True, slots=True)
class FreshnessSli:
    """Good slices of time: the data is not older than a bound."""

    source: Selector
    bound: timedelta
    age: bool


@dataclass(frozen=True, slots=True)
class SliceSli:
    """Good slices of time: a value holds a limit; `bad` is the comparison that is true of a bad slice."""

    value: Query
    bad: Literal["<", "<=", ">", ">="]
    limit: float


@dataclass(frozen=True, slots=True)
class RawSli:
    """A ratio computed elsewhere: of errors or of successes, optionally weighted by events."""

    ratio: Template
    counts: Literal["errors", "success"]
    weight: Template | None


Sli: TypeAlias = EventSli | LatencySli | ThroughputSli | FreshnessSli | SliceSli | RawSli


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective.

    Attributes:
        objective: Percent, as written.
        window: Over which it is kept.
        period: Nominal length of the window, which the burn factors refer to.
        by: Labels that split it into groups, each with its own budget.
        labels: The service's and its own, for rules.
        burn: The legs of its burn alerts.
    """

    service: str
    name: str
    objective: float
    window: Rolling | CalendarWindow
    period: timedelta
    sli: Sli
    sla: Sla | None
    by: tuple[str, ...]
    labels: Mapping[str, str]
    description: str
    burn: tuple[BurnLeg, ...]
    alerting: SloAlert
    runbook: str | None
    format: str
    origin: Origin

    @property
    def id(self) -> str:
        """Return the id that rules carry as ``sloth_id``."""
        return f"{self.service}-{self.name}"

    @property
    def subject(self) -> str:
        """Return the name that people use: ``service/objective``."""
        return f"{self.service}/{self.name}"


@dataclass(frozen=True, slots=True)
class Exporter:
    """An exporter of a service: what kind of series it provides, and how they are selected."""

    name: str
    kind: str
    matchers: tuple[Matcher, ...]
    targets: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Service:
    """One service with its objectives; `model` holds what has no behaviour of its own."""

    name: str
    owner: str | None
    tier: Tier
    matchers: tuple[Matcher, ...]
    slos: Mapping[str, Slo]
    exporters: Mapping[str, Exporter]
    model: ServiceModel
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A workspace, resolved; equal only to itself, so that what is computed from it can be kept.

    Attributes:
        journeys: Name to journey; those written inside a service are named ``service/journey`` only on a clash.
        digest: SHA-256 of the spec's content, for the headers of what is built.
    """

    name: str
    zone: str
    compliance: tuple[str, ...]
    policy: Policy
    links: Links
    alertmanager: AlertmanagerSettings
    services: Mapping[str, Service]
    journeys: Mapping[str, Entry[Journey]]
    teams: Mapping[str, Entry[Team]]
    channels: Mapping[str, Entry[ChannelModel]]
    runbooks: Mapping[str, Runbook]
    digest: str
    spec: Spec
