"""The audit log over both databases: order, repetition, proofs, search, append-only, two processes."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.checkpoint import parse_checkpoint
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.note import new_signer, parse_note, verified
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.audit.tiles import TileReader
from surefoot.domain.audit.tree import consistency, inclusion, leaf_hash, verify_consistency, verify_inclusion
from surefoot.edge.store import opening
from surefoot.edge.store.lease import PostgresLease
from surefoot.edge.store.postgres import PostgresStore
from surefoot.errors import RecordRefused, StaleEpochError, StoreError
from surefoot.ports.auditlog import Entry, Segment
from surefoot.ports.store import Store, Transaction
from surefoot.run.audit.sequencing import LogIdentity, sequence

IDENTITY = LogIdentity("shop", new_signer("shop.example/log", bytes(range(32))))
START = datetime(2026, 11, 1, tzinfo=UTC)


def event(number: int, **change: object) -> Event:
    made = Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        timestamp=START + timedelta(seconds=number),
        actor=Actor(ActorType.API_KEY, f"key{number % 3}"),
        action=Action("order.refund", "data", "An order was refunded"),
        target=Target("order", str(number)),
        outcome=Outcome(Status.SUCCESS),
        detail={"amount": number, "note": f"word{number % 5} straße"},
    )
    return replace(made, **change)  # type: ignore[arg-type]


def entries(*numbers: int) -> list[Entry]:
    found = [sealed(event(number)) for number in numbers]
    return [Entry(one.id, one.body) for one in found]


def append(store: Store, given: Sequence[Entry], epoch: int | None = None) -> list[int | RecordRefused]:
    return store.write(lambda tx: sequence(tx, IDENTITY, given, epoch))


@pytest.mark.req("AUD-2", "AUD-3")
def test_records_stand_in_their_order_and_come_back_byte_for_byte(store: Store):
    given = entries(*range(300))
    assert append(store, given[:1]) == [0]
    assert append(store, given[1:]) == list(range(1, 300))
    rows = store.read(lambda tx: tx.log.rows("shop", 0, 1000))
    assert [(row.index, row.id, row.body) for row in rows] == [(at, one.id, one.body) for at, one in enumerate(given)]


@pytest.mark.req("AUD-3")
def test_every_record_is_proved_by_the_signed_checkpoint(store: Store):
    for at in range(0, 700, 70):
        append(store, entries(*range(at, at + 70)))
    head = store.read(lambda tx: tx.log.head("shop"))
    note = parse_note(head.checkpoint)
    assert verified(note, [IDENTITY.signer.key])
    stated = parse_checkpoint(note.text)
    assert (stated.origin, stated.size) == ("shop.example/log", 700)

    def prove(transaction: Transaction) -> None:
        reader = TileReader(700, lambda level, index, width: transaction.log.tile("shop", level, index)[: width * 32])
        for row in transaction.log.rows("shop", 0, 700)[::41]:
            proof = inclusion(row.index, 700, reader.hash_at)
            verify_inclusion(row.index, 700, leaf_hash(row.body), proof, stated.root)
        for text_, _ in transaction.log.checkpoints("shop"):
            older = parse_checkpoint(parse_note(text_).text)
            proof = consistency(older.size, 700, reader.hash_at)
            verify_consistency((older.size, older.root), (700, stated.root), proof)

    store.read(prove)


def test_a_record_that_is_sent_again_keeps_its_place(store: Store):
    append(store, entries(0, 1, 2))
    assert append(store, entries(1, 3, 3, 0)) == [1, 3, 3, 0]
    assert store.read(lambda tx: tx.log.size("shop")) == 4


def test_another_record_with_a_known_id_is_refused_and_the_others_are_taken(store: Store):
    append(store, entries(0))
    other = sealed(event(0, detail={"amount": 7}))
    taken, refused = append(store, [*entries(1), Entry(other.id, other.body)])
    assert taken == 1
    assert isinstance(refused, RecordRefused)
    assert "other content" in str(refused)


def test_the_inbox_keeps_order_and_passes_over_what_it_knows(store: Store):
    append(store, entries(0))
    store.write(lambda tx: tx.log.offer("shop", entries(0, 1, 2)))
    store.write(lambda tx: tx.log.offer("shop", entries(2, 3)))
    other = [Entry(one.id, one.body) for one in (sealed(event(at, detail={"amount": 7})) for at in (0, 3, 4))]
    assert store.write(lambda tx: tx.log.offer("shop", other)) == {other[0].id, other[1].id}
    store.write(lambda tx: tx.log.taken("shop", [other[2].id]))
    waiting = store.read(lambda tx: tx.log.inbox("shop", 10))
    assert waiting == entries(1, 2, 3)
    assert store.read(lambda tx: tx.log.waiting("shop")) == 3
    store.write(lambda tx: tx.log.taken("shop", [waiting[0].id]))
    assert store.read(lambda tx: tx.log.inbox("shop", 10)) == entries(2, 3)


QUESTIONS = [
    Filter(),
    Filter(actor="key1"),
    Filter(actor="api_key/key1"),
    Filter(actor="key*"),
    Filter(actor="user/*"),
    Filter(target="7"),
    Filter(target="order/1*"),
    Filter(action="order.*", outcome=Status.SUCCESS),
    Filter(action="ORDER.refund"),
    Filter(action="order_refund"),
    Filter(category="data", outcome=Status.FAILURE),
    Filter(since=START + timedelta(seconds=30), until=START + timedelta(seconds=40)),
    Filter(text="word3"),
    Filter(text="WORD3 strasse"),
    Filter(text="word"),
    Filter(text='"; drop table'),
    Filter(actor="key1", text="word3", since=START + timedelta(seconds=20)),
    Filter(target="a'b"),
    Filter(target="%"),
    Filter(target="*"),
]


@pytest.mark.req("AUD-3")
@pytest.mark.parametrize("wanted", QUESTIONS, ids=str)
def test_the_index_answers_as_the_slow_reference(store: Store, wanted: Filter):
    events = [event(number) for number in range(60)]
    events.append(event(60, target=Target("order", "a'b"), outcome=Outcome(Status.FAILURE, "no [money] left?")))
    append(store, [Entry(one.id, one.body) for one in map(sealed, events)])
    while store.write(lambda tx: tx.log.index("shop", 7)):
        pass
    found = store.read(lambda tx: tx.log.find("shop", wanted, -1, 100))
    expected = [one.id for one in reversed(events) if wanted.matches(one)]
    assert [row.id for row in found] == expected


def test_answers_come_in_pages(store: Store):
    append(store, entries(*range(25)))
    store.write(lambda tx: tx.log.index("shop", 100))

    def page(after: int) -> list[int]:
        return [row.index for row in store.read(lambda tx: tx.log.find("shop", Filter(), after, 10))]

    found = [-1]
    while further := page(found[-1]):
        found += further
    assert found[1:] == list(reversed(range(25)))


def test_the_index_says_how_far_it_is(store: Store):
    append(store, entries(*range(10)))
    assert store.read(lambda tx: tx.log.head("shop")).indexed == 0
    assert store.write(lambda tx: tx.log.index("shop", 4)) == 4
    assert store.read(lambda tx: tx.log.head("shop")).indexed == 4


@pytest.mark.req("AUD-3")
@pytest.mark.parametrize("table", ["audit_index", "audit_text"])
def test_what_somebody_took_out_of_the_index_shows(store: Store, database: str, table: str):
    append(store, entries(*range(5)))
    store.write(lambda tx: tx.log.index("shop", 4))
    assert store.read(lambda tx: tx.log.indexed("shop")) == 4
    statements = {
        "audit_index": "DELETE FROM audit_index WHERE place = :place",
        "audit_text": "DELETE FROM audit_text WHERE place = :place"
        if isinstance(store, PostgresStore)
        else "DELETE FROM audit_text_docsize WHERE id = :place",
    }
    engine = opening.engine(opening.address(database))
    with engine.begin() as connection:
        connection.execute(text(statements[table]), {"place": (1 << 40) + 2})
    engine.dispose()
    assert store.read(lambda tx: tx.log.indexed("shop")) == 2
    assert store.read(lambda tx: tx.log.head("shop")).indexed == 4


@pytest.mark.req("AUD-3")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET body = id",
        "DELETE FROM audit_record",
        "UPDATE audit_checkpoint SET note = ''",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_the_database_itself_refuses_changes(store: Store, database: str, statement: str):
    append(store, entries(0, 1))
    engine = opening.engine(opening.address(database))
    with pytest.raises(Exception, match=r"append-only|permission denied"), engine.begin() as connection:
        connection.execute(text(statement.replace("body = id", "body = body")))
    engine.dispose()
    assert store.read(lambda tx: tx.log.size("shop")) == 2


@pytest.mark.req("AUD-4")
def test_a_sealed_run_leaves_the_rows_and_the_index_and_keeps_its_root(store: Store):
    append(store, entries(*range(600)))
    while store.write(lambda tx: tx.log.index("shop", 1000)):
        pass
    run = Segment(256, 256, b"r" * 32, "shop/000256.zst", START)
    store.write(lambda tx: tx.log.seal("shop", run))
    assert store.read(lambda tx: tx.log.segments("shop")) == [run]
    assert [row.index for row in store.read(lambda tx: tx.log.rows("shop", 250, 10))] == list(range(250, 256))
    assert store.read(lambda tx: tx.log.find("shop", Filter(target="300"), -1, 5)) == []
    assert store.read(lambda tx: tx.log.find("shop", Filter(text="300"), -1, 5)) == []
    assert len(store.read(lambda tx: tx.log.find("shop", Filter(target="512"), -1, 5))) == 1
    assert append(store, entries(300, 600)) == [300, 600]
    store.write(lambda tx: tx.log.purge("shop", 256, START))
    assert store.read(lambda tx: tx.log.segments("shop"))[0].purged_at == START


def test_a_run_that_is_not_here_is_not_sealed(store: Store):
    append(store, entries(*range(10)))
    with pytest.raises(StoreError, match="10 of 256"):
        store.write(lambda tx: tx.log.seal("shop", Segment(0, 256, b"r" * 32, "x", START)))
    assert len(store.read(lambda tx: tx.log.rows("shop", 0, 100))) == 10


def test_a_log_that_nobody_wrote_is_told(store: Store):
    with pytest.raises(StoreError, match="no log `nowhere`"):
        store.read(lambda tx: tx.log.rows("nowhere", 0, 1))


@pytest.mark.req("AUD-3", "PLT-7")
def test_an_epoch_that_is_over_appends_nothing(store: Store):
    first = store.write(lambda tx: tx.log.next_epoch("shop"))
    append(store, entries(0), first)
    second = store.write(lambda tx: tx.log.next_epoch("shop"))
    with pytest.raises(StaleEpochError):
        append(store, entries(1), first)
    assert append(store, entries(1), second) == [1]


def test_two_processes_that_append_make_one_log(opened: Callable[[], Store]):
    stores = [opened(), opened()]

    def work(number: int) -> None:
        for at in range(10):
            append(stores[number % 2], entries(number * 100 + at))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    rows = stores[0].read(lambda tx: tx.log.rows("shop", 0, 100))
    assert [row.index for row in rows] == list(range(40))
    assert len({row.id for row in rows}) == 40


@pytest.mark.req("PLT-7")
@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
def test_one_of_two_leads_and_the_other_takes_over(opened: Callable[[], Store]):
    one, other = opened(), opened()
    assert isinstance(one, PostgresStore)
    assert isinstance(other, PostgresStore)
    first, second = PostgresLease(one, "shop"), PostgresLease(other, "shop")
    assert first.leads()
    assert not second.leads()
    epoch = first.epoch()
    first.lost()
    second._next = 0.0
    assert second.leads()
    assert epoch is not None
    assert second.epoch() == epoch + 1
    with pytest.raises(StaleEpochError):
        append(one, entries(0), epoch)
    second.lost()
