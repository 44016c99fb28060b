"""The engine against a real Prometheus on the same samples: seconds of CPU, expression by expression.

Prometheus answers `query_range` from blocks on its disk, in the page cache; its share is what its process used, writing
JSON included, uncompressed. What the JSON costs is measured with a query that is evaluated once and written at
every step, and taken off in a column of its own. Ours is the same samples already decoded to arrays; how long
decoding them from our own block files takes is printed apart. Both have to give the same number of points.
"""

import argparse
import json
import math
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from bench.backtest import backfilled, cpu_seconds, tool

from surefoot.edge.metrics.blocks import read_blocks, write_blocks
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.series import NAME, Block, Scalar, Series, Storage
from tests.real import tsdb

_END = 1_790_812_800_000
_DAY = 86_400_000
_SCRAPE = 15_000
_STEP = 60_000
_PIECE = 11_000  # points of a series that a server returns at most
_CODES = ("200", "204", "400", "404", "500")
_BOUNDS = ("0.005", "0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "+Inf")
_RATE_GOAL = 5.0
_GOAL = 1.0
_SHORT = 0.1  # seconds
_AGAIN = 200  # times at most
_WRITING = "temperature @ end()"
RATES = """
rate(requests_total[5m])
rate(requests_total[1h])
rate(requests_total[6h])
increase(requests_total[1h])
irate(requests_total[5m])
delta(temperature[1h])
sum(rate(requests_total[5m]))
sum(rate(requests_total[1h]))
sum by (code) (rate(requests_total[5m]))
sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m]))
1 - sum by (instance) (rate(requests_total{code="200"}[6h])) / sum by (instance) (rate(requests_total[6h]))
"""
OTHERS = """
requests_total
avg_over_time(temperature[5m])
avg_over_time(temperature[1h])
sum_over_time(temperature[1h])
sum_over_time((temperature / 7)[1h:15s])
min_over_time(temperature[1h])
max_over_time(temperature[6h])
count_over_time(temperature[1h])
last_over_time(temperature[5m])
absent_over_time(temperature[5m])
stddev_over_time(temperature[1h])
quantile_over_time(0.9, temperature[10m])
quantile_over_time(0.9, temperature[1h])
changes(temperature[1h])
resets(requests_total[1h])
deriv(temperature[1h])
predict_linear(temperature[1h], 3600)
holt_winters(temperature[1h], 0.3, 0.6)
histogram_quantile(0.9, seconds_bucket)
histogram_quantile(0.9, sum by (le) (rate(seconds_bucket[5m])))
avg by (room) (temperature)
stddev(temperature)
topk(3, temperature)
bottomk(3, rate(requests_total[5m]))
quantile(0.9, temperature)
count_values("value", temperature)
count_values("value", up)
label_replace(temperature, "to", "$1-x", "instance", "(.*)")
max_over_time(rate(requests_total[5m])[1h:])
avg_over_time(temperature[1h:1m])
requests_total{code="500"} / on(instance) requests_total{code="200"}
requests_total{code="500"} / ignoring(code) requests_total{code="200"}
requests_total / on(instance) group_left requests_total{code="200"}
temperature > 200
temperature and on(instance) (up == 1)
temperature or requests_total
temperature unless on(instance) (up == 0)
absent(nothing_here)
absent(up)
sort(temperature)
clamp(temperature, 180, 220)
round(temperature / 7, 0.1)
temperature ^ 2
hour()
hour(temperature * 1e6)
timestamp(temperature + 0)
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One expression: seconds of CPU and points of both."""

    expression: str
    rate: bool
    server: float
    ours: float
    points: int
    their_points: int

    @property
    def ratio(self) -> float:
        """How many times as fast as Prometheus."""
        return self.server / max(self.ours, 1e-6)

    def bare(self, writing: float) -> float:
        """Return the ratio without the server's JSON, seconds a point."""
        return max(self.server - writing * self.their_points, 0.0) / max(self.ours, 1e-6)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench engine", description=__doc__)
    parser.add_argument("--days", type=int, default=7, help="default: 7")
    parser.add_argument("--series", type=int, default=40, help="of each metric (default: 40)")
    parser.add_argument("--repeat", type=int, default=1, help="the best of so many counts, on both sides (default: 1)")
    parser.add_argument("--quick", action="store_true", help="2 days")
    parser.add_argument("--only", default="", help="expressions that contain this text")
    options = parser.parse_args(arguments)
    days = 2 if options.quick else options.days
    steps = Steps(_END - days * _DAY, _END, _STEP)
    made = sorted(_samples(steps, options.series), key=lambda one: one.labels)
    chosen = [(text, kind) for kind in (True, False) for text in _lines(kind) if options.only in text]
    with TemporaryDirectory() as room:
        folder = Path(room)
        write_blocks(folder / "samples.blocks", made)
        begin = time.process_time()
        series = [one for group in read_blocks(folder / "samples.blocks") for one in group.series]
        decoding = time.process_time() - begin
        samples = sum(len(one.times) for one in series)
        print(f"{len(series)} series, {samples:,} samples, {days} d at {_STEP // 1000} s; decoding {decoding:.2f} s")
        backfilled(folder / "tsdb", made)
        del made
        program, address = tsdb.start(tool, folder / "tsdb", "--query.max-samples=1000000000", "--query.timeout=10m")
        try:
            pid, engine = program.process.pid, Engine(Storage(series))
            _theirs(pid, address, "rate({__name__=~'.+'}[1h])", steps)  # from the disk to the page cache
            written, many = min(_theirs(pid, address, _WRITING, steps) for _ in range(3))
            results = [_compared(pid, address, engine, one, steps, options.repeat) for one in chosen]
        finally:
            program.process.terminate()
            program.process.wait(20)
    return _report(results, written / many)


def _lines(rate: bool) -> list[str]:  # noqa: FBT001  # one of two lists
    return (RATES if rate else OTHERS).strip().splitlines()


def _compared(pid: int, address: str, engine: Engine, one: tuple[str, bool], steps: Steps, repeat: int) -> Result:
    text, rate = one
    server, their_points = min(_theirs(pid, address, text, steps) for _ in range(repeat))
    if server < _SHORT:
        server = _mean_of_theirs(pid, address, text, steps)
    ours, points = min(_ours(engine, text, steps) for _ in range(repeat))
    return Result(text, rate, server, ours, points, their_points)


def _ours(engine: Engine, text: str, steps: Steps) -> tuple[float, int]:
    begin = time.process_time()
    found = engine.evaluate(text, steps)
    took = time.process_time() - begin
    if isinstance(found, Scalar):
        return took, len(found.values)
    assert isinstance(found, Block)
    return took, int(found.present.sum())


def _theirs(pid: int, address: str, text: str, steps: Steps) -> tuple[float, int]:
    """Ask the server in pieces that it allows; return its CPU, and the points it gave."""
    begin, points = cpu_seconds(pid), 0
    for piece in _pieces(steps):
        asked = {"query": text, "start": piece.start / 1000, "end": piece.end / 1000, "step": piece.step / 1000}
        url = f"{address}/api/v1/query_range?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(url, timeout=300) as answer:  # noqa: S310  # an address of our own
            points += sum(len(row["values"]) for row in json.load(answer)["data"]["result"])
    return cpu_seconds(pid) - begin, points


def _mean_of_theirs(pid: int, address: str, text: str, steps: Steps) -> float:
    """Ask until it adds up: the system counts hundredths of a second."""
    spent, asked = 0.0, 0
    while spent < 4 * _SHORT and asked < _AGAIN:
        spent += _theirs(pid, address, text, steps)[0]
        asked += 1
    return spent / asked


def _pieces(steps: Steps) -> Iterator[Steps]:
    for start in range(steps.start, steps.end + 1, _PIECE * steps.step):
        yield Steps(start, min(start + (_PIECE - 1) * steps.step, steps.end), steps.step)


def _report(results: Sequence[Result], writing: float) -> int:
    print(f"the server writes a point in {writing * 1e6:.2f} us; CPU in seconds")
    print(f"{'Prometheus':>10} {'ours':>7} {'times':>7} {'no JSON':>7} {'points':>9}")
    for one in results:
        low = one.ratio < (_RATE_GOAL if one.rate else _GOAL)
        note = "  <-- slow" if low else "" if one.points == one.their_points else f"  <-- they: {one.their_points}"
        numbers = f"{one.server:10.3f} {one.ours:7.4f} {one.ratio:7.1f} {one.bare(writing):7.1f} {one.points:9}"
        print(f"{numbers}  {one.expression}{note}")
    rates = [one for one in results if one.rate]
    if rates:
        print(f"rates: {_mean(rates):.1f} times (geometric mean), at least {min(one.ratio for one in rates):.1f}")
    worst = min(results, key=lambda one: one.ratio)
    bare = min(results, key=lambda one: one.bare(writing))
    print(f"all: {_mean(results):.1f} times; worst: {worst.ratio:.1f}, {worst.expression}")
    print(f"worst without the server's JSON: {bare.bare(writing):.1f}, {bare.expression}")
    slow = any(one.ratio < (_RATE_GOAL if one.rate else _GOAL) for one in results)
    return 1 if slow or any(one.points != one.their_points for one in results) else 0


def _mean(results: Sequence[Result]) -> float:
    return math.exp(sum(math.log(max(one.ratio, 1e-6)) for one in results) / len(results))


def _samples(steps: Steps, count: int) -> Iterator[Series]:
    """Make counters with resets and gaps, gauges, buckets and ``up``: whole numbers, jittered times."""
    source = np.random.default_rng(7)
    for number in range(count):
        target = {"instance": f"i{number // len(_CODES)}", "job": "api"}
        times = _times(source, steps)
        grown = source.poisson(40 if number % len(_CODES) == 0 else 2, len(times))
        yield _series("requests_total", {**target, "code": _CODES[number % len(_CODES)]}, times, _counter(grown))
        times = _times(source, steps)
        room = {"instance": f"i{number}", "room": f"r{number % 4}"}
        yield _series("temperature", room, times, 200 + np.cumsum(source.integers(-1, 2, len(times))))
        times = _times(source, steps)
        yield _series("up", {"instance": f"i{number}"}, times, source.random(len(times)) > 0.01)
    for number in range(count // len(_BOUNDS)):
        times = _times(source, steps)
        parts = np.cumsum([source.poisson(3, len(times)) for _ in _BOUNDS], axis=0)
        for bound, events in zip(_BOUNDS, parts, strict=True):
            yield _series("seconds_bucket", {"instance": f"i{number}", "le": bound}, times, _counter(events))


def _counter(grown: np.ndarray) -> np.ndarray:
    values = np.cumsum(grown)
    for at in range(len(values) // 5, len(values), len(values) // 5):
        values[at:] -= values[at]
    return values


def _times(source: np.random.Generator, steps: Steps) -> np.ndarray:
    times = np.arange(steps.start, steps.end + 1, _SCRAPE, dtype=np.int64) + int(source.integers(_SCRAPE))
    kept = np.ones(len(times), bool)
    for at in source.integers(len(times), size=10):
        kept[at : at + 30] = False
    return (times + source.integers(-40, 40, len(times)))[kept]


def _series(name: str, labels: dict[str, str], times: np.ndarray, values: np.ndarray) -> Series:
    own = tuple(sorted({NAME: name, **labels}.items()))
    return Series(own, times, values.astype(float), np.zeros(len(times), bool))


if __name__ == "__main__":
    sys.exit(main())
