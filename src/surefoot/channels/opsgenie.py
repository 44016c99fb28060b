"""Opsgenie, and the alerts of Jira Service Management: its Alert API."""

from dataclasses import dataclass, field
from urllib.parse import quote

from surefoot.channels import SECRET, Channel, Given, Message, Receipt
from surefoot.channels._http import answered, bearer, by_status, joined, post, text_of
from surefoot.channels._message import as_text, digest
from surefoot.channels._text import cut, one_line
from surefoot.ports.carrier import Request, Response
from surefoot.spec.model.channel import ChannelModel

_MESSAGE, _ALIAS, _DESCRIPTION, _ENTITY = 130, 512, 15_000, 512  # characters that it takes
_SOURCE = "Surefoot"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of Opsgenie.

    Attributes:
        key: Key of an API integration.
        url: Address of the API; `https://api.eu.opsgenie.com` in the EU.
    """

    key: str = field(repr=False, metadata=SECRET)
    url: str = "https://api.opsgenie.com"


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.opsgenie is None:
        return None
    key = given.reveal(model.opsgenie.key)
    return Settings(key, model.opsgenie.url) if model.opsgenie.url else Settings(key)


def _request(message: Message, settings: Settings) -> Request | Receipt:
    alias = message.thread if len(message.thread) <= _ALIAS else digest(message.thread, 64)
    known = f"/v2/alerts/{quote(alias, safe='')}"
    note = {"source": _SOURCE, "note": cut(f"{message.headline}\n{as_text(message)}", _DESCRIPTION)}
    match message.kind:
        case "resolved":
            path, value = f"{known}/close?identifierType=alias", note
        case "update":
            path, value = f"{known}/notes?identifierType=alias", note
        case "page" | "test":
            path, value = "/v2/alerts", _alert(message, alias)
    return post(joined(settings.url, path), value, bearer(settings.key, "GenieKey"))


def _alert(message: Message, alias: str) -> dict[str, str]:
    service = one_line(message.service)
    return {
        "message": cut(message.headline, _MESSAGE),
        "alias": alias,
        "description": cut(as_text(message), _DESCRIPTION),
        "priority": message.priority,
        "source": _SOURCE,
        **({"entity": cut(service, _ENTITY)} if service else {}),
    }


def _receipt(response: Response) -> Receipt:
    return by_status(response, text_of(answered(response), "requestId"))


CHANNEL = Channel(
    name="opsgenie",
    describes=(
        "An alert whose alias is the incident, so that there is one; updates become its notes, the resolution closes "
        "it. Who is woken, and how often, is up to Opsgenie."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="dedupe",
)
