"""Where alerts go: the channels of a team for each priority, as Alertmanager 0.25 can say them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surefoot.spec.entry import Entry
from surefoot.spec.model.channel import AlertSource, ChannelModel, Mail, Slack, Webhook
from surefoot.spec.model.oncall import LastResortModel, Team
from surefoot.spec.model.policy import Means, Priority
from surefoot.spec.system import System

Json = Mapping[str, object]

PRIORITIES: tuple[Priority, ...] = ("P1", "P2", "P3", "P4")
UNOWNED = "none"
SUREFOOT = "surefoot"
_SECRETS = ("env:", "file:")
_PAGED: tuple[Priority, ...] = ("P1", "P2")
_ORDER: Mapping[Means, tuple[Means, ...]] = {  # what stands in for a means that a team does not have
    "page": ("page", "chat", "email"),
    "call": ("call", "page"),
    "chat": ("chat", "page", "email"),
    "email": ("email", "chat", "page"),
}
_SUMMARY = "[{{ .CommonLabels.priority }}] {{ or .CommonAnnotations.summary .GroupLabels.alertname }}"
_DETAILS = "{{ range .Alerts }}{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}"


@dataclass(frozen=True, slots=True)
class Integration:
    """One way out of Alertmanager.

    Attributes:
        key: Of the receiver, such as ``slack_configs``.
        via: What it is called in documents, such as ``slack #payments``.
        config: Its settings.
    """

    key: str
    via: str
    config: Json


def receiver_name(team: str, priority: Priority) -> str:
    """Name the receiver of a team's alerts of a priority."""
    return f"{team}-{priority}"


def teams(system: System) -> list[str]:
    """List the teams that alerts can name, with `UNOWNED` for services without an owner."""
    owners = {service.owner or UNOWNED for service in system.services.values()}
    return sorted({*system.teams, *owners} - {UNOWNED}) + [UNOWNED] * (UNOWNED in owners)


def integrations(system: System, team: str, priority: Priority) -> list[Integration]:
    """Find how an alert of a priority reaches a team.

    A page goes to Surefoot where it runs, which knows who is on call and calls. Otherwise each means
    of the policy is looked for at the team, the default team, and the last resort; a means that none
    of them has is stood in for by the next best. What can reach nobody is an empty list.
    """
    if priority in _PAGED:
        own = _surefoot(system)
        if own:
            return [own]
    means: tuple[Means, ...] = getattr(system.policy.alertmanager.routes, priority)
    found = [way for wanted in means if (way := _reach(system, team, wanted)) is not None]
    if not found:
        found = list(_last_resort(system))[:1]
    return list({(way.key, way.via): way for way in found}.values())


def unsupported(channel: ChannelModel) -> str:
    """Say why Alertmanager 0.25 cannot use a channel; empty if it can."""
    match channel.kind:
        case "webhook":
            assert channel.webhook is not None
            if channel.webhook.url.startswith(_SECRETS):
                return "a webhook's address cannot stand in a file before Alertmanager 0.26"
            return ""
        case "slack" | "pagerduty" | "opsgenie" | "email":
            return ""
        case "teams":
            return "Alertmanager knows no Microsoft Teams before 0.26"
        case kind:
            return f"Alertmanager cannot send to {kind} without a secret in its configuration, or not at all"


def _reach(system: System, team: str, wanted: Means) -> Integration | None:
    for means in _ORDER[wanted]:
        for owner in _responsible(system, team):
            way = _way(system, owner, means)
            if way is not None:
                return way
    return None


def _responsible(system: System, team: str) -> Iterator[Team]:
    """Yield the team, then the default team; an only team is that of everybody."""
    own = system.teams.get(team)
    if own is not None:
        yield own.model
    only = len(system.teams) == 1
    yield from (entry.model for name, entry in system.teams.items() if (only or entry.model.default) and name != team)


def _way(system: System, team: Team, means: Means) -> Integration | None:
    match means:
        case "page":
            return _through(system, team.page) if team.page else None
        case "call":
            return None  # only a paging service calls, and it gets the page
        case "chat":
            return _chat(system, team)
        case "email":
            return _mailbox(system, team.email) if team.email else None


def _chat(system: System, team: Team) -> Integration | None:
    if team.chat is None:
        return None
    if team.chat.kind == "channel":
        return _through(system, team.chat.room)
    if team.chat.kind != "slack":
        return None
    for name, entry in sorted(system.channels.items()):
        if entry.model.slack:
            return _slack(system, name, entry.model.slack, team.chat.room)
    return _slack(system, "slack", Slack(url="file:slack"), team.chat.room)


def _mailbox(system: System, address: str) -> Integration | None:
    """Write to an address through the workspace's server, or that of a declared channel."""
    if not system.alertmanager.smtp_smarthost:
        for name, entry in sorted(system.channels.items()):
            if entry.model.email and entry.model.email.smtp:
                return _email(system, name, entry.model.email.model_copy(update={"to": (address,)}))
    return _email(system, "email", Mail(to=(address,)))


def _last_resort(system: System) -> Iterator[Integration]:
    last = system.spec.one("last_resort", LastResortModel)
    for name in (*(last.channels if last else ()), *sorted(system.channels)):
        way = _through(system, name)
        if way is not None:
            yield way


def _through(system: System, name: str) -> Integration | None:
    """Translate a channel, or the one that it falls back to."""
    seen: set[str] = set()
    while name in system.channels and name not in seen:
        seen.add(name)
        channel = system.channels[name].model
        way = _integration(system, name, channel)
        if way is not None:
            return way
        name = channel.fallback or ""
    return None


def _integration(system: System, name: str, channel: ChannelModel) -> Integration | None:
    if unsupported(channel):
        return None
    if channel.webhook:
        return _webhook(system, name, channel.webhook)
    if channel.slack:
        return _slack(system, name, channel.slack, channel.slack.room)
    if channel.email:
        return _email(system, name, channel.email)
    return _keyed(system, name, channel)


def _keyed(system: System, name: str, channel: ChannelModel) -> Integration | None:
    if channel.pagerduty:
        url = {"url": channel.pagerduty.url} if channel.pagerduty.url else {}
        settings = {
            "routing_key_file": _secret(system, name),
            **url,
            "severity": "{{ .CommonLabels.severity }}",
            "description": _SUMMARY,
            "send_resolved": True,
        }
        return Integration("pagerduty_configs", f"PagerDuty {name}", settings)
    if channel.opsgenie:
        url = {"api_url": channel.opsgenie.url} if channel.opsgenie.url else {}
        settings = {
            "api_key_file": _secret(system, name),
            **url,
            "priority": "{{ .CommonLabels.priority }}",
            "message": _SUMMARY,
            "description": _DETAILS,
            "send_resolved": True,
        }
        return Integration("opsgenie_configs", f"Opsgenie {name}", settings)
    return None


def _webhook(system: System, name: str, webhook: Webhook) -> Integration:
    settings: dict[str, object] = {"url": webhook.url, "send_resolved": True}
    if webhook.token:
        settings["http_config"] = _bearer(_secret(system, name))
    return Integration("webhook_configs", f"webhook {name}", settings)


def _slack(system: System, name: str, slack: Slack, room: str | None) -> Integration:
    access: dict[str, object] = {"api_url_file": _secret(system, name)}
    if slack.token:
        access = {
            "api_url": "https://slack.com/api/chat.postMessage",
            "http_config": _bearer(_secret(system, name)),
        }
    settings = {
        **access,
        **({"channel": room} if room else {}),
        "title": _SUMMARY,
        "title_link": "{{ .CommonAnnotations.runbook_url }}",
        "text": _DETAILS,
        "send_resolved": True,
    }
    return Integration("slack_configs", f"Slack {room or name}", settings)


def _email(system: System, name: str, mail: Mail) -> Integration | None:
    """Write an email; there is none without a server and a sender."""
    host, sender = mail.smtp or system.alertmanager.smtp_smarthost, mail.sender or system.alertmanager.smtp_from
    if not host or not sender:
        return None
    login: dict[str, object] = {}
    if mail.username:
        login = {"auth_username": mail.username, "auth_password_file": _secret(system, name)}
    settings = {
        "to": ", ".join(mail.to),
        "from": sender,
        "smarthost": host if ":" in host else f"{host}:{_PORTS[mail.tls]}",
        "require_tls": mail.tls == "starttls",
        **login,
        "headers": {"Subject": _SUMMARY},
        "send_resolved": True,
    }
    return Integration("email_configs", f"email {', '.join(mail.to)}", settings)


_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _surefoot(system: System) -> Integration | None:
    """Find Surefoot's own door for alerts: a webhook channel of that name, or its address."""
    channel = system.channels.get(SUREFOOT)
    if channel and channel.model.webhook:
        return _integration(system, SUREFOOT, channel.model)
    if not system.links.surefoot:
        return None
    source, entry = _source(system)
    url = f"{system.links.surefoot.rstrip('/')}/in/alertmanager/{source}"
    settings: dict[str, object] = {"url": url, "send_resolved": True}
    if entry and entry.model.key:
        settings["http_config"] = _bearer(_secret(system, source))
    return Integration("webhook_configs", "Surefoot", settings)


def _source(system: System) -> tuple[str, Entry[AlertSource] | None]:
    for name, entry in system.spec.all("sources", AlertSource).items():
        if entry.model.kind == "alertmanager":
            return name, entry
    return "alertmanager", None


def _bearer(file: str) -> Json:
    return {"authorization": {"type": "Bearer", "credentials_file": file}}


def _secret(system: System, name: str) -> str:
    return f"{system.alertmanager.secrets.rstrip('/')}/{name}"
