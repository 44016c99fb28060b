"""A process that appends to a log until it is killed: ``python -m tests.crash.writer DATABASE KEY POINT COUNT FIRST``.

It ends itself with SIGKILL when it reaches POINT for the COUNT-th time. Each acknowledged id is printed at once.
"""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.edge.batching import Batches
from surefoot.edge.logkey import log_key
from surefoot.edge.store.opening import address, open_store
from surefoot.errors import RecordRefused
from surefoot.ports.auditlog import Entry
from surefoot.run.audit.sequencing import LogIdentity, sequence

LOG = "crash"
ORIGIN = "crash.example/log"
RECORDS = 400
CLIENTS = 8


class Killing:
    """Kills this process at one of its points."""

    def __init__(self, point: str, count: int) -> None:
        self._point = point
        self._left = count

    def reach(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def entry(number: int) -> Entry:
    record = sealed(
        Event(
            id=f"00000000-0000-4000-8000-{number:012d}",
            timestamp=datetime(2026, 11, 1, tzinfo=UTC),
            actor=Actor(ActorType.SYSTEM, "writer"),
            action=Action("entity.create", "data", "A record"),
            target=Target("number", str(number)),
            outcome=Outcome(Status.SUCCESS),
        )
    )
    return Entry(record.id, record.body)


def main(database: str, key: str, point: str, count: int, first: int) -> None:
    store = open_store(address(database), Killing(point, count))
    identity = LogIdentity(LOG, log_key(Path(key), ORIGIN))

    def take(batch: "list[Entry] | tuple[Entry, ...]") -> list[int | RecordRefused]:
        given = list(batch)
        return store.write(lambda transaction: sequence(transaction, identity, given))

    line: Batches[Entry, int] = Batches(take, 32, "line")  # type: ignore[arg-type]  # a list is a sequence

    def client(number: int) -> None:
        line.submit(entry(number)).result(30)

    with ThreadPoolExecutor(CLIENTS) as clients:
        waiting = {clients.submit(client, number): number for number in range(first, first + RECORDS)}
        for done in as_completed(waiting):
            done.result()
            sys.stdout.write(f"{waiting[done]}\n")
            sys.stdout.flush()
    line.close()
    store.close()


if __name__ == "__main__":
    _, database, key, point, count, first = sys.argv
    main(database, key, point, int(count), int(first))
