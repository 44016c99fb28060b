from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil, comb, floor, inf, isclose, log, nextafter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from surefoot.calendar.wallclock import first_instant
from surefoot.calendar.windows import CalendarWindow, Rolling, bounds, length
from surefoot.domain.slo.budget import (
    State,
    Thresholds,
    budget_ratio,
    event_budget,
    rescaled,
    slice_budget,
    state,
    time_budget,
)
from surefoot.domain.slo.burn import (
    Leg,
    cap,
    dead_below,
    detection,
    factor,
    first_detection,
    go_float,
    reachable,
    reset,
    spent,
    threshold,
)
from surefoot.domain.slo.journey import Interval, feasible, redundant, series, step
from surefoot.domain.slo.traffic import binomial_tail, least_failures

unhurried = settings(deadline=None)  # the machine may be busy

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)

# Zones whose clocks skip or repeat midnights, skip a whole day, move by half an hour, or sit far out.
NASTY = (
    "Africa/Cairo",
    "America/Havana",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Vienna",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
)

objectives = st.floats(0.001, 99.99999, allow_subnormal=False)
ratios = st.floats(1e-9, 1.0)
durations = st.timedeltas(timedelta(minutes=1), timedelta(days=400))
zones = st.sampled_from(NASTY)
windows = st.builds(CalendarWindow, st.sampled_from(["month", "quarter"]), zones)
instants = st.datetimes(datetime(1980, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # made aware by timezones


@st.composite
def legs(draw):
    long = draw(st.timedeltas(timedelta(minutes=2), 7 * DAY))
    short = draw(st.timedeltas(timedelta(minutes=1), long))
    return Leg(long, short, draw(st.floats(0.1, 50)), draw(st.floats(0.1, 100)))


# Calendar


@pytest.mark.req("SLO-3")
@unhurried
@given(windows, instants)
def test_calendar_windows_contain_now_and_adjoin(window, now):
    start, end = bounds(window, now)
    assert start <= now < end
    assert bounds(window, start) == (start, end)
    assert bounds(window, end)[0] == end
    assert bounds(window, start - TICK)[1] == start


@pytest.mark.req("SLO-3")
@unhurried
@given(windows, st.integers(1980, 2037))
def test_calendar_windows_cover_a_year_exactly(window, year):
    begin, finish = (first_instant(date(y, 1, 1), window.zone) for y in (year, year + 1))
    lengths, at = [], begin
    while at < finish:
        lengths.append(length(window, at))
        at = bounds(window, at)[1]
    assert at == finish
    assert len(lengths) == (12 if window.unit == "month" else 4)
    assert sum(lengths, timedelta()) == finish - begin


@pytest.mark.req("SLO-3")
@pytest.mark.parametrize("zone", NASTY)
def test_a_day_begins_at_the_first_minute_that_shows_it(zone):
    clock = ZoneInfo(zone)
    months = [date(year, month, 1) for year in (1994, 1995, 2009, 2011, 2018, 2020) for month in range(1, 13)]
    skips = [date(2018, 11, 4), date(2011, 12, 30), date(2022, 3, 27), date(2024, 4, 26), date(2009, 11, 1)]
    for day in months + skips:
        first = first_instant(day, zone)
        assert first.astimezone(clock).date() >= day
        hours_before = (first - minutes * timedelta(minutes=1) for minutes in range(1, 180))
        assert all(before.astimezone(clock).date() < day for before in hours_before)


@pytest.mark.req("SLO-3")
@unhurried
@given(durations, instants)
def test_rolling_windows_have_their_duration_and_end_now(duration, now):
    start, end = bounds(Rolling(duration), now)
    assert (end, end - start) == (now, duration)


# Budgets


@pytest.mark.req("SLO-3")
@unhurried
@given(objectives, st.integers(1, 10**12), st.integers(0, 10**12))
def test_spent_and_left_are_what_is_allowed_in_events_and_percent(objective, total, bad):
    budget = event_budget(objective, total, bad)
    for unit in (budget, rescaled(budget, 100.0)):
        scale = max(unit.allowed, unit.spent)
        assert isclose(unit.spent + unit.remaining, unit.allowed, rel_tol=0, abs_tol=1e-12 * scale)


@pytest.mark.req("SLO-3")
@unhurried
@given(objectives, durations, durations)
def test_spent_and_left_are_exactly_what_is_allowed_in_time(objective, window, bad):
    budget = time_budget(objective, window, bad)
    assert budget.spent + budget.remaining == budget.allowed


@pytest.mark.req("SLO-3")
@unhurried
@given(objectives, st.integers(100, 100_000), st.integers(0, 100_000))
def test_slices_and_events_spend_the_same_share(objective, recorded, bad):
    step_length = timedelta(minutes=1)
    slices = slice_budget(objective, recorded, bad, step_length)
    events = event_budget(objective, recorded, bad)
    assert slices.remaining / step_length == pytest.approx(events.remaining, abs=1e-6)


@pytest.mark.req("SLO-3")
@unhurried
@given(objectives, objectives, st.integers(1, 10**9))
def test_a_tighter_objective_allows_no_more(one, other, total):
    looser, tighter = sorted((one, other))
    assert event_budget(tighter, total, 0).allowed <= event_budget(looser, total, 0).allowed


@pytest.mark.req("SLO-5")
@unhurried
@given(st.floats(-5, 1), st.floats(-5, 1))
def test_a_smaller_rest_never_asks_for_less(one, other):
    less, more = sorted((one, other))
    order = list(State)
    policy = Thresholds(prioritise=50, freeze=25)
    assert order.index(state(less, policy)) >= order.index(state(more, policy))


# Burn alerts


@pytest.mark.req("SLO-4")
@unhurried
@given(legs(), objectives, ratios)
def test_detection_lies_within_the_long_window_and_reset_within_the_short(leg, objective, e):
    b = budget_ratio(objective)
    detected, over = detection(leg, b, e), reset(leg, b, e)
    assert (detected is None) == (over is None) == (threshold(leg, b) >= e)
    if detected is not None:
        assert timedelta(0) <= detected <= leg.long
        assert timedelta(0) <= over <= leg.short


@pytest.mark.req("SLO-4")
@unhurried
@given(legs(), objectives)
def test_just_above_the_threshold_detection_takes_the_long_window_and_reset_nothing(leg, objective):
    b = budget_ratio(objective)
    e = nextafter(threshold(leg, b), inf)
    assert detection(leg, b, e) == pytest.approx(leg.long, abs=TICK)
    assert reset(leg, b, e) == pytest.approx(timedelta(0), abs=TICK)


@pytest.mark.req("SLO-4")
@unhurried
@given(st.lists(legs(), min_size=1, max_size=4), objectives, ratios, ratios)
def test_a_worse_outage_is_detected_no_later(several, objective, one, other):
    b = budget_ratio(objective)
    mild, bad = (first_detection(several, b, e) for e in sorted((one, other)))
    assert mild is None or bad <= mild


@pytest.mark.req("SLO-4")
@unhurried
@given(st.floats(0.1, 100), st.timedeltas(DAY, 90 * DAY), st.timedeltas(timedelta(minutes=5), DAY))
def test_the_factor_spends_its_share(share, period, long):
    f = factor(share, period, long)
    assert spent(Leg(long, long, f, share), period) == pytest.approx(share / 100)


@pytest.mark.req("SLO-4")
@unhurried
@given(st.floats(0.1, 100), st.integers(1, 90 * 86_400), st.integers(60, 86_400))
def test_the_factor_is_share_times_period_over_long(share, period, long):
    exact = Fraction(share) / 100 * period / long
    assert factor(share, timedelta(seconds=period), timedelta(seconds=long)) == pytest.approx(float(exact))


@pytest.mark.req("SLO-4", "INT-6")
@unhurried
@given(legs(), objectives)
def test_a_leg_is_dead_exactly_at_or_below_its_objective(leg, objective):
    limit = dead_below(leg.factor)
    assume(abs(objective - limit) > 1e-9)
    assert reachable(leg, budget_ratio(objective)) == (objective > limit)


@pytest.mark.req("SLO-4", "INT-6")
@unhurried
@given(st.lists(legs(), max_size=5), objectives)
def test_after_capping_every_leg_can_fire_and_nothing_is_lost_silently(several, objective):
    b = budget_ratio(objective)
    kept, notes = cap(several, b)
    assert all(reachable(leg, b) for leg in kept)
    assert [note.leg for note in notes] == [leg for leg in several if not reachable(leg, b)]
    assert len(kept) == len(several) - sum(note.instead is None for note in notes)
    assert cap(kept, b) == (kept, ())


@pytest.mark.req("SLO-9")
@unhurried
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_float_reads_back_as_the_same(x):
    text = go_float(x)
    assert float(text) == x
    assert not text.endswith(".0")
    assert ("e" in text) == (x != 0 and not 1e-4 <= abs(x) < 1e6)


# Low traffic


def tail(n, p, m):
    """P(X >= m) from its definition."""
    return 1 - sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(min(m, n + 1)))


DUST = 1e-12  # a probability that equals alpha is a matter of rounding


def brute_force(burn, b, alpha):
    """The least k, by trying every N to well past where Chernoff's bound makes all safe."""
    theta = Fraction(burn * b)
    last = ceil(1.3 * (log(1 / alpha) / (log(burn) - 1 + 1 / burn) + 2) / theta)
    k = 1
    for n in range(1, last):
        while tail(n, b, max(k, floor(theta * n) + 1)) >= alpha:
            k += 1
    return k


@pytest.mark.req("SLO-4", "ALR-5")
@settings(deadline=None, max_examples=40)
@given(st.floats(4, 20), st.floats(0.02, 0.3), st.sampled_from([0.05, 0.01, 0.001, 1e-4]))
def test_least_failures_is_what_brute_force_finds(burn, b, alpha):
    found = least_failures(burn, b, alpha)
    assert brute_force(burn, b, alpha * (1 + DUST)) <= found <= brute_force(burn, b, alpha * (1 - DUST))


@pytest.mark.req("SLO-4", "ALR-5")
@pytest.mark.parametrize(
    ("burn", "b", "alpha"), [(14.4, 0.01, 1e-4), (6.0, 0.01, 1e-3), (3.0, 0.05, 1e-2), (13.44, 0.005, 1e-4)]
)
def test_least_failures_is_what_brute_force_finds_at_usual_values(burn, b, alpha):
    assert least_failures(burn, b, alpha) == brute_force(burn, b, alpha)


@pytest.mark.req("SLO-4", "ALR-5")
@unhurried
@given(st.floats(1.2, 30), st.floats(1e-6, 0.3), st.floats(1e-6, 0.1), st.integers(1, 10**7))
def test_with_the_demanded_failures_chance_stays_under_alpha_at_any_traffic(burn, b, alpha, n):
    needed = max(least_failures(burn, b, alpha), floor(Fraction(burn * b) * n) + 1)
    assert needed > n * b
    assert binomial_tail(n, b, needed) < alpha


@pytest.mark.req("SLO-4", "ALR-5")
@unhurried
@given(st.floats(1.2, 30), st.floats(1e-6, 0.3), st.floats(1e-6, 0.1), st.floats(1e-6, 0.1))
def test_a_stricter_alpha_demands_no_fewer_failures(burn, b, one, other):
    strict, lax = sorted((one, other))
    assert least_failures(burn, b, strict) >= least_failures(burn, b, lax)


# Journeys

steps = st.lists(st.builds(step, objectives), min_size=1, max_size=6)


@pytest.mark.req("SLO-7", "INT-6")
@unhurried
@given(steps)
def test_compositions_are_ordered_intervals_of_ratios(parts):
    for composed in (series(parts), redundant(parts)):
        assert 0 <= composed.low <= composed.product + DUST
        assert composed.product <= composed.high + DUST
        assert composed.high <= 1


@pytest.mark.req("SLO-7")
@unhurried
@given(steps, objectives)
def test_another_step_promises_no_more_and_another_replica_no_less(parts, objective):
    more = [*parts, step(objective)]
    assert series(more).product <= series(parts).product
    assert redundant(more).product >= redundant(parts).product - DUST


@pytest.mark.req("SLO-7")
@unhurried
@given(objectives)
def test_one_part_composes_to_itself(objective):
    ratio = step(objective).product
    for composed in (series([step(objective)]), redundant([step(objective)])):
        assert (composed.low, composed.product, composed.high) == pytest.approx((ratio,) * 3)


@pytest.mark.req("INT-6")
@unhurried
@given(objectives, steps)
def test_an_objective_contradicts_exactly_above_the_product(objective, parts):
    product = series(parts).product
    assume(abs(objective / 100 - product) > 2 * DUST)
    judged = feasible(objective, parts)
    assert judged.contradiction == (objective / 100 > product)
    assert isinstance(judged.allowed, Interval)
