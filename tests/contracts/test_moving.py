"""Backups, restores and moves between both databases: nothing is lost, what was erased stays erased (PLT-7)."""

import itertools
import os
import resource
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
import zstandard
from sqlalchemy.exc import OperationalError

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import pseudonym
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.verdict import Kind as Found
from surefoot.edge.erasures import ErasureFile
from surefoot.edge.logkey import log_key
from surefoot.edge.store.auditlog import AuditLogRows
from surefoot.edge.store.depot import StoreDepot
from surefoot.edge.store.opening import address
from surefoot.errors import PortError, ProofError, StoreError
from surefoot.ports.depot import Rows
from surefoot.run.audit.agenda import agenda
from surefoot.run.audit.erasing import Erasing
from surefoot.run.audit.keeping import retention
from surefoot.run.audit.retiring import Retiring
from surefoot.run.storing import checking
from surefoot.run.storing.backing import back_up
from surefoot.run.storing.moving import move
from surefoot.run.storing.restoring import Restored, Restoring, forgotten
from tests.contracts.conftest import _administer
from tests.contracts.test_store import adding, names
from tests.desks import LOG, NOW, Site, event, fill, kinds, system
from tests.postgres import Cluster

pytestmark = pytest.mark.req("PLT-7")
_NUMBERS = itertools.count()


def quietly(_done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture
def source(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a store with people, records, a sealed run, and records that wait."""
    (tmp_path / "old").mkdir()
    monkeypatch.chdir(tmp_path / "old")  # where a PostgreSQL store keeps sealed files
    site = Site(database, tmp_path / "keys", _archive(database))
    with site.desk() as desk:
        desk.store.write(adding("ana"))
        desk.store.write(lambda tx: tx.accounts.failed("ana", tx.now()))
        fill(desk, [event(number, 150) for number in range(700)])
        kept = retention(system(tmp_path / "spec", "{retention: {all: {min: 200d, hot: 100d}}}"))
        Retiring(desk, tables=False, told=lambda _: None).carry_out(agenda(desk, kept.plans, kept.segment, NOW))
        waiting = desk.log.means.preparing.entry(event(2000, 1))
        desk.store.write(lambda tx: tx.log.offer(LOG, [waiting]))
    return site


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a place where nothing is."""
    if request.param == "sqlite":
        (tmp_path / "new").mkdir()
        return str(tmp_path / "new" / "copy.db")
    running: Cluster = request.getfixturevalue("postgres")
    name = f"target{next(_NUMBERS)}"
    _administer(running, f"CREATE DATABASE {name}")
    return running.url(name)


def _archive(database: str) -> Path:
    where = address(database)
    return where.with_suffix(".archive") if isinstance(where, Path) else Path("surefoot.archive").absolute()


def content(site: Site) -> tuple[object, ...]:
    with site.desk() as desk:
        return desk.store.read(
            lambda tx: (
                names(tx),
                tx.log.head(LOG),
                tx.log.segments(LOG),
                tx.log.rows(LOG, 0, 10_000),
                [one.index for one in tx.log.find(LOG, Filter(text="user"), -1, 10_000)],
                tx.log.inbox(LOG, 100),
                tx.log.about(LOG, pseudonym("user/ana", desk.subjects.key("user/ana"))),
            )
        )


def test_a_store_moves_with_everything_and_the_logs_prove_it(source: Site, target: str):
    before = content(source)
    done = move(StoreDepot(source.database, source.keys), StoreDepot(target, source.keys), quietly)
    assert done.sizes == {LOG: 701}
    assert done.rows["audit_record"] == 189
    there = Site(target, source.keys, _archive(target))
    assert content(there) == before
    with there.desk() as desk:
        assert kinds(desk) == set()
        assert checking.verified(desk)
        desk.store.write(adding("cleo"))
        desk.store.write(lambda tx: tx.accounts.failed("ana", tx.now()))  # takes a number of its own
        fill(desk, [event(3000, 1)])
        assert kinds(desk) == set()
    assert checking.faults(StoreDepot(target, source.keys)) == []


def test_a_target_that_holds_something_is_refused_and_left_alone(source: Site, target: str):
    with Site(target, source.keys, _archive(target)).desk() as desk:
        desk.store.write(adding("eve"))
    with pytest.raises(StoreError, match="not empty"):
        move(StoreDepot(source.database, source.keys), StoreDepot(target, source.keys), quietly)
    with Site(target, source.keys, _archive(target)).desk() as desk:
        assert desk.store.read(names) == ["eve"]


def test_a_log_that_is_not_whole_is_not_moved(source: Site, target: str, monkeypatch: pytest.MonkeyPatch):
    def short(rows: AuditLogRows, log: str, first: int, most: int) -> list[tuple[int, str, bytes]]:
        return whole(rows, log, first, most)[1:]

    whole = AuditLogRows.scan
    monkeypatch.setattr(AuditLogRows, "scan", short)
    with pytest.raises(ProofError, match="do not lead to the state of 701"):
        move(StoreDepot(source.database, source.keys), StoreDepot(target, source.keys), quietly)


def test_what_fails_at_the_end_leaves_the_target_empty(source: Site, target: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("surefoot.edge.store.depot._index", _broken)
    with pytest.raises(StoreError, match="the disk is full"):
        move(StoreDepot(source.database, source.keys), StoreDepot(target, source.keys), quietly)
    if not target.startswith("postgresql"):
        assert list(Path(target).parent.iterdir()) == []
    monkeypatch.undo()
    assert StoreDepot(target, source.keys).migrate("post")


def _broken(_connection: object) -> None:
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def backed_up(source: Site, file: Path) -> StoreDepot:
    depot = StoreDepot(source.database, source.keys)
    back_up(depot, depot.dump(file), quietly)
    return depot


def restored(site: Site, file: Path) -> Restored:
    depot = StoreDepot(site.database, site.keys)
    return Restoring(LOG, ErasureFile(site.keys / "erasures.jsonl").all(), NOW).restore(
        depot, depot.dump(file), quietly
    )


def test_a_backup_of_either_database_is_restored_into_either(source: Site, target: str, tmp_path: Path):
    before = content(source)
    backed_up(source, tmp_path / "backup.zst")
    for path in [*source.archive.rglob("*.zst")]:
        path.unlink()  # the place is lost with all that belonged to it
    there = Site(target, source.keys, _archive(target))
    assert restored(there, tmp_path / "backup.zst").sizes == {LOG: 701}
    assert list(there.archive.rglob("*.zst"))
    with there.desk() as desk:
        rows = desk.store.read(lambda tx: tx.log.rows(LOG, 0, 10_000))
        assert rows == before[3]
        desk.catch_up()
        assert kinds(desk) == set()
        (said,) = desk.store.read(lambda tx: tx.log.find(LOG, Filter(action="log.restore"), -1, 9))
    assert opened(said.body).detail["size"] == 701
    assert opened(said.body).detail["erased"] == 0


@pytest.mark.req("AUD-4")
def test_who_was_erased_since_the_backup_stays_erased(source: Site, target: str, tmp_path: Path):
    backed_up(source, tmp_path / "backup.zst")
    shutil.copytree(source.keys, tmp_path / "keys-of-before")
    with source.desk() as desk:
        erasing = Erasing(desk, ErasureFile(source.keys / "erasures.jsonl"), list)
        done = erasing.erase(erasing.prospect("ana", "request"), "request")
    shutil.copy(source.keys / "erasures.jsonl", tmp_path / "keys-of-before")
    for path in [*source.archive.rglob("*.zst")]:
        path.unlink()
    there = Site(target, tmp_path / "keys-of-before", _archive(target))
    assert restored(there, tmp_path / "backup.zst").erased == done.openings == 702
    with there.desk() as desk:
        forgotten(desk.subjects, ErasureFile(there.keys / "erasures.jsonl").all())
        desk.catch_up()
        assert desk.store.read(lambda tx: tx.log.about(LOG, done.subject)) == []
        assert desk.subjects.by_pseudonym(done.subject) is None
        assert kinds(desk) == {Found.ERASED}
        assert len(desk.store.read(lambda tx: tx.log.find(LOG, Filter(action="log.erase"), -1, 9))) == 1


def test_another_key_goes_on_with_no_log(source: Site, target: str, tmp_path: Path):
    backed_up(source, tmp_path / "backup.zst")
    other = Site(target, tmp_path / "other-keys", _archive(target))
    with pytest.raises(PortError, match=r"log\.key: the key of the log is not there"):
        restored(other, tmp_path / "backup.zst")
    log_key(other.keys / "log.key", "surefoot/main")
    with pytest.raises(PortError, match="signed by another key"):
        restored(other, tmp_path / "backup.zst")
    assert StoreDepot(target, other.keys).migrate("post")  # nothing was left there


def test_a_backup_is_written_whole_or_not_at_all(source: Site, tmp_path: Path):
    depot, file = StoreDepot(source.database, source.keys), tmp_path / "backup.zst"
    child = os.fork()
    if child == 0:  # in a process of its own: the limit cannot be taken back
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
            StoreDepot(source.database, source.keys)
            depot.dump(file).write("0001", [Rows("t", ("a",), ((os.urandom(64),) for _ in range(2000)))], [])
        except PortError as error:
            code = 0 if "free some space" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not list(tmp_path.glob("backup*"))
    back_up(depot, depot.dump(file), quietly)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(PortError, match="it is there already"):
        back_up(depot, depot.dump(file), quietly)


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign"])
def test_a_damaged_backup_touches_nothing(source: Site, target: str, tmp_path: Path, damage: str):
    file = tmp_path / "backup.zst"
    backed_up(source, file)
    whole = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "changed":
            text = zstandard.ZstdDecompressor().stream_reader(whole).read().replace(b"audit_inbox", b"audit_inbux", 1)
            file.write_bytes(zstandard.ZstdCompressor().compress(text))
        case _:
            file.write_bytes(b"hello")
    with pytest.raises(PortError, match=r"damaged|no backup"):
        restored(Site(target, source.keys, _archive(target)), file)
    assert StoreDepot(target, source.keys).migrate("post")


def test_a_sound_store_has_no_faults_and_an_old_one_is_migrated(target: str, tmp_path: Path):
    depot = StoreDepot(target, tmp_path)
    assert [step.revision for step in depot.migrate("pre")][:2] == ["0001", "0002"]
    assert depot.migrate("post") == []
    assert depot.faults() == []


def test_a_backup_of_a_newer_version_is_refused(source: Site, target: str, tmp_path: Path):
    depot = StoreDepot(target, source.keys)
    depot.dump(tmp_path / "newer.zst").write("9999", [], [])
    with pytest.raises(StoreError, match="newer Surefoot"):
        restored(Site(target, source.keys, _archive(target)), tmp_path / "newer.zst")


def test_a_source_that_is_not_there_is_told(target: str, tmp_path: Path):
    with pytest.raises(StoreError, match="no such file"):
        move(StoreDepot(str(tmp_path / "none.db"), tmp_path), StoreDepot(target, tmp_path), quietly)
