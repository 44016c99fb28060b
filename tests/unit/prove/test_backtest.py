"""A spec on a small history: what fires, what is unknown, what a tuning says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from surefoot import api
from surefoot.ports.metrics import Fetched, Progress
from surefoot.promql.selector import Selector
from surefoot.promql.series import Series, Storage
from surefoot.prove.backtest import Backtest, Question, backtest
from surefoot.prove.history import need, units
from surefoot.prove.incidents import Incident
from surefoot.prove.past import Range

pytestmark = pytest.mark.req("SLO-10")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_767_571_200_000
OVER = Range(START, START + 2 * DAY, MINUTE)
SPEC = """
surefoot: 1
service: shop
owner: a
selector: {}
alerts: {api-down: off, high-error-rate: off, high-latency: off}
slos:
  kept: {target: 99%, bad: errors_total, total: requests_total}
"""


class Memory:
    def __init__(self, *series: Series, gaps: tuple[str, ...] = ()) -> None:
        self.storage = Storage(list(series))
        self.gaps = gaps
        self.asked: list[tuple[int, int]] = []

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        del progress
        self.asked.append((start, end))
        found = {id(one): one for selector in selectors for one in self.storage.select(selector)}
        return Fetched(tuple(found.values()), self.gaps)


def counter(name: str, growth: np.ndarray) -> Series:
    times = np.arange(START - 4 * DAY, OVER.end + 1, MINUTE, dtype=np.int64)
    return Series.of({"__name__": name}, times.tolist(), np.cumsum(np.resize(growth, len(times))).tolist())


def history(outages: Sequence[tuple[int, int]] = ((600, 630),)) -> Memory:
    count = 6 * 1440 + 1
    bad = np.zeros(count)
    for begin, end in outages:
        bad[4 * 1440 + begin : 4 * 1440 + end] = 60
    return Memory(counter("requests_total", np.full(count, 100.0)), counter("errors_total", bad))


def replayed(tmp_path: Path, spec: str, source: Memory, question: Question | None = None) -> Backtest:
    (tmp_path / "surefoot.yaml").write_text(spec, "utf-8")
    workspace = api.check([tmp_path], today=date(2026, 1, 1))
    assert workspace.system is not None
    return backtest(workspace.system, workspace.rules, source, question or Question(OVER))


def test_an_outage_pages_once_and_spends_what_it_spends(tmp_path: Path):
    found = replayed(tmp_path, SPEC, history())
    page = next(alert for alert in found.alerts if alert.tier == "page" and alert.intervals)
    assert len(page.intervals) == 1
    assert 0 < page.intervals[0].start - (START + 600 * MINUTE) <= 20 * MINUTE
    assert page.how == "fast path"
    [objective] = found.objectives
    assert (objective.bad, objective.total) == (1800, 288_000)
    assert objective.spent == pytest.approx(0.625)


def test_both_evaluators_say_the_same(tmp_path: Path):
    odd = history(((600, 630), (1400, 1460)))
    fast = replayed(tmp_path, SPEC, odd)
    halved = [replace(one, values=one.values / 8) for one in odd.storage.series]  # fractions: not for the fast path
    slow = replayed(tmp_path, SPEC, Memory(*halved))
    assert {alert.how for alert in slow.alerts} == {"engine"}
    both = [{(a.tier, i.start, i.end) for a in found.alerts for i in a.intervals} for found in (fast, slow)]
    assert both[0] == both[1]
    assert slow.objectives[0].measured == pytest.approx(fast.objectives[0].measured, abs=0.01)


def test_without_data_nothing_is_claimed(tmp_path: Path):
    found = replayed(tmp_path, SPEC, Memory(gaps=("nobody knows",)))
    assert not found.measured
    assert [one.selector for one in found.silent] == ["requests_total"]
    assert found.alerts == ()
    assert found.objectives[0].spent is None
    assert found.gaps == ("nobody knows",)


def test_incidents_tell_how_good_the_pages_are(tmp_path: Path):
    known = (
        Incident(START + 600 * MINUTE, START + 630 * MINUTE, "shop", "seen"),
        Incident(START + 1500 * MINUTE, START + 1501 * MINUTE, "shop", "unseen"),
        Incident(START - DAY, START - DAY, "shop", "before"),
    )
    found = replayed(tmp_path, SPEC, history(), Question(OVER, known))
    assert found.quality is not None
    assert [one.delay is None for one in found.quality.detections] == [False, True]
    assert (found.quality.precision, found.quality.recall) == (1.0, 0.5)


def test_the_policy_says_what_is_noise_a_near_miss_and_an_incidents_own_page(tmp_path: Path):
    odd = history(((600, 604), (640, 644), (1400, 1401)))
    lax = "policy: {backtest: {short: 1s, flap: 1s, near_miss: 100%, grace: 0s}}\n"
    strict = "policy: {backtest: {short: 30d, flap: 30d, near_miss: 1%, grace: 3d}}\n"
    known = (Incident(START, START, "shop", "long before"),)
    few, many = (replayed(tmp_path, SPEC + policy, odd, Question(OVER, known)) for policy in (lax, strict))
    assert few.quality is not None
    assert many.quality is not None
    assert (few.quality.matched, many.quality.matched) == (0, many.quality.pages)
    assert [(one.short, one.flaps) for one in few.noise] == [(0, 0) for one in few.noise]
    assert all((one.short, one.flaps) == (one.firings, one.firings - 1) for one in many.noise)
    assert [(a.name, a.intervals) for a in few.alerts] == [(a.name, a.intervals) for a in many.alerts]
    assert sum(len(alert.near) for alert in few.alerts) < sum(len(alert.near) for alert in many.alerts)
    own = replayed(tmp_path, SPEC + strict, odd, Question(OVER, known, grace=0))
    assert own.quality is not None
    assert own.quality.matched == 0


def test_a_tuning_suggests_what_history_supports(tmp_path: Path):
    [tuning] = replayed(tmp_path, SPEC, history(((600, 640), (2000, 2030))), Question(OVER, pages=4.0)).tunings
    assert tuning.suggested is not None
    assert tuning.suggested.pages <= 4.0
    assert tuning.suggested.spent is not None
    assert tuning.suggested.spent <= 1
    tighter = [one for one in tuning.candidates if one.objective > tuning.suggested.objective]
    assert all(one.pages > 4.0 or (one.spent or 0) > 1 for one in tighter)
    assert all(pairs.pages <= 4.0 for pairs in tuning.pairs)


def test_the_exact_count_agrees_with_the_one_pass_without_guards(tmp_path: Path):
    free = SPEC + "policy: {slo: {min_failures: {enabled: false}}}\n"
    [tuning] = replayed(tmp_path, free, history(((600, 640), (2000, 2030))), Question(OVER, pages=4.0)).tunings
    curve = dict(tuning.curve)
    now = next(one for one in tuning.candidates if one.current)
    assert curve[min(curve, key=lambda objective: abs(objective - now.objective))] == now.pages


def test_samples_are_asked_for_from_the_longest_window_before(tmp_path: Path):
    source = history()
    replayed(tmp_path, SPEC, source)
    [(start, end)] = source.asked
    assert end == OVER.end
    assert START - 3 * DAY - HOUR < start <= START - 3 * DAY


def test_a_grouped_objective_pages_for_its_group(tmp_path: Path):
    source = history()
    zoned = [
        Series(tuple(sorted((*one.labels, ("zone", zone)))), one.times, one.values * factor, one.stale)
        for one in source.storage.series
        for zone, factor in (("a", 1), ("b", 0 if dict(one.labels)["__name__"] == "errors_total" else 1))
    ]
    found = replayed(tmp_path, SPEC.replace("requests_total}", "requests_total, by: zone}"), Memory(*zoned))
    fired = {dict(alert.labels).get("zone") for alert in found.alerts if alert.intervals and alert.tier == "page"}
    assert fired == {"a"}


def test_time_slices_and_rule_files_take_the_engine(tmp_path: Path):
    spec = SPEC + "  slow: {target: 99%, slice: {value: load, above: 5}, alerting: {absent: false}}\n"
    values = np.zeros(6 * 1440 + 1)
    values[4 * 1440 + 100 : 4 * 1440 + 400] = 9
    times = np.arange(START - 4 * DAY, OVER.end + 1, MINUTE, dtype=np.int64)
    load = Series.of({"__name__": "load"}, times.tolist(), values.tolist())
    spec = spec.replace("above: 5", "below: 5")
    found = replayed(tmp_path, spec, Memory(*history().storage.series, load))
    assert not found.problems
    sliced = [alert for alert in found.alerts if alert.subject == "shop/slow" and alert.tier == "page"]
    assert any(alert.intervals for alert in sliced)
    rules = "groups: [{name: g, rules: [{alert: Loaded, expr: load > 5, for: 10m, labels: {severity: page}}]}]\n"
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    workspace = api.check([tmp_path / "rules.yaml"], today=date(2026, 1, 1))
    other = backtest(None, workspace.rules, Memory(load), Question(OVER, together=None))
    assert [(one.start - START) // MINUTE for alert in other.alerts for one in alert.intervals] == [110]


def test_records_that_no_alert_reads_are_not_evaluated(tmp_path: Path):
    (tmp_path / "surefoot.yaml").write_text(SPEC, "utf-8")
    system = api.check([tmp_path], today=date(2026, 1, 1)).system
    assert system is not None
    [(_, [unit])] = list(units(system))
    names = {rule.name for group in unit.groups for rule in group.rules}
    assert "slo:sli_error:ratio_rate30d" not in names
    assert "slo:sli_error:ratio_rate1h" in names
    assert {selector.metric for selector in need(unit, 300_000).selectors} == {"errors_total", "requests_total"}
