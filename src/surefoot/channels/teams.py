"""Microsoft Teams: an Adaptive Card to the webhook of a workflow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from surefoot.channels import SECRET, Channel, Given, Message, Receipt, refused
from surefoot.channels._http import answered, by_status, post, said
from surefoot.channels._text import cut
from surefoot.ports.carrier import Request, Response
from surefoot.spec.model.channel import ChannelModel

_TITLE, _BODY = 300, 3000  # Teams takes 28 kB in all; four bytes a character leave room for the links
_COLOURS = {"page": "Attention", "update": "Accent", "resolved": "Good", "test": "Default"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of Teams.

    Attributes:
        url: Address of a workflow *Post to a channel when a webhook request is received*.
    """

    url: str = field(repr=False, metadata=SECRET)


def _read(model: ChannelModel, given: Given) -> Settings | None:
    return None if model.teams is None else Settings(given.reveal(model.teams.url))


def _request(message: Message, settings: Settings) -> Request | Receipt:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": list(_body(message)),
        "actions": [{"type": "Action.OpenUrl", "title": words, "url": url} for words, url in message.tapped],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return post(settings.url, {"type": "message", "attachments": [attachment]})


def _body(message: Message) -> Iterator[Mapping[str, object]]:
    colour = _COLOURS[message.kind]
    yield _run({"text": cut(message.headline, _TITLE), "weight": "Bolder", "size": "Medium", "color": colour})
    if message.text:
        yield _run({"text": cut(message.text, _BODY)})


def _run(run: Mapping[str, object]) -> Mapping[str, object]:
    """Write text that Teams shows as it is: a `TextBlock` would read Markdown in it."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run}]}


def _receipt(response: Response) -> Receipt:
    """Judge an answer: connectors of the old kind say 200 to what failed, and so in words."""
    answer = answered(response)
    if answer.status == 200 and b"delivery failed" in answer.body:  # noqa: PLR2004  # an HTTP status
        return refused(f"Teams says: {said(answer)}")
    return by_status(answer)


CHANNEL = Channel(
    name="teams",
    describes="An Adaptive Card with its links as buttons, through the webhook of a Power Automate workflow.",
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="none",
)
