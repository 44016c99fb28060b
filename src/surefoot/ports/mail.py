"""The port to a mail server: one letter, one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from surefoot.ports.silence import Silence

Protection: TypeAlias = Literal["starttls", "tls", "none"]
"""How the connection is encrypted: after a greeting in the clear, from the start, or not."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, ready for a server.

    Attributes:
        sender: Envelope address; errors of delivery go there.
        recipients: Envelope addresses, at least one.
        content: The whole message with its headers, lines ended by CR LF.
    """

    host: str
    port: int
    protection: Protection
    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """What the server said at the end.

    Attributes:
        code: Of the SMTP reply that decided: 250 if it took the letter, 4yz for now not, 5yz for never.
        reply: Its text.
        refused: Recipients that were not taken, and why; others were.
    """

    code: int
    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)


class Mail(Protocol):
    """Hands letters to mail servers; may be used by several threads."""

    def post(self, letter: Letter, *, timeout: float) -> Posted | Silence:
        """Hand over a letter; never raises for what the server or the network does.

        Args:
            letter: What to send, and through which server.
            timeout: Seconds for the whole conversation.
        """
