"""Compiled rules in the evaluation of a real Prometheus, over invented traffic and short periods."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Leg, cap, detection, factor, reset
from tests.real.promtool import Story, Stretch, near, run, without_period

pytestmark = [pytest.mark.real]

Rules = Callable[[str], dict[str, str]]
Tool = Callable[[str], str]

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PERIOD = 30 * DAY
LEGS = [
    Leg(HOUR, 5 * MINUTE, factor(2, PERIOD, HOUR), 2),
    Leg(6 * HOUR, 30 * MINUTE, factor(5, PERIOD, 6 * HOUR), 5),
]
HISTORY = 6 * HOUR + 10 * MINUTE
STEP = 30 * SECOND
SLACK = 2 * STEP  # one scrape until the figures are known, one evaluation until they are looked at
REQUESTS = 100.0


PAGES_ONLY = """
policy:
  slo:
    burn: pages
    burn_policies:
      pages:
        - {tier: page, long: 1h, short: 5m, share: 2%}
        - {tier: page, long: 6h, short: 30m, share: 5%}
"""


@pytest.mark.req("SLO-4", "MON-2")
def test_a_page_fires_when_the_closed_form_says_and_resets_after(rules: Rules, tool: Tool, tmp_path: Path):
    spec, story = [PAGES_ONLY, "service: web", "slos:"], Story("outages", STEP)
    for objective in (99.9, 99.0, 90.0):
        for e in (0.02, 0.1, 0.5, 1.0):
            spec.append(_slo(objective, e))
            _outage(story, objective, e)
    run(tool("promtool"), tmp_path / "promtool", without_period(rules("\n".join(spec))), [story])


def _name(objective: float, e: float) -> str:
    return f"at-{objective:g}-{e:g}".replace(".", "-")


def _slo(objective: float, e: float) -> str:
    where = f'slo="{_name(objective, e)}"'
    return (
        f"  {_name(objective, e)}:"
        f" {{target: {objective}%, bad: 'requests_total{{{where},code=\"500\"}}', total: 'requests_total{{{where}}}'}}"
    )


def _outage(story: Story, objective: float, e: float) -> None:
    """Tell of clean hours, an outage and a repair, and expect the page within its bounds."""
    alert = f'sloth_slo="{_name(objective, e)}",surefoot_tier="page"'
    b = budget_ratio(objective)
    legs, _ = cap(LEGS, b)
    fires = {leg: after for leg in legs if (after := detection(leg, b, e)) is not None}
    first = min(fires.values(), default=None)
    lasting = _whole((first or HOUR) + 35 * MINUTE)  # longer than every short window
    labels = f'job="web",slo="{_name(objective, e)}"'
    for code, share in (("200", 1 - e), ("500", e)):
        story.counter(
            f'requests_total{{{labels},code="{code}"}}',
            Stretch(HISTORY, REQUESTS if code == "200" else 0),
            Stretch(lasting, REQUESTS * share),
            Stretch(HOUR, REQUESTS if code == "200" else 0),
        )
    story.silent(HISTORY, alert)
    if first is None:
        story.silent(HISTORY + lasting, alert)
        return
    story.silent(HISTORY + first - SECOND, alert)
    story.firing(HISTORY + _whole(first + SLACK), alert)
    story.firing(HISTORY + lasting, alert)
    held = [leg for leg, after in fires.items() if after < lasting]
    story.silent(HISTORY + lasting + _whole(max(reset(leg, b, e) or STEP for leg in held) + SLACK), alert)


def _whole(length: timedelta) -> timedelta:
    """Round down to a step; evaluations happen at whole steps only."""
    return length // STEP * STEP


@pytest.mark.req("SLO-4")
def test_an_error_ratio_just_under_the_lowest_factor_never_pages(rules: Rules, tool: Tool, tmp_path: Path):
    spec, story = [PAGES_ONLY, "service: web", "slos:"], Story("almost", MINUTE)
    for objective in (99.9, 99.0):
        lowest = 6 * budget_ratio(objective)
        for e, pages in ((0.97 * lowest, False), (1.03 * lowest, True)):
            name = _name(objective, pages)
            spec.append(_slo(objective, pages))
            for code, share in (("200", 1 - e), ("500", e)):
                series = f'requests_total{{job="web",slo="{name}",code="{code}"}}'
                story.counter(series, Stretch(8 * HOUR, REQUESTS * share))
            alert = f'sloth_slo="{name}",surefoot_tier="page"'
            for hour in range(1, 8):
                if pages and hour >= 6:
                    story.firing(hour * HOUR, alert)
                elif not pages:
                    story.silent(hour * HOUR, alert)
    run(tool("promtool"), tmp_path / "promtool", without_period(rules("\n".join(spec))), [story])


QUIET = """
service: quiet
slos:
  served: {target: 99.9%, bad: 'requests_total{code="500"}', total: requests_total}
"""
PAGE = 'service="quiet",alert_type="error_budget",surefoot_tier="page"'


@pytest.mark.req("SLO-4")
@pytest.mark.parametrize("guarded", [True, False])
def test_one_failure_an_hour_pages_only_without_the_guard(rules: Rules, tool: Tool, tmp_path: Path, *, guarded: bool):
    guard = "" if guarded else "policy: {slo: {min_failures: {enabled: false}}}"
    story = Story("one request a minute", MINUTE)
    story.counter('requests_total{job="quiet",code="200"}', Stretch(10 * HOUR, 1 / 60))
    story.values('requests_total{job="quiet",code="500"}', "0x479", "1x120")
    failed = 8 * HOUR
    story.true(failed + 3 * MINUTE, near("slo:sli_error:ratio_rate1h", 1 / 61, 0.1) + " > 0")
    if guarded:
        for minutes in range(0, 90, 3):
            story.silent(failed + minutes * MINUTE, PAGE)
    else:
        story.firing(failed + 3 * MINUTE, PAGE)
    run(tool("promtool"), tmp_path / "promtool", without_period(rules(QUIET + guard)), [story])


@pytest.mark.req("SLO-4")
def test_the_guard_holds_no_page_back_once_the_failures_are_enough(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("one request a minute, all failing", MINUTE)
    story.counter('requests_total{job="quiet",code="200"}', Stretch(8 * HOUR, 1 / 60), Stretch(HOUR, 0))
    story.counter('requests_total{job="quiet",code="500"}', Stretch(8 * HOUR, 0), Stretch(HOUR, 1 / 60))
    story.silent(8 * HOUR + 4 * MINUTE, PAGE)
    story.firing(8 * HOUR + 9 * MINUTE, PAGE)
    run(tool("promtool"), tmp_path / "promtool", without_period(rules(QUIET)), [story])


SHORT_PERIOD = "policy: {slo: {window: 6h, burn: single-window}}"


@pytest.mark.req("SLO-1")
def test_silence_leaves_no_sample_that_is_not_a_number(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("an hour of silence", MINUTE)
    for code, rate in (("200", 10), ("500", 0.001)):
        story.counter(
            f'requests_total{{job="quiet",code="{code}"}}',
            Stretch(2 * HOUR, rate),
            Stretch(2 * HOUR, 0),
            Stretch(2 * HOUR, rate),
        )
    for minutes in range(0, 6 * 60, 5):
        story.nothing(minutes * MINUTE, '{__name__=~"slo:.+"} != on(__name__, sloth_window) {__name__=~"slo:.+"}')
        story.silent(minutes * MINUTE, PAGE)
    story.nothing(3 * HOUR, "slo:sli_error:ratio_rate5m")
    story.true(3 * HOUR, near("slo:sli_error:ratio_rate6h", 0.0001, 0.05))
    story.true(5 * HOUR, near("slo:sli_error:ratio_rate5m", 0.0001, 0.05))
    run(tool("promtool"), tmp_path / "promtool", rules(QUIET + SHORT_PERIOD), [story])


@pytest.mark.req("SLO-1")
def test_an_error_series_that_is_born_with_the_first_error_is_counted_right(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("errors from the fourth hour on", MINUTE)
    story.counter('requests_total{job="quiet",code="200"}', Stretch(6 * HOUR, 1))
    story.counter('requests_total{job="quiet",code="500"}', Stretch(3 * HOUR, None), Stretch(3 * HOUR, 1 / 60), first=1)
    story.true(2 * HOUR, "sum(slo:sli_error:rate5m) == bool 0")
    story.true(2 * HOUR, "sum(slo:sli_error:ratio_rate6h) == bool 0")
    # Three hours with one error in 61 requests a minute, out of six hours.
    story.true(6 * HOUR - MINUTE, near("slo:sli_error:ratio_rate6h", 0.5 / 60.5, 0.03))
    run(tool("promtool"), tmp_path / "promtool", rules(QUIET + SHORT_PERIOD), [story])


GROUPED = """
service: web
slos:
  served: {target: 99.9%, bad: 'requests_total{code="500"}', total: requests_total, by: [region]}
"""


@pytest.mark.req("SLO-4")
def test_groups_of_an_objective_page_each_for_itself(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("one region of two fails, a third vanishes", MINUTE)
    for region, e in (("north", 0.5), ("south", 0)):
        for code, share in (("200", 1 - e), ("500", e)):
            story.counter(
                f'requests_total{{job="web",region="{region}",code="{code}"}}',
                Stretch(7 * HOUR, REQUESTS if code == "200" else 0),
                Stretch(HOUR, REQUESTS * share),
            )
    story.values('requests_total{job="web",region="west",code="200"}', "0+6000x420", "stale")
    page = 'alert_type="error_budget",surefoot_tier="page"'
    story.silent(7 * HOUR, page)
    story.firing(7 * HOUR + 5 * MINUTE, f'region="north",{page}')
    story.firing(7 * HOUR + 5 * MINUTE, page)
    lost = 'alertname="WebServedBudgetBurnAbsent"'
    story.silent(7 * HOUR, lost)
    story.firing(7 * HOUR + 5 * MINUTE, f'region="west",{lost}')
    story.firing(7 * HOUR + 5 * MINUTE, lost)
    run(tool("promtool"), tmp_path / "promtool", without_period(rules(GROUPED)), [story])


SLICED = """
service: feed
slos:
  flow: {target: 99%, at_least: 10/s, rate: records_total}
  fresh: {target: 99%, younger_than: 10m, timestamp: newest_seconds}
policy: {slo: {window: 8h, burn: pages, burn_policies: {pages: [
  {tier: page, long: 1h, short: 5m, factor: 14.4}]}}}
"""


@pytest.mark.req("SLO-1", "SLO-4")
def test_slices_count_minutes_and_page(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("the feed dries up", MINUTE)
    story.counter('records_total{job="feed"}', Stretch(7 * HOUR, 20), Stretch(HOUR, 5))
    # Data arrives each minute for seven hours, then no more.
    story.values('newest_seconds{job="feed"}', "0+60x420", f"{420 * 60}x59")
    for name in ("flow", "fresh"):
        # A counter that was just born has a low rate for two minutes, and one for its last.
        story.true(7 * HOUR, f'sum(slo:sli_error:ratio_rate8h{{sloth_slo="{name}"}}) <= bool {2 / 419}')
        story.silent(7 * HOUR, f'sloth_slo="{name}"')
    # A rate over 5 minutes is under the floor after 3.3 minutes; 14.4 % of an hour are 8.64 bad minutes.
    story.silent(7 * HOUR + 10 * MINUTE, 'sloth_slo="flow"')
    story.firing(7 * HOUR + 14 * MINUTE, 'sloth_slo="flow"')
    # Data is too old after 10 minutes.
    story.silent(7 * HOUR + 17 * MINUTE, 'sloth_slo="fresh"')
    story.firing(7 * HOUR + 21 * MINUTE, 'sloth_slo="fresh"')
    fresh = 'slo:sli_error:ratio_rate8h{sloth_slo="fresh"}'
    story.true(8 * HOUR - MINUTE, near(fresh, 49 / 480, 0.03))
    run(tool("promtool"), tmp_path / "promtool", rules(SLICED), [story])


@pytest.mark.req("SLO-1", "SLO-4")
def test_minutes_without_data_are_no_bad_minutes_and_alert_by_themselves(rules: Rules, tool: Tool, tmp_path: Path):
    story = Story("the feed is no longer measured", MINUTE)
    story.values('records_total{job="feed"}', "0+1200x179", "stale")
    story.values('newest_seconds{job="feed"}', "0+60x240")
    story.true(4 * HOUR, f'sum(slo:sli_error:ratio_rate8h{{sloth_slo="flow"}}) <= bool {3 / 179}')
    story.silent(3 * HOUR, 'alertname="FeedFlowBudgetBurnAbsent"')
    story.firing(3 * HOUR + 20 * MINUTE, 'alertname="FeedFlowBudgetBurnAbsent"')
    story.silent(4 * HOUR, 'alertname="FeedFlowBudgetBurn"')
    run(tool("promtool"), tmp_path / "promtool", rules(SLICED), [story])


DAY_AND_NIGHT = """
service: quiet
slos:
  served: {target: 99%, bad: 'requests_total{code="500"}', total: requests_total}
policy: {slo: {window: 1d, burn: single-window}}
"""


@pytest.mark.req("SLO-3")
@pytest.mark.parametrize(("profile", "expected"), [("accurate", 0.0825), ("sloth", 0.0417)])
def test_the_period_weighs_by_events_where_sloth_halves_a_noon_outage(
    rules: Rules, tool: Tool, tmp_path: Path, profile: str, expected: float
):
    """Night at 1 request a second, day at 100, an hour of failing at noon: 3,600 of 43,632 hundreds."""
    story = Story("day and night", MINUTE)
    story.counter(
        'requests_total{job="quiet",code="200"}',
        Stretch(6 * HOUR, 1),
        Stretch(6 * HOUR, 100),
        Stretch(HOUR, 0),
        Stretch(5 * HOUR, 100),
        Stretch(6 * HOUR + 10 * MINUTE, 1),
    )
    story.counter(
        'requests_total{job="quiet",code="500"}',
        Stretch(12 * HOUR, 0),
        Stretch(HOUR, 100),
        Stretch(11 * HOUR + 10 * MINUTE, 0),
    )
    story.true(DAY + 5 * MINUTE, near("slo:sli_error:ratio_rate1d", expected, 0.01))
    spec = DAY_AND_NIGHT.replace("slo: {", f"slo: {{profile: {profile}, ")
    run(tool("promtool"), tmp_path / "promtool", rules(spec), [story])
