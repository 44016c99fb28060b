"""The sections that say what the workspace is and what it talks to."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from surefoot.spec.model.record import Record, RegionRef
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Seq, Text, Time, bad


def _zone(value: str) -> str:
    from whenever import TimeZoneNotFoundError, ZonedDateTime  # noqa: PLC0415  # only specs with a zone pay for it

    try:
        ZonedDateTime(2000, 1, 1, tz=value)
    except (TimeZoneNotFoundError, ValueError):
        raise bad(f"`{value}` is no time zone", "write an IANA name, such as `Europe/Berlin` or `UTC`") from None
    return value


def _metrics(value: object) -> object:
    return {value: {}} if value == "embedded" else value


def _url(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _secret(value: str) -> str:
    if not value.startswith(("env:", "file:")):
        raise bad("a secret stands in the spec", "write `env:NAME` and set the variable where Surefoot runs")
    return value


FormatVersion: TypeAlias = Annotated[Literal[1], Field(description="Version of the spec's format.")]
WorkspaceName: TypeAlias = Annotated[Name, Field(description="Name of the workspace, for what is built.")]
Zone = Annotated[Text, AfterValidator(_zone), Field(description="IANA time zone.", examples=["Europe/Berlin"])]
Secret = Annotated[
    Text,
    AfterValidator(_secret),
    Field(description="Where a secret is found.", examples=["env:TOKEN", "file:/run/token"]),
]
Compliance: TypeAlias = Annotated[OneOrMore[Name], Field(description="Regimes that apply, such as `gdpr`.")]
PolicyChange: TypeAlias = Annotated[dict[str, object], Field(description="Changes of the default numbers.")]
Include: TypeAlias = Annotated[
    OneOrMore[Text], Field(description="Files to read too, as patterns relative to this one.")
]


class Prometheus(Record):
    """A Prometheus-compatible server.

    Attributes:
        url: Address, such as `http://prometheus:9090`.
        tenant: Tenant of a server that has several.
        retention: How long it keeps samples.
    """

    url: Text
    token: Secret | None = None
    username: Text | None = None
    password: Secret | None = None
    tenant: Text | None = None
    retention: PositiveTime | None = None


class Embedded(Record):
    """Metrics kept by Surefoot itself."""

    keep: PositiveTime | None = None
    post: Text | None = None


class CloudWatch(Record):
    """Amazon CloudWatch as a source of metrics."""

    region: Text
    role: Text | None = None


class Files(Record):
    """Exports on disk as a source of history."""

    paths: OneOrMore[Text]


class _Metrics(Record):
    """Where series are read from."""

    prometheus: Annotated[Prometheus | None, BeforeValidator(_url, json_schema_input_type=Prometheus | Text | None)] = (
        None
    )
    embedded: Embedded | None = None
    cloudwatch: CloudWatch | None = None
    files: Files | None = None


Metrics = Annotated[_Metrics, BeforeValidator(_metrics, json_schema_input_type=_Metrics | Literal["embedded"])]


class Links(Record):
    """Templates of links; ``{service}``, ``{from}`` and ``{to}`` are filled in."""

    logs: Text | None = None
    traces: Text | None = None
    dashboards: Text | None = None
    runbooks: Text | None = None
    surefoot: Text | None = None


class AlertmanagerSettings(Record):
    """Where Alertmanager runs, so that Prometheus finds it, and how long it groups."""

    targets: OneOrMore[Text] = ()
    smtp_smarthost: Text | None = None
    smtp_from: Text | None = None
    secrets: Text = "/etc/alertmanager/secrets"
    group_wait: Time | None = None
    group_interval: PositiveTime | None = None
    repeat_interval: PositiveTime | None = None


class Environment(Record):
    """A place where services run, such as staging.

    Attributes:
        production: Whether users are served from it.
        selector: Labels that its series have.
    """

    description: Text = ""
    production: bool = False
    selector: dict[Text, Text] = Field(default_factory=dict)


class Region(Record):
    """A location of the infrastructure and its part in recovery."""

    description: Text = ""
    role: Literal["active", "standby", "minimal"] = "active"
    selector: dict[Text, Text] = Field(default_factory=dict)
    standby_of: RegionRef | None = None


class Regime(Record):
    """A compliance regime that the user defines."""

    description: Text = ""
    keep_at_least: PositiveTime | None = None
    keep_at_most: PositiveTime | None = None
    hot: PositiveTime | None = None
    basis: Text = ""


class Exporter(Record):
    """A Prometheus exporter: what it provides, and how its series are selected.

    Attributes:
        kind: What it provides; its name, if that is one of these.
        targets: Addresses that Prometheus scrapes, or for `blackbox` that it probes.
        selector: Labels that its series have; `{job: NAME}` if left out.
        metrics: Metrics that it provides beyond those of its kind.
    """

    kind: Literal["node", "cadvisor", "blackbox", "postgres", "sql", "other"] | None = None
    targets: Seq[Text] = ()
    selector: dict[Text, Text] | None = None
    metrics: Seq[Text] = ()
