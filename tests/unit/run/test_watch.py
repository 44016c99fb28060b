"""The loop on a clock of our own, with a target and a receiver of our own, and the real store."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from surefoot import api
from surefoot.edge.metrics.embedded import EmbeddedStore
from surefoot.edge.workers import Threads
from surefoot.errors import PortError
from surefoot.ports.http import Answer
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.selector import Selector
from surefoot.promql.series import Block, Storage
from surefoot.run.budgets import Standing, standings
from surefoot.run.plan import plan
from surefoot.run.watch import Outside, Watch

START = 1_767_571_200_000
SPEC = """
surefoot: 1
workspace: trial
metrics: {embedded: {post: "http://hook:1/alerts"}}
policy: {embedded: {series: 5}}
service: shop
owner: web
targets: ["shop:1"]
slos:
  served: {target: 99%, bad: 'requests_total{code=~"5.."}', total: requests_total, sla: 95%}
  monthly: {target: 99%, bad: 'requests_total{code=~"5.."}', total: requests_total, window: month}
teams: {web: {members: [ana]}}
people: {ana: {name: Ana}}
"""


class World:
    """A service that counts requests, a receiver, and the time."""

    def __init__(self) -> None:
        self.time, self.good, self.bad = START, 0, 0
        self.up = self.taking = True
        self.extra = 0
        self.received: list[Any] = []

    def now(self) -> int:
        return self.time

    def wait(self, until: int) -> bool:
        self.time = until
        return True

    def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer:
        assert (url, timeout) == ("http://shop:1/metrics", 10)
        assert "Accept" in headers
        if not self.up:
            raise PortError("cannot be reached")
        lines = [f'requests_total{{code="200"}} {self.good}', f'requests_total{{code="500"}} {self.bad}']
        lines += [f'more{{n="{n}"}} NaN' for n in range(self.extra)]
        return Answer(200, "\n".join(lines).encode())

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Answer:
        assert (url, timeout) == ("http://hook:1/alerts", 10)
        assert headers["Content-Type"] == "application/json"
        if not self.taking:
            raise PortError("refused")
        self.received.append(json.loads(body))
        return Answer(200, b"")

    def alerts(self, status: str, name: str) -> list[Any]:
        return [
            alert
            for body in self.received
            for alert in body["alerts"]
            if alert["status"] == status and alert["labels"]["alertname"] == name
        ]


class Trial:
    """A watch that can be killed: what it had in memory is gone, what it wrote is not."""

    def __init__(self, folder: Path) -> None:
        (folder / "surefoot.yaml").write_text(SPEC, "utf-8")
        self.system = api.load([folder], today=date(2026, 1, 5))
        self.folder, self.world = folder, World()
        self.log: list[str] = []
        self.start()

    def start(self) -> None:
        planned = plan(self.system)
        self.store = EmbeddedStore(self.folder / "data", planned.keeping)
        outside = Outside(self.store, self.world, self.world, Threads(2), Threads(1), self.log.append)
        self.watch = Watch(planned, outside)
        self.watch.restore()

    def kill(self) -> None:
        self.store.close()
        self.start()

    def go(self, cycles: int, good: int = 150, bad: int = 0) -> None:
        for _ in range(cycles):
            self.world.time += 15_000
            self.world.good += good
            self.world.bad += bad
            self.watch.cycle(self.world.time)

    def standings(self) -> dict[str, Standing]:
        return {one.slo.name: one for one in standings(self.system, self.store, self.world.time)}

    def told(self, words: str) -> bool:
        return any(words in sentence for sentence in self.log)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    one = Trial(tmp_path)
    yield one
    one.watch.finish()
    one.store.close()


PAGE = "ShopServedBudgetBurn"


@pytest.mark.req("PLT-3", "SLO-4")
def test_burning_is_told_once_across_kills_and_its_end_too(trial: Trial):
    trial.go(260)
    assert trial.world.received == []
    trial.go(60, good=50, bad=100)
    (page, *_) = trial.world.alerts("firing", PAGE)
    trial.kill()
    assert trial.told("alerts from disk")
    trial.go(8, good=50, bad=100)
    starts = {alert["startsAt"] for alert in trial.world.alerts("firing", PAGE) if alert["labels"] == page["labels"]}
    assert starts == {page["startsAt"]}, "the alert survived the kill"
    trial.go(1700)
    ended = [one for one in trial.world.alerts("resolved", PAGE) if one["fingerprint"] == page["fingerprint"]]
    assert len(ended) == 1
    assert "NaN" not in json.dumps(trial.world.received)


@pytest.mark.req("PLT-3")
def test_what_a_receiver_does_not_take_is_sent_again(trial: Trial):
    trial.go(260)
    trial.world.taking = False
    trial.go(60, good=50, bad=100)
    assert trial.told("did not take")
    trial.world.taking = True
    trial.go(30, good=50, bad=100)
    assert trial.world.alerts("firing", PAGE)


@pytest.mark.req("SLO-3")
def test_a_target_that_vanishes_pages_as_absent_and_is_no_budget_spent(trial: Trial):
    trial.go(60)
    trial.world.up = False
    trial.go(60)
    assert trial.world.alerts("firing", f"{PAGE}Absent")
    assert trial.told("is down: cannot be reached")
    found = trial.standings()["served"].status
    assert found is not None
    assert found.current == 100.0


@pytest.mark.req("PLT-3")
def test_more_series_than_meant_for_are_noticed(trial: Trial):
    trial.world.extra = 10
    trial.go(6)
    assert trial.told("warning[C12]: 12 series are scraped, and embedded metrics are meant for 5")


@pytest.mark.req("SLO-2", "SLO-3")
def test_budgets_are_counted_from_what_was_recorded(trial: Trial):
    trial.go(480, good=149, bad=1)
    found = trial.standings()
    rolling, monthly = found["served"], found["monthly"]
    assert rolling.status is not None
    assert monthly.status is not None
    assert rolling.status.percent.spent == pytest.approx(100 / 1.5, rel=1e-3)
    assert rolling.status.burn == pytest.approx(1 / 1.5, rel=1e-3)
    assert rolling.sla is not None
    assert rolling.sla.percent.spent == pytest.approx(100 / 7.5, rel=1e-3)
    elapsed = monthly.period.elapsed / monthly.period.length
    assert monthly.status.percent.spent == pytest.approx(elapsed * 100 / 1.5, rel=1e-3)
    assert rolling.coverage < 0.01
    assert rolling.missing == ""


def test_without_samples_there_is_no_verdict(trial: Trial):
    trial.go(1, good=0)
    for one in trial.standings().values():
        assert one.status is None
        assert "no data since" in one.missing


@pytest.mark.req("PLT-3")
def test_the_period_rule_goes_on_across_spans_and_kills_as_if_nothing_had_happened(trial: Trial):
    record = "slo:sli_error:ratio_rate30d"
    whole = trial.world
    for step in range(6):  # 3 h: more than a span, so that one is compacted
        trial.go(120, good=149 - step, bad=step)
        if step % 2:
            trial.kill()
    trial.go(12)
    found = trial.watch.memory.named(record)
    (buffer,) = [one for one in found if dict(one.labels)["sloth_slo"] == "served"]
    at, value = buffer.times[-1], buffer.values[-1]
    names = ("slo:sli_error:rate5m", "slo:sli_total:rate5m")
    fetched = trial.store.fetch([Selector(name) for name in names], 0, whole.time)
    match = '{sloth_id="shop-served"}'
    text = f"sum(sum_over_time({names[0]}{match}[30d:5m])) / sum(sum_over_time({names[1]}{match}[30d:5m]))"
    block = Engine(Storage(list(fetched.series))).evaluate(text, Steps(at, at, 1))
    assert isinstance(block, Block)
    assert value == block.values[0][0]
    assert list((trial.folder / "data" / "events").glob("[0-9]*")), "a span was compacted"
