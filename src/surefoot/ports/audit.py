"""The port through which Surefoot's own actions get into the audit log."""

from typing import Protocol

from surefoot.domain.audit.record import Event
from surefoot.ports.store import Transaction


class AuditDoor(Protocol):
    """Takes events into the log."""

    def record(self, tx: Transaction, event: Event) -> None:
        """Put an event into the log's inbox, durable with this transaction or not at all."""
