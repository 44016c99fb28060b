"""The port to HTTP: one request, one answer, both small."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        kind: The content type, in lower case.
    """

    status: int
    body: bytes
    kind: str = ""


class Http(Protocol):
    """Asks servers; may be used by several threads."""

    def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer:
        """Read an address.

        Args:
            url: The address.
            headers: Of the request.
            timeout: Seconds for the whole answer, however slowly it trickles.

        Raises:
            PortError: No answer in time, or one that is too long; says which.
        """

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send a body; the rest is as for `get`."""
