"""A telephone call that is read out, and acknowledged by a digit."""

from functools import partial
from html import escape

from surefoot.channels import Channel, Message, Receipt
from surefoot.channels._text import cut, one_line
from surefoot.channels._twilio import Settings, post, read, receipt
from surefoot.ports.carrier import Request

_SPOKEN = 400  # characters, half a minute; the script may have 4000
_DIGIT = 4
_RINGS = "30"  # seconds, before a mailbox answers
_KINDS = {"page": "Page", "update": "Update", "resolved": "Resolved", "test": "Test, no alarm"}


def _request(message: Message, settings: Settings) -> Request | Receipt:
    return post(message, settings, "Calls", {"Twiml": _script(message), "Timeout": _RINGS})


def _script(message: Message) -> str:
    """Write what the call does, in TwiML; the digit goes to the acknowledge link as the field ``Digits``."""
    said = f"<Say>{escape(_speech(message))}</Say>"
    if not message.acknowledge:
        return f"<Response>{said}</Response>"
    press = f"<Say>Press {_DIGIT} to acknowledge.</Say>"
    action = escape(message.acknowledge, quote=True)
    gather = f'<Gather action="{action}" method="POST" numDigits="1" timeout="5">'
    # Said twice: whoever is woken misses the first half.
    return f"<Response>{gather}{said}{press}{said}{press}</Gather><Say>Not acknowledged. Goodbye.</Say></Response>"


def _speech(message: Message) -> str:
    service = one_line(message.service)
    repeat = "Repeated. " if message.repeat else ""
    about = f" for {service}" if service else ""
    level = message.priority.removeprefix("P")
    return cut(f"{repeat}{_KINDS[message.kind]} of priority {level}{about}. {one_line(message.title)}", _SPOKEN)


CHANNEL = Channel(
    name="phone",
    describes=(
        "A call, by Twilio or an API that speaks like it, which reads the page out and takes the digit 4 for an "
        "acknowledgement. That a mailbox has answered is no acknowledgement."
    ),
    settings=Settings,
    read=partial(read, by="call"),
    request=_request,
    receipt=receipt,
    dedupe="none",
    acknowledges=True,
)
