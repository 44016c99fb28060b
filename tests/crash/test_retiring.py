"""kill -9 while records are sealed, purged and erased: nothing is lost, and the next call goes on."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import pseudonym
from surefoot.domain.audit.verdict import Kind as Found
from surefoot.edge.erasures import ErasureFile
from surefoot.edge.store import opening
from surefoot.edge.store.points import AFTER_COMMIT, BEFORE_COMMIT
from tests.conftest import CI
from tests.crash.retirer import DELETED, DESTROYED, LISTED, WRITTEN
from tests.desks import LOG, Site, event, fill, kinds
from tests.postgres import cluster, programs

pytestmark = [pytest.mark.req("AUD-4"), pytest.mark.timeout(240)]
RUNS = [250] * 256 + [150] * 300  # days: a run to be purged, one to be sealed, and a rest
COUNTS = (1, 2, 4, 7)


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        (pytest.fail if CI else pytest.skip)("PostgreSQL is not here: apt-get install postgresql")
    with cluster(durable=True) as running:
        yield running.url()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    place = Site(str(tmp_path / "crash.db"), tmp_path / "keys", tmp_path / "archive")
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        name = f"crash_{tmp_path.name}".replace("-", "_").lower()[:60]
        engine = opening.engine(opening.address(url)).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        engine.dispose()
        place = Site(f"{url.rpartition('/')[0]}/{name}", place.keys, place.archive)
    with place.desk() as desk:
        fill(desk, [event(number, days) for number, days in enumerate(RUNS)])
    return place


def killed(site: Site, what: str, point: str, count: int) -> bool:
    """Let a process do its work until it is killed; return whether it was, or came to its end."""
    arguments = [site.database, str(site.keys), str(site.archive), what, point, str(count)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.retirer", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def everything(site: Site, *, finished: bool = False) -> None:
    """Check that the log verifies, and that each record is here, in a file, or was purged on record."""
    with site.desk() as desk:
        assert kinds(desk) <= {Found.PURGED, Found.ERASED}
        segments = desk.store.read(lambda tx: tx.log.segments(LOG))
        found = {row.index for row in desk.store.read(lambda tx: tx.log.rows(LOG, 0, 100_000))}
        for segment in segments:
            inside = range(segment.first, segment.first + segment.size)
            if finished:
                assert not found & set(inside)
            if segment.purged_at is None:
                assert len([opened(body) for body in desk.archive.read(segment.path)]) == segment.size
            found |= set(inside)
        size = desk.head().edge.size
        assert found == set(range(size))


@pytest.mark.parametrize("point", [BEFORE_COMMIT, AFTER_COMMIT, WRITTEN, DELETED])
def test_records_are_retired_in_spite_of_kills(site: Site, point: str):
    kills = 0
    for count in COUNTS:
        if not killed(site, "retain", point, count):
            break
        kills += 1
        everything(site)
    assert kills, f"never reached {point}"
    assert not killed(site, "retain", "none", 1)
    everything(site, finished=True)
    with site.desk() as desk:
        assert kinds(desk) == {Found.PURGED, Found.ERASED}
        segments = desk.store.read(lambda tx: tx.log.segments(LOG))
    assert [(one.first, one.size, one.purged_at is None) for one in segments] == [(0, 256, False), (256, 256, True)]
    assert [path.name for path in site.archive.rglob("*") if path.is_file()] == ["000000000256-256.jsonl.zst"]


@pytest.mark.parametrize("point", [BEFORE_COMMIT, AFTER_COMMIT, LISTED, DESTROYED])
def test_a_person_is_erased_in_spite_of_kills(site: Site, point: str):
    with site.desk() as desk:
        name = pseudonym("user/ana", desk.subjects.key("user/ana"))
    kills = 0
    for count in COUNTS:
        if not killed(site, "erase", point, count):
            break
        kills += 1
        everything(site)
    assert kills, f"never reached {point}"
    assert not killed(site, "erase", "none", 1)
    everything(site)
    with site.desk() as desk:
        assert desk.subjects.find("user/ana") is None
        assert desk.store.read(lambda tx: tx.log.about(LOG, name)) == []
        assert Found.ERASED in kinds(desk)
        told = [
            event_
            for row in desk.store.read(lambda tx: tx.log.rows(LOG, 0, 100_000))
            if (event_ := opened(row.body)).action.type == "log.erase"
        ]
    assert len(told) == 1
    assert told[0].detail["openings"] == 556
    assert len(ErasureFile(site.keys / "erasures.jsonl").all()) == 1
