"""Random histories of counters, and objectives on them: the fast path must say what the general engine says."""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot import api
from surefoot.domain.slo.budget import budget_ratio
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import NAME, Series, Storage, is_stale, stale_marker
from surefoot.prove.burning import burnt
from surefoot.prove.history import Need, Unit, need, units
from surefoot.prove.past import Range
from surefoot.prove.ratios import CountedRatios, Ratios
from surefoot.prove.replay import replay
from surefoot.spec.system import System

VERSIONS = ("2.42", "2.53", "2.55", "3.0")
_KINDS = (
    "bad: 'requests_total{code=~\"5..\"}', total: requests_total",
    "good: 'requests_total{code!~\"5..\"}', total: requests_total",
    "under: 1s, histogram: seconds",
)
_START = 1_767_571_200_000
_STEP = 60_000
_NEAR = 0.8
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One objective and one history of its counters."""

    unit: Unit
    need: Need
    system: System
    series: tuple[Series, ...]
    over: Range


@lru_cache(maxsize=64)
def compiled(kind: str, by: str, target: str, legs: str, guard: bool) -> tuple[Unit, Need, System]:  # noqa: FBT001
    text = f"""
surefoot: 1
service: shop
owner: a
selector: {{}}
policy:
  slo:
    min_failures: {{enabled: {str(guard).lower()}}}
    burn_policies:
      random: {legs}
slos:
  kept: {{target: {target}%, {kind}, burn: random{", by: " + by if by else ""}}}
"""
    with TemporaryDirectory() as folder:
        path = Path(folder, "surefoot.yaml")
        path.write_text(text, "utf-8")
        workspace = api.check([path], today=date(2026, 1, 1))
    assert workspace.system is not None, [f.message for f in workspace.findings]
    unit = next(found for _, all_ in units(workspace.system) for found in all_ if found.slo is not None)
    return unit, need(unit, 300_000), workspace.system


def case(dice: random.Random) -> Case:
    kind = dice.choice(_KINDS)
    by = dice.choice(("", "", "zone"))
    target = dice.choice(("90", "99", "99.5", "99.9"))
    legs = dice.choice(
        (
            "[{tier: page, long: 1h, short: 5m, share: 2%}, {tier: ticket, long: 2h, short: 10m, share: 1%}]",
            "[{tier: page, long: 20m, short: 2m, factor: 4}, {tier: page, long: 1h, short: 6m, factor: 2}]",
            "[{tier: page, long: 10m, factor: 3, for: 2m}, {tier: ticket, long: 30m, factor: 1.2, for: 3m}]",
        )
    )
    unit, wanted, system = compiled(kind, by, target, legs, dice.random() < 0.4)
    start = _START + dice.choice((0, 0, 7_200_000)) + dice.choice((0, 3_217))
    over = Range(start, start + dice.choice((60, 120, 200)) * _STEP, _STEP, Semantics.of(dice.choice(VERSIONS)))
    return Case(unit, wanted, system, tuple(_history(dice, kind, over)), over)


def _history(dice: random.Random, kind: str, over: Range) -> list[Series]:
    found: list[Series] = []
    scrape = dice.choice((15_000, 15_000, 30_000, 60_000))
    for target in range(dice.choice((1, 1, 2, 3))):
        labels = {"instance": f"i{target}", "zone": f"z{target % 2}"}
        times = _times(dice, over, scrape)
        load = dice.choice((0, 1, 5, 40, 400))
        rates = _error_rates(dice, times)
        if "histogram" in kind:
            found += _latencies(dice, labels, times, load, rates)
        else:
            for code, share in (("200", 1 - rates), ("500", rates), ("503", rates * 0.3)):
                if code == "503" and dice.random() < 0.5:
                    continue
                own = times if dice.random() < 0.7 else _times(dice, over, scrape)
                one = _counter(dice, load, np.resize(share, len(own)), late=code != "200")
                found += _made("requests_total", {**labels, "code": code}, own, one)
    return sorted(found, key=lambda one: one.labels)


def _times(dice: random.Random, over: Range, scrape: int) -> np.ndarray:
    shift = dice.choice((0, 0, dice.randrange(scrape)))
    first = over.start - 7_200_000 + (dice.choice((0, 5_000_000)) if dice.random() < 0.3 else 0)
    times = np.arange(first - first % scrape + shift, over.end + scrape, scrape, dtype=np.int64)
    if dice.random() < 0.5:
        times = times + np.array([dice.randrange(-900, 900) for _ in range(len(times))], np.int64)
    kept = np.ones(len(times), bool)
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(times))
        kept[at : at + dice.randrange(1, 80)] = False
    return times[kept]


def _error_rates(dice: random.Random, times: np.ndarray) -> np.ndarray:
    rates = np.full(len(times), dice.choice((0, 0, 0.0005, 0.01)))
    for _ in range(dice.randrange(4)):
        at = dice.randrange(max(len(times), 1))
        rates[at : at + dice.randrange(1, 200)] = dice.choice((0.01, 0.05, 0.3, 1.0))
    return rates


def _counter(dice: random.Random, load: int, share: np.ndarray, *, late: bool) -> np.ndarray:
    source = np.random.default_rng(dice.randrange(2**32))
    values = np.cumsum(source.binomial(load, np.clip(share, 0, 1))).astype(np.float64)
    values += dice.choice((0, 0, 917, 2**40))
    for _ in range(dice.choice((0, 0, 1, 3))):
        if len(values):
            at = dice.randrange(len(values))
            values[at:] -= values[at] - (0 if dice.random() < 0.5 else values[at] // 4)
    if late and len(values) and dice.random() < 0.3:
        seen = values > values[0]
        values[: int(np.argmax(seen)) if seen.any() else len(values)] = np.nan
    return np.where(values < 0, 0, values)


def _made(name: str, labels: dict[str, str], times: np.ndarray, values: np.ndarray) -> list[Series]:
    kept = ~np.isnan(values)
    times, values = times[kept], values[kept].copy()
    if not len(times):
        return []
    if int(values[-1]) % 5 == 0:  # some end for a while, with a marker
        values[len(values) // 2] = stale_marker()
    return [Series(tuple(sorted({**labels, NAME: name}.items())), times, values, is_stale(values))]


def _latencies(
    dice: random.Random, labels: dict[str, str], times: np.ndarray, load: int, rates: np.ndarray
) -> list[Series]:
    count = _counter(dice, load, np.ones(len(times)), late=False)
    slow = np.cumsum(np.random.default_rng(dice.randrange(2**32)).binomial(load, rates))
    fast = np.maximum.accumulate(np.where(count - slow > 0, count - slow, 0)) if dice.random() < 0.8 else count
    spelling = dice.choice(("1", "1.0"))
    return [
        *_made("seconds_bucket", {**labels, "le": spelling}, times, fast),
        *_made("seconds_count", labels, times, count),
    ]


def differences(one: Case) -> list[str]:
    """Compare both ways: every firing, ratio and level, to the last bit."""
    policy = one.system.policy
    results = [
        replay(one.unit, one.need, Storage(list(one.series)), one.over, policy, fast=fast) for fast in (True, False)
    ]
    if all(result.past.silent for result in results):
        return []
    quick, slow = (result.ratios for result in results)
    if not isinstance(quick, CountedRatios) or slow is None:
        return ["the fast path was not taken"]
    fast, engine = (
        sorted((past.labels, astuple(fired)) for past in result.past.alerts for fired in past.intervals)
        for result in results
    )
    found = [] if fast == engine else [f"firings: fast {fast}, engine {engine}"]
    for group, labels in enumerate(slow.groups):
        mine = quick.groups.index(labels)
        found += [f"{labels}: {said}" for said in _unequal(one, (quick, mine), (slow, group))]
    return found


def _unequal(one: Case, quick: tuple[CountedRatios, int], slow: tuple[Ratios, int]) -> Iterator[str]:
    assert one.unit.slo is not None
    count, every = len(one.over.times), len(quick[0].scene.evaluations)
    early = every - count
    alerts = [alert for _, alert in one.unit.burns]
    for window in sorted({w // _MILLISECOND for alert in alerts for leg in alert.legs for w in (leg.long, leg.short)}):
        a, b = quick[0].at(quick[1], window, slice(early, every)), slow[0].at(slow[1], window, slice(0, count))
        same = (a.present == b.present) & (~a.present | (a.ratio == b.ratio))
        if not same.all():
            at = int(np.argmin(same))
            yield f"{window} ms: {a.ratio[at]!r} {a.present[at]}, engine {b.ratio[at]!r} {b.present[at]}"
    budget = budget_ratio(one.unit.slo.objective)
    both = burnt(*quick, alerts, budget, every, near=_NEAR), burnt(*slow, alerts, budget, count, near=_NEAR)
    for a, b in zip(*both, strict=True):
        if not np.array_equal(a.level[early:], b.level):
            yield "levels differ"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench burncases", description=__doc__)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    options = parser.parse_args(arguments)
    wrong = 0
    for seed in range(options.seed, options.seed + options.count):
        found = differences(case(random.Random(seed)))  # repeatable, not secret
        wrong += bool(found)
        for said in found[:2]:
            print(f"seed {seed}: {said}", flush=True)
    print(f"{options.count} random cases, {wrong} different from the general engine")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
