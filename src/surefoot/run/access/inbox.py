"""The door into the audit log for Surefoot's own actions: in the transaction that does them (AUD-6)."""

from surefoot.domain.audit.record import Event
from surefoot.ports.store import Transaction
from surefoot.run.audit.preparing import Preparing


class Inbox:
    """Puts events into a log's inbox, from where they are sequenced soon."""

    def __init__(self, log: str, preparing: Preparing) -> None:
        self._log = log
        self._preparing = preparing

    def record(self, tx: Transaction, event: Event) -> None:
        """Put an event into the inbox, durable with this transaction or not at all.

        Raises:
            RecordRefused: It does not conform to its type.
            PortError: The keys that seal personal values cannot be reached.
        """
        tx.log.ensure(self._log)
        tx.log.offer(self._log, [self._preparing.entry(event)])
