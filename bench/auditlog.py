"""The audit log on SQLite: group commit, cost of evidence, acknowledgement under indexing, queries, sealed size.

Every ratio compares within this run. ``--flush`` adds milliseconds to each commit, as a slower disk would.
"""

import argparse
import gc
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.audit import ORIGIN, START, event
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, insert

from surefoot.domain.audit.canonical import canonical, sealed
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.note import new_signer
from surefoot.domain.audit.record import fields
from surefoot.domain.audit.verdict import Weight
from surefoot.domain.audit.verify import verify
from surefoot.edge.archive import FileArchive
from surefoot.edge.batching import Batches
from surefoot.edge.store import sqlite
from surefoot.edge.store.opening import open_store
from surefoot.edge.store.points import BEFORE_COMMIT
from surefoot.ports.auditlog import Entry
from surefoot.ports.store import Store, Transaction
from surefoot.run.audit.sequencing import LogIdentity, sequence
from surefoot.run.audit.stored import StoredLog

CLIENTS = 256
IDENTITY = LogIdentity("bench", new_signer(ORIGIN, bytes(32)))
PLAIN = Table(
    "plain", MetaData(), Column("number", Integer, primary_key=True), Column("id", Text), Column("body", LargeBinary)
)
SEGMENT = 65_536


@dataclass(frozen=True)
class Slow:
    """Makes every commit take longer."""

    seconds: float

    def reach(self, point: str) -> None:
        if point == BEFORE_COMMIT and self.seconds:
            time.sleep(self.seconds)


@contextmanager
def opened(flush: float = 0.0) -> Iterator[tuple[Store, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="surefoot-bench-"))
    store = open_store(folder / "log.db", Slow(flush))
    try:
        yield store, folder
    finally:
        store.close()
        shutil.rmtree(folder)


def entries(first: int, count: int) -> list[Entry]:
    made = [Entry(one.id, one.body) for one in (sealed(event(n)) for n in range(first, first + count))]
    gc.collect()
    gc.freeze()  # a server holds no such list: collecting garbage must not walk through it
    return made


def p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def clients(count: int, line: "Batches[Entry, object]", given: Sequence[Entry]) -> tuple[float, list[float]]:
    """Let clients submit one record after the other, each waiting for its answer, as a server's event loop does.

    Returns:
        Events a second, and how long each waited.
    """
    waited: list[float] = []
    shares = [iter(given[at::count]) for at in range(count)]
    done = threading.Semaphore(0)

    def step(share: Iterator[Entry]) -> None:
        entry = next(share, None)
        if entry is None:
            done.release()
            return
        began = time.perf_counter()

        def answered(future: "Future[object]") -> None:
            future.result()
            waited.append(time.perf_counter() - began)
            step(share)

        line.submit(entry).add_done_callback(answered)

    began = time.perf_counter()
    for share in shares:
        step(share)
    for _ in shares:
        done.acquire()
    return len(given) / (time.perf_counter() - began), waited


def appender(store: Store, most: int = sqlite.BATCH) -> "Batches[Entry, object]":
    def take(batch: Sequence[Entry]) -> list[object]:
        return list(store.write(lambda tx: sequence(tx, IDENTITY, batch)))

    line: Batches[Entry, object] = Batches(take, most, "bench")  # type: ignore[arg-type]
    for entry in entries(10_000_000, 20):  # SQLAlchemy compiles each statement once
        line.submit(entry).result()
    return line


def group_commit(flush: float) -> None:
    print(f"\n{CLIENTS} clients, flush +{flush * 1000:g} ms")
    speeds, waited = {}, [0.0]
    for most, count in ((1, 1000), (sqlite.BATCH, 30_000)):
        with opened(flush) as (store, _):
            line = appender(store, most)
            speeds[most], waited = clients(CLIENTS, line, entries(0, count))
            line.close()
    single, group = speeds[1], speeds[sqlite.BATCH]
    bound = 6 * flush * 1000 + 25
    print(f"  commit for each event   {single:10,.0f} /s")
    print(f"  group commit            {group:10,.0f} /s   {group / single:.0f} times (goal 50)")
    print(f"  acknowledged, p99       {p99(waited) * 1000:10.1f} ms   (goal {bound:.0f}: 6 flushes + 25 ms)")


def evidence(batch: int, count: int, rounds: int = 3) -> float:
    """Compare the CPU of logging with that of inserting the same events plainly; return events a CPU second."""
    events = [event(n) for n in range(count)]
    plain, merkle = [], []
    for _ in range(rounds):
        with opened() as (store, _):
            store.write(lambda tx: PLAIN.create(tx._connection))  # type: ignore[attr-defined]
            began = time.process_time()
            for at in range(0, count, batch):
                rows = [{"id": one.id, "body": canonical(fields(one))} for one in events[at : at + batch]]
                store.write(lambda tx: tx._connection.execute(insert(PLAIN), rows))  # type: ignore[attr-defined]
            plain.append(time.process_time() - began)
        with opened() as (store, _):
            began = time.process_time()
            for at in range(0, count, batch):
                found = [Entry(one.id, one.body) for one in map(sealed, events[at : at + batch])]
                store.write(lambda tx: sequence(tx, IDENTITY, found))
            merkle.append(time.process_time() - began)
    ratio = min(merkle) / min(plain)
    print(
        f"  batch {batch:4}   plain {min(plain) / count * 1e6:6.1f} µs"
        f"   with evidence {min(merkle) / count * 1e6:6.1f} µs   {ratio:.2f} times (goal 2)"
    )
    return count / min(merkle)


def verifying(count: int, ingest: float) -> None:
    with opened() as (store, folder):
        given = entries(0, count)
        for at in range(0, count, 1024):
            store.write(lambda tx: sequence(tx, IDENTITY, given[at : at + 1024]))
        while store.write(lambda tx: tx.log.index("bench", 8192)):
            pass
        archive = FileArchive(folder / "archive")

        def work(tx: Transaction) -> float:
            began = time.process_time()
            reader = StoredLog(tx, "bench", archive)
            result = verify(reader, IDENTITY.signer.key, ORIGIN)
            assert max((one.kind.weight for one in result.verdicts), default=Weight.FINE) < Weight.BROKEN, result
            return count / (time.process_time() - began)

        speed = store.read(work)
    print(f"  verified {speed:10,.0f} /s of CPU, {speed / ingest:.1f} times ingest (goal 4)")


def under_indexing(rate: float, seconds: float) -> None:
    """Append at a rate, with and without the index following; compare the acknowledgements."""
    found = {}
    for indexing in (False, True):
        with opened() as (store, _):
            line, stop, lags = appender(store), threading.Event(), [0.0]
            store.write(lambda tx: tx.log.index("bench", 32))

            def follow() -> None:
                while not stop.is_set():
                    began = time.perf_counter()
                    if store.write(lambda tx: tx.log.index("bench", 32)):
                        lags.append(time.perf_counter() - began)
                    else:
                        stop.wait(0.02)

            follower = threading.Thread(target=follow)
            if indexing:
                follower.start()
            waited = paced(line, rate, seconds)
            behind = store.read(lambda tx: (head := tx.log.head("bench")).edge.size - head.indexed)
            stop.set()
            if indexing:
                follower.join()
                print(f"  index behind by {behind} records at the end, {behind / rate:.2f} s (goal 2 s)")
            line.close()
            found[indexing] = p99(waited)
    ratio = found[True] / found[False]
    print(
        f"  acknowledged at {rate:,.0f}/s, p99: {found[False] * 1000:.1f} ms"
        f", with the index {found[True] * 1000:.1f} ms   {ratio:.2f} times (goal 1.2)"
    )


def paced(line: "Batches[Entry, object]", rate: float, seconds: float) -> list[float]:
    waited: list[float] = []
    given = entries(0, int(rate * seconds))
    began = time.perf_counter()
    futures = []
    for number, entry in enumerate(given):
        due = began + number / rate
        if (ahead := due - time.perf_counter()) > 0.001:
            time.sleep(ahead)
        sent = time.perf_counter()
        future = line.submit(entry)
        future.add_done_callback(lambda _, sent=sent: waited.append(time.perf_counter() - sent))
        futures.append(future)
    for future in futures:
        future.result()
    return waited


def queries(count: int, asked: int) -> None:
    """Fill and index a log; time questions by actor and time, and by text; compare sealed with hot bytes."""
    with opened() as (store, folder):
        began = time.perf_counter()
        for at in range(0, count, 4096):
            given = [Entry(one.id, one.body) for one in map(sealed, map(event, range(at, min(at + 4096, count))))]
            store.write(lambda tx: sequence(tx, IDENTITY, given))
            store.write(lambda tx: tx.log.index("bench", 8192))
            if sys.stderr.isatty():
                print(f"\r  {at:,} of {count:,}", end="", file=sys.stderr)
        print(f"  {count:,} events logged and indexed in {time.perf_counter() - began:.0f} s")
        draw = random.Random(7)
        spans = [START + timedelta(milliseconds=draw.randrange(count)) for _ in range(asked)]
        for name, wanted in {
            "actor and time": [Filter(actor=f"u{draw.randrange(977)}", until=span) for span in spans],
            "text": [Filter(text=f"{draw.randrange(count):08x}") for _ in spans],
        }.items():
            times = []
            for one in wanted:
                asking = time.perf_counter()
                store.read(lambda tx: tx.log.find("bench", one, -1, 50))
                times.append(time.perf_counter() - asking)
            goal = 5 if name == "actor and time" else 50
            middle = statistics.median(times) * 1000
            print(f"  {name:16} median {middle:7.2f} ms   p99 {p99(times) * 1000:7.2f} ms   (goal {goal} ms)")
        hot = (folder / "log.db").stat().st_size / count
        run = min(count, SEGMENT)
        bodies = store.read(lambda tx: [row.body for row in tx.log.rows("bench", 0, run)])
        size = FileArchive(folder / "archive").write("bench.zst", bodies) / run
        print(f"  hot {hot:.0f} bytes an event, sealed {size:.0f}: 1/{hot / size:.1f} (goal 1/10)")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench auditlog", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="in the log that is asked")
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--flush", type=float, default=2.0, help="milliseconds")
    given = parser.parse_args(arguments)
    group_commit(given.flush / 1000)
    print("\nCPU of evidence")
    evidence(64, 20_000)
    ingest = evidence(512, 40_000)
    verifying(100_000, ingest)
    print("\nIndex")
    under_indexing(5000, 6)
    queries(given.events, given.asked)
