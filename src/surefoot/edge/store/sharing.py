"""A store as one of several processes opens it to write a log: with its lease, and perhaps while it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from surefoot.edge.store.away import AwayLease, AwayStore
from surefoot.edge.store.opening import address, open_store
from surefoot.errors import StoreError
from surefoot.ports.lease import Alone, Lease
from surefoot.ports.store import Store


@contextmanager
def opened(text: str, log: str, *, create: bool, spooling: bool) -> Iterator[tuple[Store, Lease]]:
    """Open a store and the lease of a log.

    Args:
        text: Address of the store.
        log: Name of the log.
        create: Whether a file that is not there is made.
        spooling: Whether a store that is there, but does not open, is answered for by `AwayStore`.

    Raises:
        StoreError: It does not open.
    """
    where = address(text)
    try:
        store, lease = _opened(where, log, create=create)
    except StoreError as error:
        if not spooling or (isinstance(where, Path) and not where.exists()):
            raise
        store = AwayStore(text, error, lambda: _opened(where, log, create=create))
        lease = AwayLease(store)
    try:
        yield store, lease
    finally:
        lease.lost()
        store.close()


def _opened(where: Path | URL, log: str, *, create: bool) -> tuple[Store, Lease]:
    store = open_store(where, create=create)
    if isinstance(where, Path):
        return store, Alone()
    from surefoot.edge.store.lease import PostgresLease  # noqa: PLC0415  # needs a driver that may not be there
    from surefoot.edge.store.postgres import PostgresStore  # noqa: PLC0415  # as above

    assert isinstance(store, PostgresStore)
    return store, PostgresLease(store, log)


def archive(text: str) -> Path:
    """Return the folder of sealed files: beside a database file, else in the current folder."""
    where = address(text)
    return where.with_suffix(".archive") if isinstance(where, Path) else Path("surefoot.archive")
