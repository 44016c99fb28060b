"""The backtest against a real Prometheus on the same samples: every point, then CPU; and a thousand objectives.

Prometheus' share includes writing JSON; ours is measured with and without decoding the block files. Prometheus is
asked the leanest text that means the same on these series: no guard of absent errors, which the rules have.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot import api
from surefoot.domain.rules.burning import Burning
from surefoot.domain.rules.indicator import Events, expressions
from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import go_float
from surefoot.edge.metrics.blocks import read_blocks, write_blocks
from surefoot.edge.metrics.files import FilesSource
from surefoot.edge.metrics.http import Endpoint
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.ports.metrics import Fetched, Progress
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Series, Storage
from surefoot.prove.backtest import Question, backtest
from surefoot.prove.burning import burnt
from surefoot.prove.history import Unit, need, units
from surefoot.prove.past import Range
from surefoot.prove.ratios import CountedRatios, queries
from surefoot.prove.replay import replay
from surefoot.spec.model.policy import SloPolicy
from surefoot.spec.system import Slo, System
from tests.real import tsdb

DAYS = 30
_BEFORE = 4
_SCRAPE = 15_000
_STEP = 60_000
_DAY = 86_400_000
_END = 1_790_812_800_000
OVER = Range(_END - DAYS * _DAY, _END, _STEP)
_FILES = 40  # different histories of the thousand
_TICKS = os.sysconf("SC_CLK_TCK")
_QUIET = "{api-down: off, high-error-rate: off, high-latency: off, service-down: off}"
_SLIS = (
    "target: 99.9%, bad: 'requests_total{code=~\"5..\"}', total: requests_total",
    "target: 99.5%, good: 'requests_total{code!~\"5..\"}', total: requests_total",
    "target: 99%, bad: 'requests_total{code=~\"5..\"}', total: requests_total, by: zone",
    "target: 99%, under: 1s, histogram: seconds",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench backtest", description=__doc__)
    parser.add_argument("--slos", type=int, default=24, help="compared with Prometheus (default: 24)")
    parser.add_argument("--many", type=int, default=1000, help="objectives of the large run (default: 1000)")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        return _large(options.child, options.many)
    with TemporaryDirectory() as room:
        folder = Path(room)
        wrong = _compared(folder, options.slos) if options.slos else 0
        if options.many:
            _prepared(folder / "many", min(_FILES, options.many))
            command = [sys.executable, "-m", "bench", "backtest", "--child", str(folder / "many")]
            subprocess.run([*command, "--many", str(options.many)], check=True)
    return 1 if wrong else 0


def _compared(folder: Path, count: int) -> int:
    """Compare with Prometheus: points first, then CPU."""
    guard = "\n---\nsurefoot: 1\npolicy: {slo: {min_failures: {enabled: false}}}\n"
    system = _system("\n---\n".join(_spec(f"s{n}", _SLIS[n % len(_SLIS)]) for n in range(count)) + guard)
    every = [unit for _, found in units(system) for unit in found if unit.slo is not None]
    series = [one for n in range(count) for one in _history(random.Random(n), f"s{n}", n)]  # repeatable
    series.sort(key=lambda one: one.labels)
    samples = sum(len(one.times) for one in series)
    print(f"{count} objectives, {len(series)} series, {samples:,} samples, {DAYS} d at {_STEP // 1000} s")
    blocks = folder / "history.blocks"
    write_blocks(blocks, series)
    tsdb_folder = folder / "tsdb"
    backfilled(tsdb_folder, series)
    del series
    ours, decoding, replaying = _ours(blocks, every, system)
    program, address = tsdb.start(tool, tsdb_folder)
    try:
        begin = cpu_seconds(program.process.pid)
        theirs = {key: _asked(address, text) for key, text in _texts(every, system.policy.slo)}
        server = cpu_seconds(program.process.pid) - begin
    finally:
        program.process.terminate()
        program.process.wait(20)
    points = wrong = 0
    for key, groups in ours.items():
        points += len(OVER.times) * max(1, len(groups))
        wrong += _different(groups, theirs[key])
    fired = sum(int(active.sum()) for groups in ours.values() for active in groups.values())
    days = count * DAYS
    print(f"points: {points:,} compared, {fired:,} firing, {wrong} different")
    print(f"Prometheus: {server:.1f} s of CPU, {days / server:.1f} SLO-days/s")
    print(f"ours: {replaying:.2f} s of CPU, {days / replaying:,.0f} SLO-days/s, {server / replaying:.0f} times")
    both = replaying + decoding
    print(f"ours with decoding ({decoding:.2f} s): {both:.2f} s, {server / both:.0f} times")
    return wrong


def _ours(
    blocks: Path, every: Sequence[Unit], system: System
) -> tuple[dict[tuple[str, str], dict[frozenset[str], np.ndarray]], float, float]:
    begin = time.process_time()
    series = [one for group in read_blocks(blocks) for one in group.series]
    decoding = time.process_time() - begin
    own: dict[str, list[Series]] = {}
    for one in series:
        own.setdefault(dict(one.labels)["job"], []).append(one)
    needs = [need(unit, 300_000) for unit in every]
    begin = time.process_time()
    results = [
        replay(unit, one, Storage(own[unit.service]), OVER, system.policy)
        for unit, one in zip(every, needs, strict=True)
    ]
    replaying = time.process_time() - begin
    found = {}
    for unit, result in zip(every, results, strict=True):
        ratios, slo = result.ratios, unit.slo
        assert isinstance(ratios, CountedRatios), f"{unit.subject}: not on the fast path"
        assert slo is not None
        for index, (_, alert) in enumerate(unit.burns):
            groups = {}
            for number, labels in enumerate(ratios.groups):
                b = budget_ratio(slo.objective)
                made = burnt(ratios, number, [alert], b, len(OVER.times), near=1.0)[0]
                groups[frozenset(f"{name}={text}" for name, text in labels)] = made.active
            found[unit.subject, str(index)] = groups
    return found, decoding, replaying


def _texts(every: Sequence[Unit], policy: SloPolicy) -> Iterator[tuple[tuple[str, str], str]]:
    for unit in every:
        assert unit.slo is not None
        for index, (_, alert) in enumerate(unit.burns):
            yield (unit.subject, str(index)), raw(unit.slo, alert, policy)


def raw(slo: Slo, alert: Burning, policy: SloPolicy) -> str:
    """Write an alert's expression on raw counters, without records, as lean as it can be."""
    sli, b = expressions(slo, policy), go_float(budget_ratio(slo.objective))
    asked = queries(slo)
    assert isinstance(sli, Events)
    assert asked is not None
    over = f"sum by ({', '.join(slo.by)})" if slo.by else "sum"
    legs = []
    for leg in alert.legs:
        parts = []
        for window in dict.fromkeys((leg.short, leg.long)):
            text = format_duration(window)
            part, total = f"{over}(rate({asked.part.render()}[{text}]))", sli.total(text)
            errors = part if asked.counts == "bad" else f"({total} - {part})"
            parts.append(f"({errors} / ({total} > 0) > ({go_float(leg.factor)} * {b}))")
        legs.append(f"({' and '.join(parts)})")
    return " or ".join(legs)


def _asked(address: str, query: str) -> dict[frozenset[str], np.ndarray]:
    block = PrometheusSource(Endpoint(address)).range_(query, OVER.start, OVER.end, OVER.step)
    rows = zip(block.labels, block.present, strict=True)
    return {frozenset(f"{name}={text}" for name, text in labels): present for labels, present in rows}


def _different(ours: dict[frozenset[str], np.ndarray], theirs: dict[frozenset[str], np.ndarray]) -> int:
    nothing = np.zeros(len(OVER.times), bool)
    return sum(int((ours.get(k, nothing) != theirs.get(k, nothing)).sum()) for k in {*ours, *theirs})


def backfilled(folder: Path, series: Sequence[Series]) -> None:
    """Make blocks of a text that is too large to be put together in memory."""
    folder.mkdir()
    source = folder / "samples.txt"
    with source.open("w") as file:
        for one in series:
            labels = dict(one.labels)
            name = labels.pop(NAME)
            head = f"{name}{{{','.join(f'{k}={json.dumps(v)}' for k, v in labels.items())}}}"
            pairs = zip(one.values.astype(np.int64).tolist(), (one.times / 1000).tolist(), strict=True)
            file.write("".join(f"{head} {value} {at:.3f}\n" for value, at in pairs))
        file.write("# EOF\n")
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=744h"]
    subprocess.run([*command, source, folder / "data"], check=True, stdout=subprocess.DEVNULL)
    source.unlink()


def _history(dice: random.Random, job: str, number: int) -> list[Series]:
    """Make the counters of one objective: resets, gaps, outages, slow burns; each fourth has little traffic."""
    source = np.random.default_rng(number)
    found = []
    for target in range(2 if number % 4 == 2 else 1):
        times = np.arange(OVER.start - _BEFORE * _DAY, OVER.end + 1, _SCRAPE, dtype=np.int64) + dice.randrange(_SCRAPE)
        times = times + source.integers(-40, 40, len(times))
        load = (0.3 if number % 8 == 5 else 600) * (1.1 + np.sin(times / _DAY * 2 * np.pi))
        share = np.full(len(times), dice.choice((0.0001, 0.0004, 0.002)))
        for _ in range(dice.randrange(8, 30)):
            at = dice.randrange(len(times))
            share[at : at + dice.choice((8, 60, 400, 4000))] = dice.choice((0.004, 0.02, 0.1, 0.7))
        total = source.poisson(load)
        bad = source.binomial(total, share)
        kept = np.ones(len(times), bool)
        for _ in range(12):
            at = dice.randrange(len(times))
            kept[at : at + dice.choice((1, 3, 30, 300))] = False
        resets = sorted(dice.sample(range(len(times)), 6))
        labels = {"job": job, "instance": f"i{target}", "zone": f"z{target}"}
        if "histogram" in _SLIS[number % len(_SLIS)]:
            parts = [("seconds_bucket", {"le": "1"}, total - bad), ("seconds_count", {}, total)]
        else:
            parts = [("requests_total", {"code": "200"}, total - bad), ("requests_total", {"code": "500"}, bad)]
        for name, extra, events in parts:
            values = np.cumsum(events)
            for at in resets:
                values[at:] -= values[at]
            own = tuple(sorted({NAME: name, **labels, **extra}.items()))
            found.append(Series(own, times[kept], values[kept].astype(float), np.zeros(int(kept.sum()), bool)))
    return found


@dataclass(slots=True)
class _Rotating:
    """Gives each service the next of a number of block files."""

    files: Sequence[Path]
    asked: int = 0

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        path = self.files[self.asked % len(self.files)]
        self.asked += 1
        return FilesSource((str(path),), Path()).fetch(selectors, start, end, progress)


def _prepared(folder: Path, files: int) -> None:
    folder.mkdir()
    for number in range(files):
        one = _history(random.Random(number), "any", number * 4)  # repeatable
        write_blocks(folder / f"{number:03}.blocks", sorted(one, key=lambda series: series.labels))


def _large(folder: Path, count: int) -> int:
    system = _system("\n---\n".join(_spec(f"s{n}", _SLIS[0], job="any") for n in range(count)))
    begin, base = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = backtest(system, (), _Rotating(sorted(folder.glob("*.blocks"))), Question(OVER))
    cpu, peak = time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fast = sum(alert.how == "fast path" for alert in found.alerts)
    print(f"{count} objectives x {DAYS} d from block files ({_FILES} different): {cpu:.1f} s of CPU with decoding, ")
    print(
        f"  {peak / 1024:.0f} MB at most ({base / 1024:.0f} MB after reading the spec), {fast} alerts on the fast path,"
    )
    print(f"  {found.count('page')} pages, {found.count('ticket')} tickets")
    return 0


def _spec(name: str, sli: str, job: str = "") -> str:
    selector = f"{{job: {job or name}}}"
    return f"surefoot: 1\nservice: {name}\nowner: a\nselector: {selector}\nalerts: {_QUIET}\nslos:\n  kept: {{{sli}}}\n"


def _system(text: str) -> System:
    with TemporaryDirectory() as folder:
        path = Path(folder, "surefoot.yaml")
        path.write_text(text, "utf-8")
        workspace = api.check([path], today=date(2026, 1, 1))
    assert workspace.system is not None, [finding.message for finding in workspace.findings][:3]
    return workspace.system


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not on PATH; apt-get install prometheus")
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    sys.exit(main())
