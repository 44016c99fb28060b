"""Back a store up into one file, with its sealed files, while it is in use."""

from collections.abc import Callable, Iterable, Iterator

from surefoot.ports.depot import Depot, Dump, Rows, Snapshot, Value
from surefoot.run.storing.roots import proved

Progress = Callable[[int, int], None]


def back_up(depot: Depot, dump: Dump, progress: Progress) -> tuple[dict[str, int], int]:
    """Write a backup of one consistent state, after proving that each log in it is whole.

    Args:
        depot: What is backed up; it may be written to meanwhile.
        dump: Where to.
        progress: Takes how many rows are done, of how many.

    Returns:
        The sizes of the logs, and that of the file in bytes.

    Raises:
        StoreError: The database does not answer.
        ProofError: A log in it is not whole.
        PortError: The file is there already or cannot be written, or a sealed file is missing.
    """
    with depot.snapshot() as state:
        sizes = proved(state.transaction)
        files = ((path, depot.archive.pieces(path)) for path in list(sealed(state, sizes)))
        tables = counted(state.tables(), sum(state.counts().values()), progress)
        return sizes, dump.write(state.revision, tables, files)


def counted(tables: Iterator[Rows], total: int, progress: Progress) -> Iterator[Rows]:
    """Pass tables on, telling how far one is."""
    done = 0
    for table in tables:

        def rows(of: Rows = table) -> Iterator[tuple[Value, ...]]:
            nonlocal done
            for row in of.rows:
                yield row
                done += 1
                progress(done, total)

        yield Rows(table.table, table.columns, rows())


def sealed(state: Snapshot, logs: Iterable[str]) -> Iterator[str]:
    """Name the sealed files that the logs need."""
    for log in logs:
        yield from (one.path for one in state.transaction.log.segments(log) if one.purged_at is None)
