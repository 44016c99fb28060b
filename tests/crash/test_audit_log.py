"""kill -9 at every commit point, on both databases: nothing acknowledged is lost, doubled or forked."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from surefoot.domain.audit.checkpoint import parse_checkpoint
from surefoot.domain.audit.note import parse_note, verified
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.edge.logkey import log_key
from surefoot.edge.store.opening import address, open_store
from surefoot.edge.store.points import AFTER_COMMIT, BEFORE_COMMIT
from tests.conftest import CI
from tests.crash import replica, writer
from tests.postgres import cluster, programs

POINTS = (BEFORE_COMMIT, AFTER_COMMIT)
COUNTS = (1, 3, 7)


@dataclass(frozen=True, slots=True)
class Place:
    """A database, and the key of the log in it."""

    database: str
    key: Path


@pytest.fixture(scope="module")
def durable_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Run a PostgreSQL that flushes what it acknowledges."""
    if programs() is None:
        (pytest.fail if CI else pytest.skip)("PostgreSQL is not here: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("durable")
    with cluster(durable=True) as running:
        yield Place(running.url(), folder / "log.key")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(str(tmp_path / "crash.db"), tmp_path / "log.key")
    found: Place = request.getfixturevalue("durable_postgres")
    return found


def start(place: Place, point: str, count: int, first: int, who: str = "writer") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.crash.{who}", place.database, str(place.key), point, str(count), str(first)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def acknowledged(process: "subprocess.Popen[str]") -> set[str]:
    """Wait for a writer's end, and return the ids that it was told are durable."""
    lines = process.communicate(timeout=60)[0].split("\n")[:-1]  # half a line was not printed whole
    return {writer.entry(int(line)).id for line in lines}


def state(place: Place) -> list[str]:
    """Return the ids of the log, after checking that its tree is that of its records and signed."""
    store = open_store(address(place.database))
    try:
        rows = store.read(lambda tx: tx.log.rows(writer.LOG, 0, 100_000) if writer.LOG in tx.log.logs() else [])
        if rows:
            head = store.read(lambda tx: tx.log.head(writer.LOG))
            note = parse_note(head.checkpoint)
            verified(note, [log_key(place.key, writer.ORIGIN).key])
            stated = parse_checkpoint(note.text)
            grown = extend(Edge(), [leaf_hash(row.body) for row in rows])
            assert (stated.size, stated.root) == (len(rows), root(grown.edge))
            assert head.edge == grown.edge
        assert [row.index for row in rows] == list(range(len(rows)))
        ids = [row.id for row in rows]
        assert len(ids) == len(set(ids))
        return ids
    finally:
        store.close()


@pytest.mark.req("AUD-3")
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_writer_loses_nothing_that_it_acknowledged(place: Place, point: str):
    first, told = POINTS.index(point) * 10_000, set[str]()
    for count in COUNTS:
        process = start(place, point, count, first)
        told |= acknowledged(process)
        assert process.returncode == -signal.SIGKILL, f"never reached {point} for the {count}. time"
        assert told <= set(state(place))
    process = start(place, "none", 1, first)
    acknowledged(process)
    assert process.returncode == 0
    assert {writer.entry(number).id for number in range(first, first + writer.RECORDS)} <= set(state(place))


@pytest.mark.req("AUD-3", "PLT-7")
@pytest.mark.parametrize("point", POINTS)
def test_a_writer_goes_on_while_another_is_killed(place: Place, point: str):
    first = 100_000 + POINTS.index(point) * 10_000
    killed, other = start(place, point, 5, first), start(place, "none", 1, first + 1_000)
    told = acknowledged(killed) | acknowledged(other)
    assert (killed.returncode, other.returncode) == (-signal.SIGKILL, 0)
    assert told <= set(state(place))
    assert {writer.entry(number).id for number in range(first + 1_000, first + 1_000 + writer.RECORDS)} <= told


@pytest.mark.real
@pytest.mark.req("AUD-3", "PLT-7")
@pytest.mark.parametrize("point", POINTS)
def test_when_the_process_that_sequences_is_killed_another_takes_over(durable_postgres: Place, point: str):
    first = 200_000 + POINTS.index(point) * 10_000
    replicas = [
        start(durable_postgres, point, 9, first, "replica"),
        start(durable_postgres, "none", 1, first + 1_000, "replica"),
        start(durable_postgres, "none", 1, first + 2_000, "replica"),
    ]
    told: dict[str, str] = {}
    for process in replicas:
        lines = process.communicate(timeout=90)[0].split("\n")[:-1]
        told |= dict(line.split(" ") for line in lines)
    assert [process.returncode for process in replicas] == [-signal.SIGKILL, 0, 0]
    replica.drain(durable_postgres.database, durable_postgres.key)
    assert set(told) <= set(state(durable_postgres))
    assert set(told.values()) == {"sequenced", "inbox"}
    assert len(told) >= 2 * replica.RECORDS
