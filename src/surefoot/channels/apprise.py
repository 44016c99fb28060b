"""The long tail: whatever the library Apprise can notify, and Telegram."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from surefoot.channels import SECRET, Channel, Given, Message, Receipt
from surefoot.channels._message import as_text
from surefoot.channels._text import cut
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import Notice, Notified, Request, Response
from surefoot.spec.model.channel import ChannelModel

_TITLE, _BODY = 250, 3000  # characters; Apprise cuts further where a service takes less
_CROWD = re.compile(r"@(?=everyone|here|channel|all)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of Apprise.

    Attributes:
        url: Address as Apprise writes it, such as `tgram://TOKEN/CHAT`, with the key in it.
    """

    url: str = field(repr=False, metadata=SECRET)


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.telegram is not None:
        token, chat = given.reveal(model.telegram.token), model.telegram.chat
        return Settings(f"tgram://{quote(token.strip(), safe=':')}/{quote(chat, safe='')}")
    return None if model.apprise is None else Settings(given.reveal(model.apprise.url).strip())


def _request(message: Message, settings: Settings) -> Request | Receipt:
    title, body = cut(message.headline, _TITLE), cut(as_text(message) or message.headline, _BODY)
    return Notice(settings.url, _alone(title), _alone(body))


def _alone(text: str) -> str:
    """Keep an alert's text from calling everybody in a room."""
    return _CROWD.sub("@\u200b", text)


def _receipt(response: Response) -> Receipt:
    """Judge what Apprise said: yes or no, and no also if the answer of the service was lost."""
    assert isinstance(response, Notified)
    if response.done:
        return Receipt(Result.ACCEPTED)
    return Receipt(Result.UNKNOWN, reason="Apprise did not succeed; its log `apprise` says why")


CHANNEL = Channel(
    name="apprise",
    describes=(
        "Plain text to any of the services that [Apprise](https://github.com/caronc/apprise) knows; `telegram` of the "
        "spec goes this way too."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="none",
    needs="notify",
)
