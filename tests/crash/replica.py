"""One of several processes that share a log on PostgreSQL: ``python -m tests.crash.replica URL KEY POINT COUNT FIRST``.

It appends through the lease: who holds it sequences, the others fill the inbox. Each acknowledged id is printed.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from surefoot.domain.audit.catalogue import Catalogue
from surefoot.edge.logkey import log_key
from surefoot.edge.spool import FileSpool
from surefoot.edge.store.lease import PostgresLease
from surefoot.edge.store.opening import address, open_store
from surefoot.edge.store.postgres import PostgresStore
from surefoot.edge.subjects import SubjectKeyFile
from surefoot.errors import StoreError
from surefoot.run.audit.appending import Appending, Means, Receipt, Waiting
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity
from tests.crash.writer import LOG, ORIGIN, Killing, entry

RECORDS = 120


def appending(store: PostgresStore, key: Path, folder: Path) -> tuple[Appending, PostgresLease]:
    lease = PostgresLease(store, LOG)
    preparing = Preparing(Catalogue({}, {}), SubjectKeyFile(folder / "subjects.db"), bytes)
    means = Means(store, FileSpool(folder / "spool", 1 << 20), preparing, lambda: datetime.now(UTC), str, lease)
    return Appending(LogIdentity(LOG, log_key(key, ORIGIN)), means), lease


def main(database: str, key: Path, point: str, count: int, first: int) -> None:
    store = open_store(address(database), Killing(point, count))
    assert isinstance(store, PostgresStore)
    door, lease = appending(store, key, key.parent / f"replica-{first}")
    for number in range(first, first + RECORDS, 4):
        answers = door.take([Waiting(entry(one), "data") for one in range(number, number + 4)])
        for answer in answers:
            assert isinstance(answer, Receipt), answer
            sys.stdout.write(f"{answer.id} {answer.kept}\n")
        sys.stdout.flush()
        if lease.leads():
            door.sequence_inbox()
    store.close()


def drain(database: str, key: Path) -> int:
    """Lead, once nobody else does, and take in what waits; return how many."""
    store = open_store(address(database))
    assert isinstance(store, PostgresStore)
    door, lease = appending(store, key, key.parent / "survivor")
    for _ in range(100):
        if lease.leads():
            break
        time.sleep(0.1)
    found = 0
    try:
        while taken := door.sequence_inbox():
            found += taken
    except StoreError:
        store.close()
        raise
    lease.lost()
    store.close()
    return found


if __name__ == "__main__":
    _, database, key, point, count, first = sys.argv
    main(database, Path(key), point, int(count), int(first))
