"""Move a store to another database, of either kind, and prove that nothing was lost before it counts."""

from dataclasses import dataclass

from surefoot.errors import ProofError
from surefoot.ports.depot import Depot
from surefoot.ports.store import Transaction
from surefoot.run.storing.backing import Progress, counted, sealed
from surefoot.run.storing.roots import proved


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table, records by log."""

    rows: dict[str, int]
    sizes: dict[str, int]


def move(source: Depot, target: Depot, progress: Progress) -> Moved:
    """Copy everything into an empty database; nobody writes to the old one meanwhile.

    Raises:
        StoreError: The target is not empty, or a database does not answer or is full: the target is as it was.
        ProofError: A log is not whole, or rows are missing.
    """
    with source.snapshot(alone=True) as state:
        counts, sizes = state.counts(), proved(state.transaction)
        edges = {log: state.transaction.log.head(log).edge for log in sizes}
        paths = () if source.archive.place == target.archive.place else tuple(sealed(state, sizes))
        put: list[str] = []

        def finish(transaction: Transaction) -> None:
            there = {log: transaction.log.head(log).edge for log in proved(transaction)}
            if there != edges:
                raise ProofError("the logs are not the same in both places: nothing was moved; please report it")
            for path in paths:
                target.archive.put(path, source.archive.pieces(path))
                put.append(path)

        try:
            target.fill(state.revision, counted(state.tables(), sum(counts.values()), progress), finish)
        except BaseException:
            for path in put:
                target.archive.delete(path)
            raise
    with target.snapshot() as there:
        arrived = there.counts()
    lost = [
        f"`{name}` has {arrived.get(name, 0)} of {count} rows"
        for name, count in counts.items()
        if count != arrived.get(name)
    ]
    if lost:
        raise ProofError(f"{target.place}: {lost[0]}: go on with {source.place}, and please report it")
    return Moved(counts, sizes)
