"""The port to the list of erasures, which outlives every backup: a restore carries them out again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Erased:
    """One erasure.

    Attributes:
        subject: The pseudonym; never a name.
        record: Id of the record that it leaves in the log.
        at: When it was decided, in UTC.
        reason: Why.
    """

    subject: str
    record: str
    at: datetime
    reason: str


class ErasureList(Protocol):
    """A list that only grows, kept apart from the store and its backups."""

    def add(self, erased: Erased) -> None:
        """Put an erasure on the list; it is durable when this returns.

        Raises:
            PortError: The list cannot be written.
        """

    def all(self) -> Sequence[Erased]:
        """Return every erasure, oldest first.

        Raises:
            PortError: The list cannot be read.
        """
