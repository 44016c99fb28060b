"""Examine a store: the database itself, and every log in it."""

from surefoot.domain.audit.verdict import Verification
from surefoot.domain.audit.verify import verify
from surefoot.errors import ProofError
from surefoot.ports.depot import Depot
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.run.storing.roots import proved


def faults(depot: Depot) -> list[str]:
    """Examine the database, and whether each log's records lead to what it says; empty if all is sound.

    Raises:
        StoreError: It does not answer.
    """
    found = depot.faults()
    with depot.snapshot() as state:
        try:
            proved(state.transaction)
        except ProofError as error:
            found.append(str(error))
    return found


def verified(desk: Desk) -> Verification | None:
    """Verify the log of a desk in full; None if there is none yet.

    Raises:
        StoreError: The database does not answer.
        ArchiveError: A sealed file is missing or damaged.
    """

    def work(transaction: Transaction) -> Verification | None:
        if desk.name not in transaction.log.logs():
            return None
        return verify(desk.stored(transaction), desk.key, desk.key.name)

    return desk.store.read(work)
