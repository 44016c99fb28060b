"""The sections ``channels`` and ``sources``: where messages go out, and where alerts come in."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from surefoot.spec.model.forms import TIME, Labels, Priority, Regex, keyed, only_one, short, taken
from surefoot.spec.model.record import ChannelRef, EnvironmentRef, Record, ServiceRef, TeamRef
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Seq, Text, bad
from surefoot.spec.model.workspace import Secret

_HEARTBEAT = re.compile(rf"(?:(?P<alert>[A-Za-z_]\S*) )?(?P<every>{TIME})")
_KINDS = (
    "slack", "teams", "webhook", "email", "pagerduty", "opsgenie", "ntfy", "twilio", "telegram", "apprise",
    "console",
)  # fmt: skip


def _console(value: object) -> object:
    return {"console": {}} if value == "console" else value


def _heartbeat(text: str) -> dict[str, str]:
    return taken(_HEARTBEAT, text, "a heartbeat", "5m", "Watchdog 5m")


def _email_to(text: str) -> dict[str, list[str]]:
    if "@" not in text:
        raise bad(f"`{text}` is not an email address", "write it such as `ops@shop.example`")
    return {"to": [text]}


class Slack(Record):
    """A Slack webhook, or a bot (token and room) that can open incident channels."""

    url: Secret | None = None
    token: Secret | None = None
    room: Text | None = None

    @model_validator(mode="after")
    def _one_access(self) -> Self:
        only_one(self, ("url", "token"), noun="the access to Slack", example="slack: env:SLACK_URL")
        return self


class Keyed(Record):
    """A service that takes one key, and an address where it is not the usual one."""

    key: Secret
    url: Text | None = None


class Url(Record):
    """A webhook whose address holds its key."""

    url: Secret


class Webhook(Record):
    """An HTTP POST of the page as JSON; the address is a secret where it holds a key."""

    url: Text
    token: Secret | None = None
    secret: Annotated[Secret | None, Field(description="Signs the body (HMAC-SHA-256).")] = None
    headers: Labels = {}


class Mail(Record):
    """Email through an SMTP server; without `smtp`, the workspace's."""

    to: OneOrMore[Text]
    smtp: Text | None = None
    sender: Annotated[Text | None, Field(alias="from")] = None
    username: Text | None = None
    password: Secret | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"


class Ntfy(Record):
    """A topic of an ntfy server; whoever knows the topic can read it."""

    topic: Secret
    url: Text | None = None
    token: Secret | None = None


class Twilio(Record):
    """Phone calls and short messages.

    Attributes:
        to: Number, when it is the channel that is paged and not a person.
        url: Address of another API that speaks like Twilio's.
    """

    account: Secret
    token: Secret
    sender: Annotated[Text, Field(alias="from")]
    to: Text | None = None
    url: Text | None = None
    by: Literal["call", "sms"] = "call"


class Telegram(Record):
    """A bot and the chat it writes to."""

    token: Secret
    chat: Text


class Console(Record):
    """Messages on the standard output, for a first try."""


class ChannelModel(Record):
    """One way out; the key names its kind. `fallback` takes over when it fails."""

    slack: Annotated[Slack, short(Slack, keyed("url"), "env:SLACK_URL")] | None = None
    teams: Annotated[Url, short(Url, keyed("url"), "env:CHANNEL_URL")] | None = None
    webhook: Annotated[Webhook, short(Webhook, keyed("url"), "https://hooks.shop.example/page")] | None = None
    email: Annotated[Mail, short(Mail, _email_to, "ops@shop.example")] | None = None
    pagerduty: Annotated[Keyed, short(Keyed, keyed("key"), "env:ROUTING_KEY")] | None = None
    opsgenie: Annotated[Keyed, short(Keyed, keyed("key"), "env:ROUTING_KEY")] | None = None
    ntfy: Annotated[Ntfy, short(Ntfy, keyed("topic"), "env:NTFY_TOPIC")] | None = None
    twilio: Twilio | None = None
    telegram: Telegram | None = None
    apprise: Annotated[Url, short(Url, keyed("url"), "env:CHANNEL_URL")] | None = None
    console: Console | None = None
    fallback: ChannelRef | None = None
    description: Text = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        only_one(self, _KINDS, noun="the kind of channel", example="slack: env:SLACK_URL")
        return self

    @property
    def kind(self) -> str:
        """Name the key that is given."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)


Channel = Annotated[ChannelModel, BeforeValidator(_console, json_schema_input_type=ChannelModel | Literal["console"])]


class Heartbeat(Record):
    """A sign of life: an alert that always fires (any message if unnamed), due every so often."""

    every: PositiveTime
    alert: Text | None = None
    priority: Priority | None = None


class FieldMap(Record):
    """Paths (``alert.title``, ``items[].id``) of a JSON body; `alerts` names the list, if it is one."""

    key: Text
    alerts: Text | None = None
    title: Text | None = None
    description: Text | None = None
    status: Text | None = None
    firing: OneOrMore[Text] = ()
    resolved: OneOrMore[Text] = ()
    severity: Text | None = None
    service: Text | None = None
    starts_at: Text | None = None
    ends_at: Text | None = None
    url: Text | None = None
    labels: dict[Text, Text] = {}


class ServiceRule(Record):
    """Labels (regular expressions) of alerts that belong to a service."""

    match: dict[Text, Regex]
    service: ServiceRef


class Peers(Record):
    """Alertmanagers to ask what is active; every peer of a cluster."""

    urls: OneOrMore[Text]
    receiver: Text | None = None
    username: Text | None = None
    password: Secret | None = None


class AlertSource(Record):
    """One sender of alerts, and how its alerts are read."""

    kind: Literal["alertmanager", "webhook", "pagerduty", "opsgenie"] = "alertmanager"
    description: Text = ""
    key: Secret | None = None
    map: FieldMap | None = None
    priorities: dict[Text, Priority] = {}
    services: Seq[ServiceRule] = ()
    team: TeamRef | None = None
    environment: EnvironmentRef | None = None
    group_by: OneOrMore[Name] = ()
    heartbeat: Annotated[Heartbeat, short(Heartbeat, _heartbeat, "5m", "Watchdog 5m")] | None = None
    reconcile: Peers | None = None

    @model_validator(mode="after")
    def _mapped(self) -> Self:
        if self.kind == "webhook" and self.map is None:
            raise bad("a webhook's body has no known form", "write `map: {key: id, title: message, status: state}`")
        if self.kind != "webhook" and self.map is not None:
            raise bad(f"the body of `{self.kind}` is known", "drop `map:`, or write `kind: webhook`")
        if self.reconcile is not None and self.kind != "alertmanager":
            raise bad(f"`{self.kind}` cannot be asked what is active", "drop `reconcile:`")
        return self
