"""The work behind the audit log: what was recorded is sequenced and indexed, and how far that is can be seen."""

from time import monotonic

from surefoot.ports.store import Transaction
from surefoot.server.house import House


class Following:
    """One round after the other, in a thread of its own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._whole = monotonic()
        self._told = ""
        house.metrics.audit_lag.set_function(lambda: monotonic() - self._whole)

    def round(self) -> bool:
        """Sequence and index a batch; return whether there may be more.

        Raises:
            StoreError: The database does not answer.
        """
        desk = self._house.services.desk
        more = desk.log.follow()
        sequenced, indexed, waiting = desk.store.read(self._counts)
        for state, count in (("sequenced", sequenced), ("indexed", indexed), ("waiting", waiting)):
            self._house.metrics.audit_records.labels(state).set(count)
        if indexed == sequenced and not waiting:
            self._whole = monotonic()
        self._told = ""
        return more

    def failed(self, error: Exception) -> None:
        """Say that a round failed, once for each reason."""
        if str(error) != self._told:
            self._told = str(error)
            self._house.services.log.warning("audit-log-behind", reason=str(error))

    def _counts(self, transaction: Transaction) -> tuple[int, int, int]:
        rows, name = transaction.log, self._house.services.desk.name
        if name not in rows.logs():
            return 0, 0, 0
        head = rows.head(name)
        return head.edge.size, head.indexed, rows.waiting(name)
