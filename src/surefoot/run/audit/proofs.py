"""The proofs that a log holds."""

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.filter import Filter
from surefoot.domain.evidence import ADDED, Logged, logged
from surefoot.ports.store import Transaction
from surefoot.run.audit.asking import written
from surefoot.run.audit.desk import Desk

_PAGE = 1000


def proofs(desk: Desk, purpose: str) -> list[Logged]:
    """Return every proof in the log, newest first; that they were asked for is recorded first.

    Raises:
        StoreError: The database does not answer, or there is no log.
    """
    wanted = Filter(action=ADDED)
    desk.note("log.read", filter=written(wanted), purpose=purpose)
    desk.catch_up()

    def work(transaction: Transaction) -> list[Logged]:
        found: list[Logged] = []
        before = -1
        while rows := transaction.log.find(desk.name, wanted, before, _PAGE):
            found += [one for row in rows if (one := logged(row.index, opened(row.body))) is not None]
            before = rows[-1].index
        return found

    return desk.store.read(work)
