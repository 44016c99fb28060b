"""Budgets from raw series: what an export holds, without any record of Surefoot's rules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from surefoot.cli._standings import as_json, as_text
from surefoot.domain.slo.status import Counted
from surefoot.ports.metrics import Fetched, Progress, within
from surefoot.promql.selector import Selector
from surefoot.promql.series import Series, Storage
from surefoot.run.budgets import Standing, standings
from tests.workspaces import resolved

NOW = int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp() * 1000)
SPEC = """
    timezone: Europe/Berlin
    services:
      shop:
        slos:
          served: {target: 99%, bad: 'r_total{code="500"}', total: r_total}
          split: {target: 99%, bad: 'r_total{code="500"}', total: r_total, by: [pod]}
          monthly:
            target: 99%
            bad: 'r_total{code="500"}'
            total: r_total
            window: month
          fast: {target: 90%, under: 100ms, histogram: h, sla: {target: 90%, under: 1s}}
          fresh: {target: 50%, younger_than: 60s, age: age_seconds}
          silent: {target: 99%, bad: nothing_bad, total: nothing}
"""


class Source:
    def __init__(self, series: Sequence[Series], gaps: tuple[str, ...] = ()) -> None:
        self._storage, self._gaps = Storage(list(series)), gaps

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        assert progress is None
        found = {one.labels: one for selector in selectors for one in self._storage.select(selector)}
        cut = [within(found[labels], start, end) for labels in sorted(found)]
        return Fetched(tuple(one for one in cut if one is not None), self._gaps)


def _source() -> Source:
    times = list(range(NOW - 3_600_000, NOW + 1, 15_000))
    count = range(len(times))

    def one(name: str, per_scrape: float, **labels: str) -> Series:
        return Series.of({"__name__": name, "job": "shop", **labels}, times, [1e6 + per_scrape * n for n in count])

    return Source(
        [
            one("r_total", 98, code="200", pod="a"),
            one("r_total", 2, code="500", pod="a"),
            one("r_total", 100, code="200", pod="b"),
            one("h_count", 10),
            one("h_bucket", 8, le="0.1"),
            one("h_bucket", 10, le="1"),
            Series.of({"__name__": "age_seconds", "job": "shop"}, times, [100.0 if n % 8 < 4 else 1.0 for n in count]),
        ]
    )


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Standing]:
    system = resolved(tmp_path, SPEC)
    return {one.slo.name + "".join(value for _, value in one.group): one for one in standings(system, _source(), NOW)}


@pytest.mark.req("SLO-3", "SLO-4")
def test_raw_series_are_counted_where_nothing_is_recorded(found: dict[str, Standing]):
    served = found["served"].status
    assert served is not None
    assert served.current == pytest.approx(99.0)
    assert served.burn == pytest.approx(1.0)
    assert served.percent.remaining == pytest.approx(0, abs=1e-6)


def test_an_objective_that_is_split_has_a_budget_for_each_group(found: dict[str, Standing]):
    a, b = found["splita"].status, found["splitb"]
    assert a is not None
    assert a.percent.spent == pytest.approx(200)
    assert b.status is None or b.status.percent.spent == 0


@pytest.mark.req("SLO-3")
def test_a_month_follows_its_zone_through_daylight_saving(found: dict[str, Standing]):
    monthly = found["monthly"]
    assert monthly.period.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert monthly.period.end == datetime(2026, 3, 31, 22, tzinfo=UTC), "an hour shorter"
    assert monthly.status is not None
    assert monthly.status.percent.spent == pytest.approx(100 * (monthly.period.elapsed / monthly.period.length))


@pytest.mark.req("SLO-2")
def test_a_contract_with_its_own_bound_is_counted_against_that(found: dict[str, Standing]):
    fast = found["fast"]
    assert fast.status is not None
    assert fast.sla is not None
    assert fast.status.current == pytest.approx(80)
    assert fast.sla.current == pytest.approx(100)


def test_slices_are_counted_as_such(found: dict[str, Standing]):
    fresh = found["fresh"]
    assert fresh.counted is Counted.SLICES
    assert fresh.status is not None
    assert fresh.status.events.spent == round(fresh.status.events.spent)


@pytest.mark.req("SLO-3")
def test_what_was_not_measured_is_told_and_never_a_number(found: dict[str, Standing]):
    silent = found["silent"]
    assert silent.status is None
    text = as_text([silent], style=False)
    assert "no data" in text
    assert "shop/silent: no data since 2026-02-27T12:00+00:00" in text
    json = as_json([silent], NOW, lines=True)
    assert '"current":null' in json
    assert '"budget":null' in json


def test_the_table_shows_every_unit(found: dict[str, Standing]):
    text = as_text(list(found.values()), style=False)
    assert "\x1b" not in text
    assert "month Europe/Berlin" in text
    assert "measured for" in text
    assert "\x1b" in as_text(list(found.values()), style=True)


def test_what_the_source_could_not_give_is_told(tmp_path: Path):
    system = resolved(tmp_path, SPEC)
    first = next(iter(standings(system, Source([], ("the server gave up",)), NOW)))
    assert "the server gave up" in first.missing
