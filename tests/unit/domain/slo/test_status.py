from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.slo.budget import State, Thresholds
from surefoot.domain.slo.status import Facts, Period, exhausted, status

NOW = datetime(2026, 1, 11, tzinfo=UTC)
ROLLING = Period(NOW - timedelta(days=30), NOW, NOW, rolling=True)
JANUARY = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), NOW, rolling=False)
THRESHOLDS = Thresholds(50, 25)


def _facts(total: float, bad: float, recent: float | None = 0.0) -> Facts:
    return Facts(total, bad, 1.0, recent, timedelta(hours=1))


@pytest.mark.req("SLO-3", "SLO-4")
def test_a_rolling_window_counts_what_its_events_allow():
    found = status(99.9, ROLLING, _facts(1_000_000, 400, 0.0005), THRESHOLDS)
    assert found is not None
    assert found.current == pytest.approx(99.96)
    assert found.events.remaining == pytest.approx(600)
    assert found.percent.remaining == pytest.approx(60)
    assert found.time.allowed.total_seconds() == pytest.approx(43.2 * 60)
    assert found.time.remaining.total_seconds() == pytest.approx(0.6 * 43.2 * 60)
    assert found.burn == pytest.approx(0.5)
    assert found.exhausted is None
    assert found.state is State.CONTINUE


@pytest.mark.req("SLO-3")
def test_a_calendar_window_has_its_whole_length_to_spend():
    found = status(99, JANUARY, _facts(10_000, 100, 0.02), THRESHOLDS)
    assert found is not None
    assert found.percent.spent == pytest.approx(100 * 10 / 31)
    assert found.events.allowed == pytest.approx(310)
    assert found.burn == pytest.approx(2)
    assert found.exhausted is not None
    assert (found.exhausted - NOW) / timedelta(days=1) == pytest.approx(10.5)


def test_silence_is_no_verdict():
    assert status(99.9, ROLLING, _facts(0, 0), THRESHOLDS) is None
    found = status(99.9, ROLLING, _facts(10, 0, None), THRESHOLDS)
    assert found is not None
    assert (found.burn, found.exhausted) == (None, None)


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="SLI's queries"):
        status(99.9, ROLLING, _facts(float("nan"), 0), THRESHOLDS)


@pytest.mark.parametrize(
    ("spent", "burn", "period", "after"),
    [
        (1.0, 0.0, ROLLING, timedelta()),
        (0.5, 2.0, ROLLING, timedelta(days=10)),
        (0.0, 14.4, ROLLING, timedelta(days=30) / 14.4),
        (0.5, 1.0, ROLLING, None),
        (0.5, None, ROLLING, None),
        (0.5, 1.0, JANUARY, timedelta(days=15.5)),
        (0.5, 0.5, JANUARY, None),
    ],
)
def test_exhaustion_follows_from_burn_rate(spent: float, burn: float | None, period: Period, after: timedelta | None):
    assert exhausted(spent, burn, period) == (None if after is None else NOW + after)
