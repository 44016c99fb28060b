"""What watching costs: 200 objectives on 1,000 series from a local exporter, cycle after cycle without waiting.

The clock is ours and moves 15 s a cycle; scraping goes over HTTP, the store is on disk. History is filled in
first, so that the windows of hours and days hold samples. Measured is the CPU of this process, exporter excluded.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from surefoot import api
from surefoot.edge.metrics.embedded import EmbeddedStore
from surefoot.edge.requests import HttpClient
from surefoot.edge.workers import Threads
from surefoot.promql.series import NAME, Series
from surefoot.run.plan import Plan, plan
from surefoot.run.watch import Outside, Watch

INTERVAL_MS = 15_000
START = 1_767_571_200_000
CODES = ("200", "301", "404", "500", "503")
GOAL = 0.05
FIGURES = {"mean": np.mean, "median": np.median, "worst": np.max}


def exporter(objectives: int, pipe: Any) -> None:
    """Expose a counter of requests by code for each objective; each scrape counts on."""
    scrapes = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal scrapes
            scrapes += 1
            lines = [
                f'requests_total{{api="a{n}",code="{code}"}} {100_000 + scrapes * (150 if code == "200" else 1)}'
                for n in range(objectives)
                for code in CODES
            ]
            data = ("\n".join(lines) + "\n").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


class Time:
    """A clock that the bench moves."""

    def __init__(self, now: int) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def wait(self, until: int) -> bool:
        self.time = until
        return True


def spec(objectives: int, port: int) -> str:
    slos = "\n".join(
        f'      a{n}: {{target: 99.9%, bad: \'requests_total{{api="a{n}",code=~"5.."}}\', '
        f"total: 'requests_total{{api=\"a{n}\"}}'}}"
        for n in range(objectives)
    )
    return f"""
surefoot: 1
workspace: bench
metrics: embedded
services:
  api:
    owner: web
    targets: ["127.0.0.1:{port}"]
    slos:
{slos}
teams: {{web: {{members: [ana]}}}}
people: {{ana: {{name: Ana}}}}
"""


def history(objectives: int, port: int, hours: float) -> list[Series]:
    """Make what was scraped before the start."""
    count = int(hours * 3_600_000 / INTERVAL_MS)
    times = START - INTERVAL_MS * np.arange(count, 0, -1, dtype=np.int64)
    found = []
    for n in range(objectives):
        for code in CODES:
            labels = {
                NAME: "requests_total",
                "api": f"a{n}",
                "code": code,
                "job": "api",
                "instance": f"127.0.0.1:{port}",
            }
            step = 150 if code == "200" else 1
            found.append(Series.of(labels, times.tolist(), (np.arange(count) * float(step)).tolist()))
    return found


def events(planned: Plan) -> list[Series]:
    """Make what the rules recorded in the 30 days before."""
    found = []
    for rule in (rule for timed in planned.groups for rule in timed.group.rules):
        step = planned.keeping.grid.get(rule.name)
        if step is not None:
            times = np.arange(START - 30 * 86_400_000, START, step, dtype=np.int64)
            values = np.random.default_rng(1).uniform(0, 100, len(times))
            found.append(Series.of({NAME: rule.name, **rule.labels}, times.tolist(), values.tolist()))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench embedded", description=__doc__)
    parser.add_argument("--objectives", type=int, default=200, help="each has five series (default: 200)")
    parser.add_argument("--cycles", type=int, default=40, help="of 15 s (default: 40, four period evaluations)")
    parser.add_argument("--hours", type=float, default=72, help="of history (default: 72)")
    options = parser.parse_args(arguments)
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=exporter, args=(options.objectives, theirs), daemon=True)
    child.start()
    port = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "surefoot.yaml").write_text(spec(options.objectives, port), "utf-8")
        planned = plan(api.load([place], today=date(2026, 1, 5)))
        clock = Time(START)
        store, http = EmbeddedStore(place / "data", planned.keeping), HttpClient()
        watch = Watch(planned, Outside(store, http, clock, Threads(16), Threads(4), lambda _: None))
        watch.memory.load(history(options.objectives, port, options.hours))
        watch.memory.load(events(planned))
        watch.live.prime(START - 1)
        watch.cycle(START)  # the first one reads labels and finds series
        costs = []
        for n in range(1, options.cycles + 1):
            clock.time = START + n * INTERVAL_MS
            before = time.process_time()
            watch.cycle(clock.time)
            costs.append(time.process_time() - before)
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
        resident = pages * resource.getpagesize() / (1 << 20)
        disk = sum(path.stat().st_size for path in (place / "data").rglob("*") if path.is_file())
        watch.finish()
        store.close()
        http.close()
    child.terminate()
    share = float(np.mean(costs)) * 1000 / INTERVAL_MS
    rules = sum(len(timed.group.rules) for timed in planned.groups)
    print(
        f"{options.objectives * len(CODES)} series, {options.objectives} objectives, {rules} rules, {len(costs)} cycles"
    )
    print("CPU per cycle: " + ", ".join(f"{what} {how(costs) * 1000:.0f} ms" for what, how in FIGURES.items()))
    print(f"share of one core at 15 s: {share:.2%} (goal: at most {GOAL:.0%})")
    print(f"memory: {resident:.0f} MiB; journal: {disk / options.cycles / 1024:.0f} KiB a cycle")
    return int(share > GOAL)


if __name__ == "__main__":
    sys.exit(main())
