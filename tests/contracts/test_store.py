"""What every store promises: all of a work or nothing, durable when told so, and clear words when it fails."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from surefoot.domain.access.account import Role, User, UserName
from surefoot.errors import StoreError
from surefoot.ports.store import Store, Transaction

CREATED = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)


def user(name: str) -> User:
    return User(UserName(name), name.title(), Role.VIEWER, None, "", CREATED)


def names(transaction: Transaction) -> list[str]:
    return [str(user.name) for user in transaction.accounts.users()]


def adding(name: str) -> Callable[[Transaction], str]:
    def work(transaction: Transaction) -> str:
        transaction.accounts.add(user(name))
        return name

    return work


@pytest.mark.req("PLT-7")
def test_what_was_written_is_read_by_whoever_opens_it_later(opened: Callable[[], Store]):
    first = opened()
    assert first.write(adding("ana")) == "ana"
    first.close()
    second = opened()
    assert second.read(lambda tx: tx.accounts.user(UserName("ana"))) == user("ana")


def test_a_work_that_raises_leaves_nothing_and_its_error_comes_out(store: Store):
    def work(transaction: Transaction) -> None:
        transaction.accounts.add(user("ana"))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        store.write(work)
    assert store.read(names) == []


def test_a_work_that_fails_costs_its_neighbours_nothing(store: Store):
    gate = threading.Event()

    def waiting(transaction: Transaction) -> None:
        gate.wait(5)
        transaction.accounts.add(user("first"))

    def breaking(transaction: Transaction) -> None:
        transaction.accounts.add(user("broken"))
        raise ZeroDivisionError

    first = store.submit(waiting)
    wanted = [store.submit(adding(f"user{number}")) for number in range(20)]
    broken = store.submit(breaking)
    gate.set()
    assert [future.result(10) for future in wanted] == [f"user{number}" for number in range(20)]
    first.result(10)
    with pytest.raises(ZeroDivisionError):
        broken.result(10)
    assert store.read(names) == sorted(["first", *(f"user{number}" for number in range(20))])


def test_the_same_name_twice_is_refused(store: Store):
    store.write(adding("ana"))
    with pytest.raises(StoreError, match="ana"):
        store.write(adding("ana"))
    assert store.read(names) == ["ana"]


def test_two_who_have_it_open_see_each_other(opened: Callable[[], Store]):
    one, other = opened(), opened()
    one.write(adding("ana"))
    other.write(adding("bo"))
    assert one.read(names) == other.read(names) == ["ana", "bo"]


def test_many_threads_lose_nothing(opened: Callable[[], Store]):
    stores = [opened(), opened()]
    threads = [
        threading.Thread(target=lambda n=n: [stores[n % 2].write(adding(f"u{n}x{i}")) for i in range(10)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(stores[0].read(names)) == 80


def test_a_read_changes_nothing(store: Store):
    store.write(adding("ana"))
    with pytest.raises(StoreError):
        store.read(adding("bo"))
    assert store.read(names) == ["ana"]


def test_time_is_utc_and_does_not_go_back(store: Store):
    times = [store.write(lambda tx: tx.now()) for _ in range(5)]
    assert times == sorted(times)
    assert times[0].tzinfo is UTC
    assert abs((times[0] - datetime.now(UTC)).total_seconds()) < 60


def test_closing_finishes_what_was_submitted(opened: Callable[[], Store]):
    store = opened()
    futures = [store.submit(adding(f"user{number}")) for number in range(50)]
    store.close()
    assert [future.result(0) for future in futures] == [f"user{number}" for number in range(50)]


def test_a_closed_store_says_so(store: Store):
    store.close()
    with pytest.raises((StoreError, RuntimeError)):
        store.write(adding("ana"))


@pytest.mark.req("PLT-7")
def test_the_place_shows_no_password(store: Store):
    assert store.place
    assert "secret" not in store.place
