"""The file: removed, replaced, full, locked, read-only, damaged; each is told with its cure."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.domain.access.account import UserName
from surefoot.edge.store import sqlite
from surefoot.edge.store.opening import open_store
from surefoot.errors import StoreError
from surefoot.ports.store import Store
from tests.contracts.test_store import adding, names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "surefoot.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


@pytest.mark.req("AUD-3")
def test_a_file_that_was_removed_is_noticed_before_anything_is_acknowledged(store: Store, path: Path):
    store.write(adding("ana"))
    path.unlink()
    with pytest.raises(StoreError, match="removed or replaced"):
        store.write(adding("bo"))
    with pytest.raises(StoreError, match="removed or replaced"):
        store.read(names)


def test_a_file_that_was_replaced_is_noticed(store: Store, path: Path):
    other = path.with_name("other.db")
    open_store(other).close()
    other.replace(path)
    with pytest.raises(StoreError, match="removed or replaced"):
        store.write(adding("ana"))


@pytest.mark.usefixtures("store")
def test_the_file_is_for_its_owner_alone(path: Path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_loses_nothing_that_was_acknowledged(path: Path):
    """The size limit of files stands for the disk: SQLite then says the same."""
    child = os.fork()
    if child == 0:  # in a process of its own: the limit cannot be taken back
        code = 1
        try:
            store = open_store(path)
            store.write(adding("before"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 65536, resource.RLIM_INFINITY))
            for number in range(100_000):
                store.write(adding(f"user{number:06}" + "x" * 4000))
        except StoreError as error:
            code = 0 if "disk" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    again = open_store(path)
    kept = again.read(names)
    assert kept[0] == "before"
    assert len(kept) > 1
    again.write(adding("after"))
    again.close()


def test_another_process_that_holds_the_file_is_waited_for_and_then_told(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "_BUSY", 50)
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("PRAGMA busy_timeout=50",))
    store = open_store(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process holds it"):
        store.write(adding("ana"))
    holder.execute("ROLLBACK")
    holder.close()
    assert store.write(adding("ana")) == "ana"
    store.close()


def test_what_is_no_database_is_told(path: Path):
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(path)


def test_a_missing_folder_is_told(tmp_path: Path):
    with pytest.raises(StoreError, match="make it"):
        open_store(tmp_path / "nowhere" / "surefoot.db")


def test_a_missing_file_is_told_to_who_only_reads(path: Path):
    with pytest.raises(StoreError, match="no such file"):
        open_store(path, create=False)
    assert not path.exists()


def test_a_work_that_waits_for_another_is_a_mistake(store: Store):
    with pytest.raises(RuntimeError, match="may not wait"):
        store.write(lambda _: store.write(adding("ana")))


def test_a_clock_set_back_stands_still(store: Store, monkeypatch: pytest.MonkeyPatch):
    before = store.write(lambda tx: tx.now())

    class Back(sqlite.datetime):  # type: ignore[misc,name-defined]  # a clock that lies
        @classmethod
        def now(cls, zone: object = None) -> object:  # noqa: ARG003  # given
            return before.replace(year=2020)

    monkeypatch.setattr(sqlite, "datetime", Back)
    assert store.write(lambda tx: tx.now()) == before
    assert store.read(lambda tx: tx.accounts.user(UserName("nobody"))) is None
