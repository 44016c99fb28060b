from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.oncall.measure import Amount, Extent, Ruler, seconds, weekend
from surefoot.domain.oncall.plan import DaysOff
from surefoot.domain.oncall.reading import numbers_of
from surefoot.spec.model.policy_oncall import OncallNumbers
from tests.rotas import PEOPLE, utc
from tests.workspaces import resolved

pytestmark = pytest.mark.req("ONC-4")
HOUR = timedelta(hours=1)


@pytest.fixture
def numbers(tmp_path: Path) -> OncallNumbers:
    return numbers_of(resolved(tmp_path, PEOPLE))


def test_a_week_has_its_nights_weekend_and_holidays(numbers: OncallNumbers):
    start, end = utc("2026-12-21"), utc("2026-12-28")
    ruler = Ruler(numbers, start, end)
    spans, christmas = [(start, utc("2026-12-23")), (utc("2026-12-23"), end)], DaysOff(yearly=frozenset({(12, 25)}))
    whole, most = ruler.amounts(spans, "UTC", christmas)
    assert whole == Amount(168 * HOUR, 56 * HOUR, 48 * HOUR, 24 * HOUR)
    assert most == Amount(120 * HOUR, 40 * HOUR, 48 * HOUR, 24 * HOUR)


def test_a_night_is_one_on_the_clock_of_the_zone(numbers: OncallNumbers):
    start, end = utc("2026-06-01 14:00"), utc("2026-06-01 20:00")
    ruler = Ruler(numbers, start, end)
    assert ruler.amounts([(start, end)], "Europe/Berlin", DaysOff())[0].nights == timedelta()
    assert ruler.amounts([(start, end)], "Asia/Tokyo", DaysOff())[0].nights == 6 * HOUR


def test_the_day_on_which_clocks_go_back_has_25_hours_as_a_holiday(numbers: OncallNumbers):
    start, end = utc("2026-10-24"), utc("2026-10-27")
    day = DaysOff(frozenset({date(2026, 10, 25)}))
    assert Ruler(numbers, start, end).amounts([(start, end)], "Europe/Berlin", day)[0].holidays == 25 * HOUR


def test_days_without_business_hours_are_the_weekend(tmp_path: Path):
    sunday = numbers_of(resolved(tmp_path, f"{PEOPLE}\npolicy: {{oncall: {{business_hours: mon-sat 09:00-17:00}}}}\n"))
    assert [hours.days for hours in weekend(sunday, "UTC")] == [(6,)]
    never = numbers_of(resolved(tmp_path, f"{PEOPLE}\npolicy: {{oncall: {{business_hours: mon-sun 09:00-17:00}}}}\n"))
    assert weekend(never, "UTC") == ()


@given(
    cuts=st.lists(st.integers(0, 200), min_size=0, max_size=20, unique=True),
    asked=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=5),
)
def test_an_extent_measures_what_counting_hour_by_hour_does(cuts: list[int], asked: list[tuple[int, int]]):
    base = utc("2026-01-01")
    points = [base + cut * HOUR for cut in sorted(cuts)]
    spans = list(zip(points[::2], points[1::2], strict=False))
    inside = {base + n * HOUR for n in range(260) if any(start <= base + n * HOUR < end for start, end in spans)}
    wanted = [(base + start * HOUR, base + (start + length) * HOUR) for start, length in asked]
    counted = [sum(3600 for hour in inside if start <= hour < end) for start, end in wanted]
    assert Extent(spans).within(*seconds(wanted)) == counted
