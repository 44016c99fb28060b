"""Email through an SMTP server: plain text, and the same as HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from surefoot.channels import SECRET, Channel, Given, Message, Receipt, refused
from surefoot.channels._message import as_text, digest
from surefoot.channels._text import cut, one_line
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import Request, Response
from surefoot.ports.mail import Letter, Posted, Protection
from surefoot.spec.model.channel import ChannelModel

_SUBJECT, _BODY = 200, 50_000  # characters
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_SENDER = re.compile(r"(?:(?P<name>.*?)\s*<)?(?P<address>[^<>]*?)>?")
_SERVER = re.compile(r"\[?(?P<host>[^\s\]/@]+?)\]?(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of email.

    Attributes:
        smtp: Mail server, `host` or `host:port`; the workspace's if left out.
        sender: Address that it comes from, also as `Name <address>`; the workspace's if left out.
        to: Addresses, unless the message names one.
        username: For the server.
        password: For the server; never sent unencrypted to another machine.
        tls: How the connection is encrypted: after the greeting (port 587), from the start (465), or not (25).
    """

    smtp: str
    sender: str
    to: tuple[str, ...] = ()
    username: str = ""
    password: str = field(default="", repr=False, metadata=SECRET)
    tls: Protection = "starttls"


def _read(model: ChannelModel, given: Given) -> Settings | None:
    if model.email is None:
        return None
    mail = model.email
    return Settings(
        mail.smtp or given.smtp,
        mail.sender or given.sender,
        mail.to,
        mail.username or "",
        given.reveal(mail.password) if mail.password else "",
        mail.tls,
    )


def _request(message: Message, settings: Settings) -> Request | Receipt:
    server = _SERVER.fullmatch(settings.smtp)
    origin = _SENDER.fullmatch(settings.sender.strip())
    name, sender = (one_line(origin["name"] or "").strip('"'), origin["address"]) if origin else ("", "")
    recipients = (message.to,) if message.to else settings.to
    if server is None:
        return refused("there is no mail server: write `smtp: host:port`")
    if not _ADDRESS.fullmatch(sender):
        return refused("the sender is no email address: write `from: alerts@shop.example`")
    wrong = [each for each in recipients if not _ADDRESS.fullmatch(each)]
    if wrong or not recipients:
        return refused(f"no email address: `{one_line(wrong[0])}`" if wrong else "there is no recipient: write `to:`")
    port = int(server["port"] or _PORTS[settings.tls])
    content = _content(message, Address(name, addr_spec=sender), recipients)
    return Letter(server["host"], port, settings.tls, sender, recipients, content, settings.username, settings.password)


def _content(message: Message, sender: Address, recipients: tuple[str, ...]) -> bytes:
    """Write the message; only the date tells one try from the next."""
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = cut(message.headline, _SUBJECT)
    letter["From"] = sender
    letter["To"] = [Address(addr_spec=each) for each in recipients]
    letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = f"<{digest(message.key, 32)}@{sender.domain}>"
    letter["References"] = f"<{digest(message.thread, 32)}.thread@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    if message.kind == "page" and message.priority in {"P1", "P2"}:
        letter["Importance"] = "high"
    letter.set_content(f"{message.headline}\n\n{cut(as_text(message), _BODY)}\n", cte="quoted-printable")
    letter.add_alternative("".join(_html(message)), subtype="html", cte="quoted-printable")
    letter.set_boundary(f"surefoot-{digest(message.key, 40)}")
    return letter.as_bytes()


def _html(message: Message) -> Iterator[str]:
    yield f"<!doctype html><html><body><h3>{escape(message.headline)}</h3>\n"
    if message.text:
        yield f'<p style="white-space: pre-wrap">{escape(cut(message.text, _BODY))}</p>\n'
    for words, url in message.tapped:
        yield f'<p><a href="{escape(url)}">{words}</a></p>\n'
    yield "</body></html>\n"


def _receipt(response: Response) -> Receipt:
    assert isinstance(response, Posted)
    if response.code // 100 == 2:  # noqa: PLR2004  # the class of the reply
        missing = "; ".join(f"{to} was refused: {why}" for to, why in response.refused.items())
        return Receipt(Result.ACCEPTED, reason=missing)
    return refused(f"{response.code}: {response.reply}")


CHANNEL = Channel(
    name="email",
    describes=(
        "An email, text and HTML. Its `Message-ID` comes from the message's key, so that most mailboxes show one that "
        "had to be sent again once; those of one incident are one thread."
    ),
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="dedupe",
)
