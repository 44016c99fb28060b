"""PagerDuty: events to an integration of its Events API v2."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surefoot.channels import SECRET, Channel, Given, Message, Receipt
from surefoot.channels._http import answered, by_status, joined, post, text_of
from surefoot.channels._message import digest
from surefoot.channels._text import cut, one_line
from surefoot.ports.carrier import Request, Response
from surefoot.spec.model.channel import ChannelModel

_KEY, _SUMMARY, _DETAILS = 255, 1024, 15_000  # characters
_SEVERITIES = {"P1": "critical", "P2": "error", "P3": "warning", "P4": "info"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PagerDuty.

    Attributes:
        key: Integration key (routing key) of a service or a rule set.
        url: Address of the API; `https://events.eu.pagerduty.com` in the EU.
    """

    key: str = field(repr=False, metadata=SECRET)
    url: str = "https://events.pagerduty.com"


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.pagerduty is None:
        return None
    key = given.reveal(model.pagerduty.key)
    return Settings(key, model.pagerduty.url) if model.pagerduty.url else Settings(key)


def _request(message: Message, settings: Settings) -> Request | Receipt:
    url = settings.url if settings.url.rstrip("/").endswith("/v2/enqueue") else joined(settings.url, "/v2/enqueue")
    event: dict[str, object] = {
        "routing_key": settings.key.strip(),
        "event_action": "resolve" if message.kind == "resolved" else "trigger",
        "dedup_key": _name(message.thread),
    }
    if message.kind != "resolved":
        event |= {
            "client": "Surefoot",
            "links": [{"href": link, "text": words} for words, link in message.tapped],
            "payload": _payload(message),
        }
    return post(url, event)


def _payload(message: Message) -> Mapping[str, object]:
    service = one_line(message.service)
    return {
        "summary": cut(message.headline, _SUMMARY),
        "source": service or "surefoot",
        "severity": _SEVERITIES[message.priority],
        "timestamp": message.at.isoformat(),
        "class": message.kind,
        **({"component": service} if service else {}),
        "custom_details": {"body": cut(message.text, _DETAILS), "key": message.key},
    }


def _name(thread: str) -> str:
    return thread if len(thread) <= _KEY else digest(thread, 64)


def _receipt(response: Response) -> Receipt:
    return by_status(response, text_of(answered(response), "dedup_key"))


CHANNEL = Channel(
    name="pagerduty",
    describes=(
        "An event (Events API v2). Whatever belongs to one incident has one `dedup_key`, so that PagerDuty opens one "
        "alert, and closes it when the incident is resolved. Who is woken, and how often, is up to PagerDuty."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="dedupe",
)
