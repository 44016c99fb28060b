"""What Alertmanagers list, against what is known."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.alerts.episodes import Began, Ended, Tracks, fold
from surefoot.domain.alerts.reconcile import Listing, Reading, is_due, reconcile
from surefoot.domain.alerts.signal import Signal, Status
from surefoot.spec.model.policy_oncall import Reconcile

pytestmark = pytest.mark.req("INC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
S = timedelta(seconds=1)
A = ("am", "cart")
NUMBERS = Reconcile.model_validate({"every": "60s", "absent_reads": 2, "peer_up": "5m"})
OLD = T - timedelta(hours=1)


def listed(seconds: int, *, key: str = "cart", suppressed: bool = False) -> Signal:
    return Signal("am", key, Status.FIRING, T + seconds * S, starts_at=T, suppressed=suppressed, labels={"a": "b"})


def reading(seconds: int, *signals: Signal, up: datetime | None = OLD, settling: bool = False) -> Reading:
    return Reading(T + seconds * S, (Listing("one", signals, up, settling),))


def known(*more: Signal) -> Tracks:
    return fold({}, [Signal("am", "cart", Status.FIRING, T, starts_at=T), *more])[0]


def test_an_active_alert_that_was_not_known_opens():
    tracks, changes = reconcile({}, "am", [reading(60, listed(60))], NUMBERS)
    assert tracks[A].starts == (T,)
    assert [type(change) for change in changes] == [Began]


def test_a_silenced_alert_that_was_not_known_does_not_open():
    assert reconcile({}, "am", [reading(60, listed(60, suppressed=True))], NUMBERS) == ({}, ())


def test_a_silenced_alert_that_fires_stays_open_and_is_marked():
    tracks, changes = reconcile(known(), "am", [reading(60, listed(60, suppressed=True))], NUMBERS)
    assert tracks[A].open is not None
    assert tracks[A].suppressed
    assert changes == ()


def test_an_alert_that_was_said_to_have_ended_and_is_listed_opens_again():
    before = known(Signal("am", "cart", Status.RESOLVED, T + 30 * S, starts_at=T, ends_at=T + 30 * S))
    tracks, changes = reconcile(before, "am", [reading(60, listed(60))], NUMBERS)
    assert tracks[A].open is not None
    assert [type(change) for change in changes] == [Began]


def test_an_alert_ends_after_two_readings_without_it():
    tracks, changes = reconcile(known(), "am", [reading(60), reading(120)], NUMBERS)
    assert tracks[A].episodes[-1].ended == T + 60 * S
    assert [type(change) for change in changes] == [Ended]


@pytest.mark.parametrize(
    "readings",
    [
        [reading(60)],
        [reading(60), reading(90)],
        [reading(60), reading(120, up=T - 170 * S)],
        [reading(60), reading(120, up=None)],
        [reading(60, settling=True), reading(120)],
        [reading(60), Reading(T + 120 * S, (Listing("one", (), OLD), Listing("two", None, OLD)))],
        [reading(60), Reading(T + 120 * S, ())],
        [reading(60, listed(60)), reading(120)],
        [reading(60), reading(100, listed(100)), reading(120)],
        [reading(0), reading(60)],
    ],
    ids=["one", "close", "young", "no age", "settling", "silent peer", "no peer", "there", "between", "not before"],
)
def test_an_alert_does_not_end_by_less(readings):
    tracks, _ = reconcile(known(), "am", readings, NUMBERS)
    assert tracks[A].open is not None


def test_alerts_of_other_sources_do_not_end():
    tracks, _ = reconcile(known(), "other", [reading(60), reading(120)], NUMBERS)
    assert tracks[A].open is not None


def test_nothing_follows_from_no_reading():
    assert reconcile({}, "am", [], NUMBERS) == ({}, ())


@pytest.mark.parametrize(
    ("last", "truncated", "due"), [(None, 0, True), (T, 0, False), (T, 3, True), (T - 60 * S, 0, True)]
)
def test_peers_are_asked_at_the_start_each_minute_and_when_alerts_were_left_out(last, truncated, due):
    assert is_due(last, truncated, 60 * S, T) is due
