"""A store that opens late."""

import time
from pathlib import Path

import pytest

from surefoot.edge.store import away
from surefoot.edge.store.away import AwayLease, AwayStore
from surefoot.edge.store.opening import open_store
from surefoot.errors import StoreError
from surefoot.ports.lease import Alone, Lease
from surefoot.ports.store import Store


class Late:
    """Opens a file once it may."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.there = False

    def __call__(self) -> tuple[Store, Lease]:
        if not self.there:
            raise StoreError("still away")
        return open_store(self.path), Alone()


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Late:
    monkeypatch.setattr(away, "_AGAIN", 0.0)
    return Late(tmp_path / "late.db")


def test_it_fails_with_the_reason_until_the_real_one_opens(late: Late):
    store = AwayStore("there", StoreError("away"), late)
    lease = AwayLease(store)
    assert (store.place, lease.leads(), lease.epoch()) == ("there", False, None)
    for call in (store.write, store.read):
        with pytest.raises(StoreError, match="still away"):
            call(lambda tx: tx.now())
    for submit in (store.submit, store.submit_read):
        assert isinstance(submit(lambda tx: tx.now()).exception(), StoreError)
    late.there = True
    assert lease.leads()
    assert store.write(lambda tx: tx.log.logs()) == store.read(lambda tx: tx.log.logs()) == []
    assert store.submit(lambda _: 1).result() == store.submit_read(lambda _: 1).result() == 1
    lease.lost()
    store.close()


def test_it_does_not_try_at_each_call(late: Late, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(away, "_AGAIN", 60.0)
    late.there = True
    store = AwayStore("there", StoreError("away"), late)
    with pytest.raises(StoreError, match="away"):
        store.read(lambda tx: tx.now())
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    assert store.read(lambda tx: tx.log.logs()) == []
    store.close()
