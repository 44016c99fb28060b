"""A short message."""

from functools import partial

from surefoot.channels import Channel, Message, Receipt
from surefoot.channels._http import answered, by_status, decoded
from surefoot.channels._message import digest
from surefoot.channels._text import cut
from surefoot.channels._twilio import Settings, get, number, post, read, receipt
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import Request, Response

_MOST = 459  # characters: three parts of 153, which arrive and are paid as one message
_ASKED = "50"  # latest messages to the number
_RESULTS = {"failed": Result.REFUSED, "undelivered": Result.REFUSED, "delivered": Result.DELIVERED}


def _request(message: Message, settings: Settings) -> Request | Receipt:
    return post(message, settings, "Messages", {"Body": _text(message)})


def _text(message: Message) -> str:
    """Write the headline, cut so that the first link and the reference stay whole."""
    link = next((f"\n{words}: {url}" for words, url in message.tapped if len(url) < _MOST // 2), "")
    end = f"{link}\n{_reference(message)}"
    return cut(message.headline, _MOST - len(end)) + end


def _reference(message: Message) -> str:
    """Return what a message is found by again."""
    return f"ref {digest(message.key, 10)}"


def _lookup(message: Message, settings: Settings) -> Request | Receipt:
    return get(settings, "Messages", {"To": number(message.to or settings.to), "PageSize": _ASKED})


def _found(message: Message, response: Response) -> Receipt:
    answer = answered(response)
    listed = decoded(answer).get("messages")
    if answer.status != 200 or not isinstance(listed, list):  # noqa: PLR2004  # an HTTP status
        judged = by_status(answer)
        return Receipt(Result.UNKNOWN, reason=judged.reason or "no list of messages", retry_after=judged.retry_after)
    for each in listed:
        if isinstance(each, dict) and _reference(message) in str(each.get("body", "")):
            result = _RESULTS.get(str(each.get("status")), Result.ACCEPTED)
            return Receipt(result, str(each.get("sid", "")), str(each.get("error_message") or ""))
    return Receipt(Result.ABSENT)


CHANNEL = Channel(
    name="sms",
    describes=(
        "A short message, by Twilio or an API that speaks like it, with the first link and a reference, by which an "
        "unknown one is found again instead of being sent twice."
    ),
    settings=Settings,
    read=partial(read, by="sms"),
    request=_request,
    receipt=receipt,
    dedupe="lookup",
    lookup=_lookup,
    found=_found,
)
