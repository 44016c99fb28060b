"""Slack: an incoming webhook, or `chat.postMessage` with a bot's token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from surefoot.channels import SECRET, Channel, Given, Message, Receipt, refused
from surefoot.channels._http import answered, bearer, by_status, decoded, joined, post, text_of
from surefoot.channels._text import cut, cut_escaped, one_line
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import Request, Response
from surefoot.spec.model.channel import ChannelModel

_HEADER, _SECTION = 150, 3000  # characters that Slack takes in a block
_PERHAPS = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))
"""Errors after which Slack may have posted the message all the same."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of Slack: `url`, or `token` and a room.

    Attributes:
        url: Address of an incoming webhook, which is bound to its room.
        token: Token of a bot with the scope `chat:write`.
        room: Room or user that the bot writes to, unless the message names one.
        api: Address of the API.
    """

    url: str = field(default="", repr=False, metadata=SECRET)
    token: str = field(default="", repr=False, metadata=SECRET)
    room: str = ""
    api: str = "https://slack.com/api"


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.slack is None:
        return None
    url, token = model.slack.url, model.slack.token
    return Settings(given.reveal(url) if url else "", given.reveal(token) if token else "", model.slack.room or "")


def _request(message: Message, settings: Settings) -> Request | Receipt:
    content = {
        "text": cut_escaped(message.headline, _SECTION, _escaped),
        "blocks": list(_blocks(message)),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if settings.url:
        return post(settings.url, content)
    room = one_line(message.to or settings.room)
    if not settings.token or not room:
        return refused("Slack needs `url`, or `token` and `room`")
    url = joined(settings.api, "/chat.postMessage")
    return post(url, {"channel": room, **content}, bearer(settings.token))


def _blocks(message: Message) -> Iterator[Mapping[str, object]]:
    yield {"type": "header", "text": _words(cut(message.headline, _HEADER))}
    if message.text:
        body = cut_escaped(message.text, _SECTION, _escaped)
        yield {"type": "section", "text": {"type": "mrkdwn", "text": body, "verbatim": True}}
    buttons = [{"type": "button", "text": _words(words), "url": url} for words, url in message.tapped]
    if message.acknowledge:
        buttons[0] |= {"style": "primary"}
    if buttons:
        yield {"type": "actions", "elements": buttons}


def _words(text: str) -> Mapping[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    """Escape the three characters with which Slack's markup links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _receipt(response: Response) -> Receipt:
    """Judge an answer: the API says 200 to what it refuses, and the error in the body."""
    answer = answered(response)
    value = decoded(answer)
    if answer.status == 200 and value.get("ok") is False:  # noqa: PLR2004  # an HTTP status
        error = text_of(answer, "error")
        return Receipt(Result.UNKNOWN if error in _PERHAPS else Result.REFUSED, reason=f"Slack says: {error}")
    return by_status(answer, text_of(answer, "ts"))


CHANNEL = Channel(
    name="slack",
    describes="A message with its links as buttons. With a token it goes to any room that the bot is a member of.",
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="none",
)
