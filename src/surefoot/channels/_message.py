"""What is sent, before it is put into the form of any channel."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeAlias

from surefoot.channels._text import one_line, plain, safe_link
from surefoot.spec.model.forms import Priority

Kind: TypeAlias = Literal["page", "update", "resolved", "test"]

_PREFIX = {"page": "", "update": "Update: ", "resolved": "Resolved: ", "test": "Test: "}


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that a message leads to; empty where there is none.

    Attributes:
        acknowledge: Only for whom it is sent to: opening it shows a page, a POST to it acknowledges.
    """

    incident: str = ""
    acknowledge: str = ""
    runbook: str = ""
    dashboard: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient.

    Attributes:
        key: What makes it the one it is: the same for every try, another for every other message.
        incident: What pages, updates and the resolution of one incident have in common.
        title: One line; from alerts, so it may hold anything.
        body: More lines, likewise.
        at: When this try is made; a signature counts from it.
        to: Address, number, room or topic; empty for the channel's own.
        repeat: Whether it may have arrived before, and says so.
    """

    key: str
    incident: str
    kind: Kind
    title: str
    at: datetime
    priority: Priority = "P2"
    service: str = ""
    body: str = ""
    links: Links = Links()
    to: str = ""
    repeat: bool = False

    @property
    def headline(self) -> str:
        """Say it in one line, such as ``[P1] checkout: too many errors``."""
        start = "Repeat: " * self.repeat + _PREFIX[self.kind]
        service = one_line(self.service)
        about = f"{service}: " if service else ""
        return f"{start}[{self.priority}] {about}{one_line(self.title) or 'no title'}"

    @property
    def text(self) -> str:
        """Return the body as it can be read."""
        return plain(self.body)

    @property
    def acknowledge(self) -> str:
        """Return where a POST acknowledges; empty if there is nothing to acknowledge."""
        return safe_link(self.links.acknowledge) if self.kind in {"page", "test"} else ""

    @property
    def tapped(self) -> tuple[tuple[str, str], ...]:
        """List the links with their words, most urgent first; what is no http(s) address is left out."""
        found = (
            ("Acknowledge", self.acknowledge),
            ("Incident", safe_link(self.links.incident)),
            ("Runbook", safe_link(self.links.runbook)),
            ("Dashboard", safe_link(self.links.dashboard)),
        )
        return tuple((words, url) for words, url in found if url)

    @property
    def thread(self) -> str:
        """Return what ties it to others: the incident; a test stands alone."""
        return self.key if self.kind == "test" else self.incident


def digest(key: str, length: int) -> str:
    """Shorten a key to so many hexadecimal digits."""
    return sha256(key.encode()).hexdigest()[:length]


def as_text(message: Message) -> str:
    """Write the body and the links in plain lines."""
    links = "\n".join(f"{words}: {url}" for words, url in message.tapped)
    return "\n\n".join(part for part in (message.text, links) if part)
