"""The port that channels send through: a request of any kind out, its response back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from surefoot.ports.mail import Letter, Posted
from surefoot.ports.silence import Silence


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request. Addresses, headers and bodies hold keys: none of them shows in a `repr`."""

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Literal["GET", "POST"] = "POST"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer; redirects are answers too.

    Attributes:
        headers: By their names in lower case.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Printing:
    """Lines for whoever watches the process."""

    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """The lines were written."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification through the library of the long tail; the address says which service, and holds its key."""

    url: str = field(repr=False)
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Notified:
    """What the library said, which is no more than this."""

    done: bool


Request: TypeAlias = HttpRequest | Letter | Notice | Printing
Response: TypeAlias = HttpResponse | Posted | Notified | Printed | Silence


class Carrier(Protocol):
    """Carries requests out; may be used by several threads."""

    def carry(self, request: Request) -> Response:
        """Send a request and await its response; never raises for what happens outside."""
