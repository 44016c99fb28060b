"""The proof of one record, for whoever may read it."""

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.reading import Grant, mask
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.exporting import Prover


def prove(desk: Desk, identifier: str, purpose: str, grant: Grant) -> tuple[int, str] | None:
    """Record that a record is taken out, then prove it.

    Returns:
        Its index, and the text of a ``.tlog-proof`` file with the record in it; None if there is no such record,
        or this reader does not see it as it stands in the log.

    Raises:
        PortError: That cannot be recorded, or the log not be read.
    """
    desk.note("log.read", filter=f"id={identifier}", purpose=purpose)
    desk.catch_up()

    def work(transaction: Transaction) -> tuple[int, str] | None:
        rows, log = transaction.log, desk.stored(transaction)
        place = rows.known(desk.name, [identifier]).get(identifier)
        if place is None and not any(one.purged_at is None for one in rows.segments(desk.name)):
            return None
        found = next((one for one in log.records(place or 0) if one.id == identifier), None)
        if found is None:
            return None
        event = opened(found.body)
        if mask(event, grant, desk.log.means.catalogue) != event:
            return None
        prover = Prover(log, rows.head(desk.name).checkpoint)
        return found.position, prover.proof(found.position, found.body)

    return desk.store.read(work)
