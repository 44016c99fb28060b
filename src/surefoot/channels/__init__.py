"""Channels: one file = one way to notify somebody, as two pure functions: message → request, response → receipt.

A module defines ``CHANNEL``, and a dataclass of settings whose docstring is their reference. Nothing
here talks: `send` hands the request to a `Carrier`, which `edge` implements.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import quote, urlsplit

from surefoot import registry
from surefoot.channels._message import Kind, Links, Message
from surefoot.channels._settings import SECRET, Setting, schema_of, secrets_of, settings_of
from surefoot.channels._text import cut, one_line
from surefoot.domain.paging.sending import Dedupe, Result
from surefoot.ports.carrier import Carrier, HttpRequest, Request, Response
from surefoot.ports.silence import Silence
from surefoot.spec.model.channel import ChannelModel

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "SECRET",
    "Channel",
    "Given",
    "Kind",
    "Line",
    "Links",
    "Message",
    "Receipt",
    "Setting",
    "all_channels",
    "ask",
    "line_of",
    "refused",
    "schema_of",
    "send",
    "settings_of",
]

_LONGEST_REASON = 300
_SHORTEST_SECRET = 4  # characters; shorter ones would blank out half of every reason


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message.

    Attributes:
        result: Accepted, delivered, refused, unknown; absent if the provider was asked and never saw it.
        provider_id: The provider's name for it; empty if it gave none.
        reason: What was wrong and, where we know, how to mend it; holds no secret.
        retry_after: How long the provider wants to be left alone; None if it did not say.
    """

    result: Result
    provider_id: str = ""
    reason: str = ""
    retry_after: timedelta | None = None


def refused(reason: str) -> Receipt:
    """Refuse a message before anything is sent."""
    return Receipt(Result.REFUSED, reason=reason)


@dataclass(frozen=True, slots=True)
class Given:
    """What the workspace gives a channel beside its own entry.

    Attributes:
        reveal: Finds the secret behind ``env:NAME`` or ``file:PATH``.
        smtp: The workspace's mail server, ``host:port``; empty if it has none.
        sender: The workspace's address for mail.
    """

    reveal: Callable[[str], str]
    smtp: str = ""
    sender: str = ""


S = TypeVar("S", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Channel(Generic[S]):
    """One way to notify somebody.

    Attributes:
        name: Such as ``slack``.
        describes: What it sends, in a sentence for the reference.
        settings: The dataclass of its settings.
        read: Takes the settings out of an entry of the spec's `channels`; None if that is of another channel.
        request: Message to request; pure. A receipt instead if it cannot be sent as it is.
        receipt: Response to receipt; pure. A silence never comes here.
        dedupe: What can be done about a try whose end is unknown.
        acknowledges: Whether the recipient can acknowledge in it, without opening a page.
        lookup: Asks what became of a message; with ``lookup`` alone.
        found: Message and response of `lookup` to receipt, absent if it never arrived.
        needs: The extra that has to be installed; empty if none.
    """

    name: str
    describes: str
    settings: type[S]
    read: Callable[[ChannelModel, Given], S | None]
    request: Callable[[Message, S], Request | Receipt]
    receipt: Callable[[Response], Receipt]
    dedupe: Dedupe
    acknowledges: bool = False
    lookup: Callable[[Message, S], Request | Receipt] | None = None
    found: Callable[[Message, Response], Receipt] | None = None
    needs: str = ""

    def line(self, settings: S) -> "Line":
        """Tie it to its settings."""
        lookup = self.lookup
        return Line(
            self.name,
            self.dedupe,
            self.acknowledges,
            lambda message: self.request(message, settings),
            self.receipt,
            None if lookup is None else lambda message: lookup(message, settings),
            self.found,
            secrets_of(settings),
        )

    def line_of(self, model: ChannelModel, given: Given) -> "Line | None":
        """Tie it to the settings in an entry of the spec; None if that is of another channel."""
        settings = self.read(model, given)
        return None if settings is None else self.line(settings)


@dataclass(frozen=True, slots=True)
class Line:
    """A channel with its settings, ready for `send` and `ask`; see `Channel` for the attributes."""

    channel: str
    dedupe: Dedupe
    acknowledges: bool
    request: Callable[[Message], Request | Receipt] = field(repr=False)
    receipt: Callable[[Response], Receipt] = field(repr=False)
    lookup: Callable[[Message], Request | Receipt] | None = field(repr=False)
    found: Callable[[Message, Response], Receipt] | None = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@cache
def all_channels() -> "dict[str, Channel[DataclassInstance]]":
    """Return every channel by its name, sorted."""
    return registry.discover(sys.modules[__name__], Channel, lambda channel: channel.name)


def line_of(model: ChannelModel, given: Given) -> Line:
    """Open the channel of an entry of the spec.

    Raises:
        LookupError: No channel takes it.
    """
    for channel in all_channels().values():
        line = channel.line_of(model, given)
        if line is not None:
            return line
    raise LookupError(f"no channel sends to `{model.kind}`")


def send(line: Line, message: Message, carrier: Carrier) -> Receipt:
    """Send a message. What is not known to have been refused or accepted is unknown, never sent."""
    return _judged(line, message, line.request(message), line.receipt, carrier)


def ask(line: Line, message: Message, carrier: Carrier) -> Receipt:
    """Ask what became of a message; an unknown one stays so where the provider cannot be asked."""
    if line.lookup is None or line.found is None:
        return Receipt(Result.UNKNOWN, reason=f"{line.channel} cannot be asked")
    receipt = _judged(line, message, line.lookup(message), partial(line.found, message), carrier)
    if receipt.result is Result.REFUSED and not receipt.provider_id:  # the question was, not the message
        return Receipt(Result.UNKNOWN, reason=receipt.reason, retry_after=receipt.retry_after)
    return receipt


def _judged(
    line: Line, message: Message, request: Request | Receipt, receipt: Callable[[Response], Receipt], carrier: Carrier
) -> Receipt:
    if isinstance(request, Receipt):
        return request
    response = carrier.carry(request)
    if isinstance(response, Silence):
        found = Receipt(Result.UNKNOWN if response.sent else Result.REFUSED, reason=response.reason)
    else:
        found = receipt(response)
    secrets = (*line.secrets, message.links.acknowledge, *_sent_secrets(request))
    reason = cut(one_line(_scrubbed(found.reason, secrets)), _LONGEST_REASON)
    return Receipt(found.result, found.provider_id, reason, found.retry_after)


def _sent_secrets(request: Request) -> tuple[str, ...]:
    """List what a server might repeat from the headers: logins and keys, in the form in which they were sent."""
    if not isinstance(request, HttpRequest):
        return ()
    return tuple(text.split()[-1] for name, text in request.headers.items() if text and name != "Content-Type")


def _scrubbed(text: str, secrets: tuple[str, ...]) -> str:
    """Blank out secrets, also as part of an address or as they stand in one."""
    hidden = {form for secret in secrets for form in (secret, quote(secret, safe=""), urlsplit(secret).path.strip("/"))}
    for each in sorted(hidden, key=len, reverse=True):
        if len(each) >= _SHORTEST_SECRET:
            text = text.replace(each, "***")
    return text
