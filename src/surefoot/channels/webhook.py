"""A POST of JSON to an address of the user's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from surefoot.channels import SECRET, Channel, Given, Message, Receipt
from surefoot.channels._http import answered, bearer, by_status, checked, text_of
from surefoot.channels._message import digest
from surefoot.channels._signing import webhook_headers
from surefoot.channels._text import cut, one_line
from surefoot.ports.carrier import HttpRequest, Request, Response
from surefoot.spec.model.channel import ChannelModel

_LONGEST_BODY = 15_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a webhook.

    Attributes:
        url: Address that takes the POST.
        token: Bearer token.
        secret: Signs the body by the rules of Standard Webhooks (HMAC-SHA-256).
        headers: Further headers, as `Name=value`.
    """

    url: str = field(repr=False, metadata=SECRET)
    token: str = field(default="", repr=False, metadata=SECRET)
    secret: str = field(default="", repr=False, metadata=SECRET)
    headers: tuple[str, ...] = field(default=(), repr=False)


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.webhook is None:
        return None
    hook = model.webhook
    url = given.reveal(hook.url) if hook.url.startswith(("env:", "file:")) else hook.url
    headers = tuple(f"{name}={value}" for name, value in hook.headers.items())
    return Settings(
        url, given.reveal(hook.token) if hook.token else "", given.reveal(hook.secret) if hook.secret else "", headers
    )


def _request(message: Message, settings: Settings) -> Request | Receipt:
    body = orjson.dumps(_document(message))
    own = dict(each.split("=", 1) for each in settings.headers)
    name = f"msg_{digest(message.key, 32)}"
    signed = {"Webhook-Id": name, "Webhook-Timestamp": str(int(message.at.timestamp()))}
    if settings.secret:
        signed = webhook_headers(settings.secret, name, int(message.at.timestamp()), body)
    token = bearer(settings.token) if settings.token else {}
    ours = {"Content-Type": "application/json", **token, **signed}
    taken = {each.lower() for each in ours}
    further = {name: text for name, text in own.items() if name.lower() not in taken}
    return checked(HttpRequest(settings.url, body, {**further, **ours}))


def _document(message: Message) -> Mapping[str, object]:
    return {
        "version": 1,
        "key": message.key,
        "kind": message.kind,
        "incident": message.incident,
        "priority": message.priority,
        "service": one_line(message.service),
        "title": cut(one_line(message.title), 1000),
        "body": cut(message.text, _LONGEST_BODY),
        "to": one_line(message.to),
        "repeat": message.repeat,
        "links": {words.lower(): url for words, url in message.tapped},
    }


def _receipt(response: Response) -> Receipt:
    return by_status(response, text_of(answered(response), "id"))


CHANNEL = Channel(
    name="webhook",
    describes=(
        "JSON to an address of yours, signed by the rules of [Standard Webhooks](https://www.standardwebhooks.com): "
        "`Webhook-Id` is the same for every try of a message, `Webhook-Signature` covers the body and "
        "`Webhook-Timestamp`. Any 2xx accepts; `id` of a JSON answer is kept."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="dedupe",
)
