"""The store goes away and comes back: nothing acknowledged is lost, and the gap itself is on record (AUD-3)."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from surefoot.domain.audit.catalogue import Catalogue, EventType
from surefoot.domain.audit.note import new_signer
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.edge.spool import FileSpool
from surefoot.edge.store.opening import open_store
from surefoot.edge.subjects import SubjectKeyFile
from surefoot.errors import RecordRefused, SpoolError, StaleEpochError, StoreError
from surefoot.ports.lease import Alone
from surefoot.ports.store import Store
from surefoot.run.audit.appending import Answer, Appending, Kept, Means, Receipt, Waiting
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity

pytestmark = pytest.mark.req("AUD-3")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
CATALOGUE = Catalogue(
    {
        name: EventType(name, category, "medium", (), (), name, "built in")
        for name, category in {
            "order.ship": "data",
            "user.grant": "administration",
            "page.view": "noise",
            "log.spool": "operation",
            "log.refuse": "operation",
        }.items()
    },
    {"data": "spool", "administration": "block", "noise": "drop+count", "operation": "spool"},
)


class Flaky:
    """A store that can be sent away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, work: Callable[[Any], Any]) -> Any:
        if self.away:
            raise StoreError("the database is away")
        return self._store.write(work)

    def submit(self, work: Callable[[Any], Any]) -> "Future[Any]":
        return self._store.submit(work)


class Bench:
    """A log with everything around it."""

    def __init__(self, folder: Path, limit: int = 1 << 20) -> None:
        self._ids = itertools.count(1)
        self.store = Flaky(open_store(folder / "log.db"))
        self.keys = SubjectKeyFile(folder / "keys.db")
        self.spool = FileSpool(folder / "spool", limit)
        self.identity = LogIdentity("main", new_signer("test/log", bytes(32)))
        self.means = Means(
            store=self.store,
            spool=self.spool,
            preparing=Preparing(CATALOGUE, self.keys, bytes),
            now=lambda: NOW,
            new_id=self.new_id,
            lease=Alone(),
        )
        self.appending = Appending(self.identity, self.means)

    def new_id(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._ids):012d}"

    def waiting(self, kind: str, identifier: str = "") -> Waiting:
        category = CATALOGUE.types[kind].category
        event = Event(
            id=identifier or self.new_id(),
            timestamp=NOW + timedelta(seconds=1),
            actor=Actor(ActorType.SYSTEM, "test"),
            action=Action(kind, category, kind),
            target=Target("thing", "1"),
            outcome=Outcome(Status.SUCCESS),
        )
        return Waiting(self.means.preparing.entry(event), category)

    def take(self, *batch: Waiting) -> list[Answer]:
        return self.appending.take(batch)

    def log(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.store.read(lambda tx: tx.log.rows("main", 0, 1000))
        bodies = [orjson.loads(row.body) for row in rows]
        return [(body["action"]["type"], body["detail"]) for body in bodies]

    def close(self) -> None:
        self.store.close()
        self.keys.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_records_get_their_index(bench: Bench):
    first, second = bench.waiting("order.ship"), bench.waiting("page.view")
    assert bench.take(first, second) == [
        Receipt(first.entry.id, Kept.SEQUENCED, 0),
        Receipt(second.entry.id, Kept.SEQUENCED, 1),
    ]


def test_while_the_store_is_away_each_category_does_what_the_catalogue_says(bench: Bench):
    bench.store.away = True
    spooled, blocked, dropped = bench.take(
        bench.waiting("order.ship"), bench.waiting("user.grant"), bench.waiting("page.view")
    )
    assert isinstance(spooled, Receipt)
    assert spooled.kept is Kept.SPOOLED
    assert isinstance(blocked, StoreError)
    assert isinstance(dropped, Receipt)
    assert dropped.kept is Kept.DROPPED


def test_the_gap_is_on_record_with_what_it_cost(bench: Bench):
    bench.take(bench.waiting("order.ship"))
    bench.store.away = True
    for _ in range(3):
        bench.take(bench.waiting("order.ship"), bench.waiting("page.view"))
    bench.store.away = False
    (last,) = bench.take(bench.waiting("user.grant"))
    assert isinstance(last, Receipt)
    kinds = [kind for kind, _ in bench.log()]
    assert kinds == ["order.ship", "log.spool", *["order.ship"] * 3, "log.spool", "user.grant"]
    assert bench.log()[1][1] == {"state": "opened"}
    assert bench.log()[5][1] == {"state": "closed", "records": 4, "dropped": 3}
    assert last.index == 6
    assert bench.spool.empty


def test_a_gap_in_which_everything_was_dropped_is_on_record_too(bench: Bench):
    bench.store.away = True
    bench.take(bench.waiting("page.view"), bench.waiting("page.view"))
    bench.store.away = False
    bench.take(bench.waiting("order.ship"))
    assert bench.log()[0] == ("log.spool", {"state": "closed", "dropped": 2})


def test_replaying_twice_doubles_nothing(bench: Bench):
    """A crash between writing and dropping the spooled file repeats it."""
    bench.store.away = True
    bench.take(bench.waiting("order.ship"), bench.waiting("order.ship"))
    batch = bench.spool.oldest()
    assert batch is not None
    bench.store.away = False
    bench.take(bench.waiting("order.ship"))
    size = len(bench.log())
    bench.spool.put(batch.frames)
    bench.take(bench.waiting("order.ship"))
    kinds = [kind for kind, _ in bench.log()]
    assert kinds.count("order.ship") == 4
    assert len(kinds) == size + 2


def test_what_waits_from_an_earlier_process_is_brought_in_first(bench: Bench, tmp_path: Path):
    bench.store.away = True
    bench.take(bench.waiting("order.ship"))
    bench.store.away = False
    later = Appending(bench.identity, replace(bench.means, spool=FileSpool(tmp_path / "spool", 1 << 20)))
    later.take([bench.waiting("page.view")])
    assert [kind for kind, _ in bench.log()] == ["log.spool", "order.ship", "log.spool", "page.view"]


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path):
    bench = Bench(tmp_path, limit=1500)
    bench.store.away = True
    answers = [bench.take(bench.waiting("order.ship"))[0] for _ in range(6)]
    kept = [answer for answer in answers if isinstance(answer, Receipt)]
    assert 0 < len(kept) < 6
    assert all(isinstance(answer, SpoolError) for answer in answers[len(kept) :])
    bench.store.away = False
    bench.take(bench.waiting("order.ship"))
    assert [kind for kind, _ in bench.log()].count("order.ship") == len(kept) + 1
    bench.close()


def test_a_damaged_spool_is_counted_not_passed_over(bench: Bench, tmp_path: Path):
    bench.store.away = True
    bench.take(bench.waiting("order.ship"), bench.waiting("order.ship"))
    (file,) = (tmp_path / "spool").iterdir()
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    bench.store.away = False
    bench.take(bench.waiting("page.view"))
    closed = next(detail for kind, detail in bench.log() if kind == "log.spool" and detail["state"] == "closed")
    assert closed["damaged_bytes"] > 100
    assert closed["records"] == 2


def test_another_event_under_a_known_id_is_refused_alone(bench: Bench):
    first = bench.waiting("order.ship")
    bench.take(first)
    again, other = bench.waiting("page.view", first.entry.id), bench.waiting("order.ship")
    refused, taken = bench.take(again, other)
    assert isinstance(refused, RecordRefused)
    assert isinstance(taken, Receipt)


def test_what_stands_in_the_inbox_is_sequenced_once(bench: Bench):
    given = [bench.waiting("order.ship").entry for _ in range(5)]
    bench.store.write(lambda tx: tx.log.ensure("main"))
    bench.store.write(lambda tx: tx.log.offer("main", given))
    assert bench.appending.sequence_inbox(3) == 3
    assert bench.appending.sequence_inbox(3) == 2
    assert bench.appending.sequence_inbox(3) == 0
    assert len(bench.log()) == 5


def test_another_record_that_came_through_the_inbox_is_refused_on_record(bench: Bench):
    first = bench.waiting("order.ship")
    other = bench.waiting("page.view", first.entry.id)
    bench.store.write(lambda tx: tx.log.offer("main", [other.entry]))
    bench.take(first)
    bench.appending.sequence_inbox()
    kinds = bench.log()
    assert [kind for kind, _ in kinds] == ["order.ship", "log.refuse"]
    assert kinds[1][1]["field"] == "id"
    assert bench.appending.sequence_inbox() == 0


class Follower:
    """A lease that somebody else holds."""

    def leads(self) -> bool:
        return False

    def epoch(self) -> int | None:
        return 1

    def lost(self) -> None:
        raise AssertionError("there is nothing to lose")


def test_who_does_not_lead_puts_records_into_the_inbox(bench: Bench):
    follower = Appending(bench.identity, replace(bench.means, lease=Follower()))
    (answer,) = follower.take([bench.waiting("order.ship")])
    assert isinstance(answer, Receipt)
    assert answer.kept is Kept.INBOX
    assert bench.appending.sequence_inbox() == 1
    assert len(bench.log()) == 1


def test_without_records_what_was_spooled_is_brought_in(bench: Bench):
    assert bench.take() == []
    assert not bench.store.read(lambda tx: tx.log.logs())
    bench.store.away = True
    bench.take(bench.waiting("order.ship"))
    assert bench.take() == []
    bench.store.away = False
    assert bench.take() == []
    assert [kind for kind, _ in bench.log()] == ["log.spool", "order.ship", "log.spool"]


def test_who_was_overtaken_while_emptying_the_inbox_gives_the_lease_up(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    given_up = []
    monkeypatch.setattr(Alone, "lost", lambda _: given_up.append(1))

    def overtaken(_: object) -> None:
        raise StaleEpochError("another process leads")

    monkeypatch.setattr(bench.store, "write", overtaken)
    with pytest.raises(StaleEpochError):
        bench.appending.sequence_inbox()
    assert given_up == [1]
