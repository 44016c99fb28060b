"""What calls and short messages share: the API of Twilio, and of those that speak it."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from surefoot.channels import SECRET, Given, Message, Receipt, refused
from surefoot.channels._http import answered, by_status, checked, joined, text_of
from surefoot.channels._text import one_line
from surefoot.ports.carrier import HttpRequest, Response
from surefoot.spec.model.channel import ChannelModel, Twilio

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SERVER = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a telephone.

    Attributes:
        account: SID of the account.
        token: Its token.
        sender: Number that calls or writes, such as `+4930123456`.
        url: Address of the API, or of another that speaks the same.
        to: Number, unless the message names one.
    """

    account: str = field(repr=False, metadata=SECRET)
    token: str = field(repr=False, metadata=SECRET)
    sender: str
    url: str = _SERVER
    to: str = ""


def read(model: ChannelModel, given: Given, by: str) -> Settings | None:
    """Take the settings out of an entry of the spec for calls, or for short messages."""
    twilio: Twilio | None = model.twilio
    if twilio is None or twilio.by != by:
        return None
    account, token = given.reveal(twilio.account), given.reveal(twilio.token)
    return Settings(account, token, twilio.sender, twilio.url or _SERVER, twilio.to or "")


def number(text: str) -> str:
    """Write a number as E.164 wants it; empty if it is none."""
    digits = re.sub(r"[ ()/.-]", "", text)
    return digits if _NUMBER.fullmatch(digits) else ""


def post(message: Message, settings: Settings, resource: str, form: dict[str, str]) -> HttpRequest | Receipt:
    """Make a call or a short message; refused if a number is none."""
    to, sender = number(message.to or settings.to), number(settings.sender)
    if not to or not sender:
        which = "recipient's" if not to else "sender's"
        return refused(f"the {which} number is not of the form +4930123456: look at the person or the channel")
    body = urlencode({"To": to, "From": sender, **form}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **_access(settings)}
    return checked(HttpRequest(_address(settings, resource), body, headers))


def get(settings: Settings, resource: str, query: dict[str, str]) -> HttpRequest | Receipt:
    """Ask for calls or short messages."""
    url = f"{_address(settings, resource)}?{urlencode(query)}"
    return checked(HttpRequest(url, b"", _access(settings), "GET"))


def receipt(response: Response) -> Receipt:
    """Judge an answer: ``sid`` names what was queued; an error has a code of its own and a sentence."""
    answer = answered(response)
    judged = by_status(answer, text_of(answer, "sid"))
    code, told = text_of(answer, "code"), text_of(answer, "message")
    if judged.reason and code:
        return Receipt(judged.result, "", one_line(f"{answer.status}: error {code}: {told}"), judged.retry_after)
    return judged


def _address(settings: Settings, resource: str) -> str:
    return joined(settings.url, f"/2010-04-01/Accounts/{quote(settings.account.strip(), safe='')}/{resource}.json")


def _access(settings: Settings) -> dict[str, str]:
    login = f"{settings.account.strip()}:{settings.token.strip()}".encode()
    return {"Authorization": f"Basic {b64encode(login).decode()}"}
