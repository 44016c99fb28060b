"""A backtest says what a real Prometheus says of the alerts' expressions on the same history."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from bench.backtest import raw

from surefoot import api
from surefoot.edge.metrics.http import Endpoint
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.promql.series import NAME, Series
from surefoot.prove.backtest import Question, backtest
from surefoot.prove.history import units
from surefoot.prove.intervals import firings
from surefoot.prove.past import Range
from tests.real import tsdb

pytestmark = [pytest.mark.real, pytest.mark.req("SLO-10")]
MINUTE = 60_000
OVER = Range(tsdb.START, tsdb.START + 24 * 60 * MINUTE, MINUTE)
SPEC = """
surefoot: 1
service: shop
owner: a
selector: {}
alerts: {api-down: off, high-error-rate: off}
policy:
  slo:
    min_failures: {enabled: false}
    burn_policies:
      quick:
        - {tier: page, long: 1h, short: 5m, share: 2%}
        - {tier: page, long: 2h, short: 10m, share: 3%}
        - {tier: ticket, long: 4h, short: 20m, share: 1%}
slos:
  bad: {target: 99.5%, bad: 'requests_total{code="500"}', total: requests_total, burn: quick}
  good: {target: 99%, good: 'requests_total{code="200"}', total: requests_total, burn: quick, by: zone}
"""


def _history() -> list[Series]:
    found = []
    for number, zone in enumerate("ab"):
        source = np.random.default_rng(number)
        times = np.arange(OVER.start - 300 * MINUTE, OVER.end + 1, 15_000, dtype=np.int64) + 4_321 * number
        share = np.full(len(times), 0.002)
        for begin, length, rate in ((1500, 60, 0.3), (3000, 500, 0.03), (5000, 20, 0.9), (6000, 200, 0.012)):
            share[begin + 200 * number : begin + 200 * number + length] = rate
        total = source.poisson(50, len(times))
        bad = source.binomial(total, share)
        for code, events in (("200", total - bad), ("500", bad)):
            values = np.cumsum(events).astype(float)
            values[4000:] -= values[4000]
            kept = source.random(len(times)) > 0.01
            kept[3300:3380] = False
            labels = tuple(sorted({NAME: "requests_total", "code": code, "zone": zone}.items()))
            found.append(Series(labels, times[kept], values[kept], np.zeros(int(kept.sum()), bool)))
    return sorted(found, key=lambda one: one.labels)


@pytest.fixture(scope="module")
def server(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusSource]:
    folder = tmp_path_factory.mktemp("backtest")
    tsdb.backfill(tool, folder, _history())
    program, address = tsdb.start(tool, folder)
    yield PrometheusSource(Endpoint(address))
    program.stop()


def test_every_firing_begins_and_ends_when_prometheus_says(server: PrometheusSource, tmp_path: Path):
    (tmp_path / "surefoot.yaml").write_text(SPEC, "utf-8")
    system = api.check([tmp_path], today=date(2026, 1, 1)).system
    assert system is not None
    found = backtest(system, (), server, Question(OVER))
    ours = {
        (alert.subject, alert.tier, dict(alert.labels).get("zone", ""), one.start, one.end)
        for alert in found.alerts
        for one in alert.intervals
        if alert.factors
    }
    theirs = set()
    for unit in (unit for _, every in units(system) for unit in every):
        for rule, alert in unit.burns:
            assert unit.slo is not None
            block = server.range_(raw(unit.slo, alert, system.policy.slo), OVER.start, OVER.end, OVER.step)
            for labels, present in zip(block.labels, block.present, strict=True):
                for start, end in firings(present, OVER.times, 0, 0):
                    until = None if end is None else int(OVER.times[end])
                    tier = rule.labels["sloth_severity"]
                    theirs.add((unit.subject, tier, dict(labels).get("zone", ""), int(OVER.times[start]), until))
    assert len(theirs) >= 10
    assert ours == theirs
    assert {alert.how for alert in found.alerts if alert.factors} == {"fast path"}
