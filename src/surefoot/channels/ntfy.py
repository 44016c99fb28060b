"""ntfy: a push to a phone, through ntfy.sh or a server of one's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from surefoot.channels import SECRET, Channel, Given, Message, Receipt, refused
from surefoot.channels._http import answered, bearer, by_status, post, text_of
from surefoot.channels._text import cut_bytes
from surefoot.ports.carrier import Request, Response
from surefoot.spec.model.channel import ChannelModel

_TITLE, _MESSAGE = 250, 4000  # bytes; a message of more than 4096 would become an attachment
_PRIORITIES = {"P1": 5, "P2": 4, "P3": 3, "P4": 2}
_TAGS = {"page": "rotating_light", "update": "speech_balloon", "resolved": "white_check_mark", "test": "test_tube"}
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_BUTTONS = 3
_SERVER = "https://ntfy.sh"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of ntfy.

    Attributes:
        topic: Topic, unless the message names one; whoever knows it can read it, and acknowledge.
        url: Address of the server.
        token: Access token, of a server that asks for one.
    """

    topic: str = field(repr=False, metadata=SECRET)
    url: str = _SERVER
    token: str = field(default="", repr=False, metadata=SECRET)


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.ntfy is None:
        return None
    token = given.reveal(model.ntfy.token) if model.ntfy.token else ""
    return Settings(given.reveal(model.ntfy.topic), model.ntfy.url or _SERVER, token)


def _request(message: Message, settings: Settings) -> Request | Receipt:
    """Publish as JSON: what headers would carry does not depend on how a proxy reads them."""
    topic = (message.to or settings.topic).strip()
    if not _TOPIC.fullmatch(topic):
        return refused("the topic is not 1 to 64 letters, digits, `-` or `_`: look at the setting or its variable")
    value: dict[str, object] = {
        "topic": topic,
        "title": cut_bytes(message.headline, _TITLE),
        "message": cut_bytes(message.text or message.headline, _MESSAGE),
        "priority": _PRIORITIES[message.priority] if message.kind == "page" else 3,
        "tags": [_TAGS[message.kind]],
        "actions": _buttons(message),
    }
    opened = next((url for _, url in message.tapped), "")
    return post(settings.url, {**value, **({"click": opened} if opened else {})}, _access(settings))


def _buttons(message: Message) -> list[Mapping[str, object]]:
    buttons: list[Mapping[str, object]] = []
    for words, url in message.tapped:
        if url == message.acknowledge:
            buttons.append({"action": "http", "label": words, "url": url, "method": "POST", "clear": True})
        else:
            buttons.append({"action": "view", "label": words, "url": url})
    return buttons[:_BUTTONS]


def _access(settings: Settings) -> Mapping[str, str]:
    return bearer(settings.token) if settings.token else {}


def _receipt(response: Response) -> Receipt:
    return by_status(response, text_of(answered(response), "id"))


CHANNEL = Channel(
    name="ntfy",
    describes=(
        "A push with up to three buttons: the first acknowledges by a POST from the phone, the others open their "
        "links. Priority P1 rings through (ntfy's 5)."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="none",
    acknowledges=True,
)
