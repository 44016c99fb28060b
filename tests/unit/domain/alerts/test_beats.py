"""Signs of life."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.alerts.beats import (
    Beat,
    beat_of,
    came_back,
    due,
    is_beat,
    is_noise_of,
    may_beat,
    missed,
    silent_since,
)
from surefoot.domain.alerts.episodes import fold
from surefoot.domain.alerts.signal import Signal, Status
from surefoot.spec.model.channel import AlertSource
from surefoot.spec.model.policy_oncall import Beat as Default

pytestmark = pytest.mark.req("INC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
M = timedelta(minutes=1)
DEFAULT = Default.model_validate({"every": "5m", "priority": "P1"})
WATCHDOG = Beat("am", 5 * M, "P1", "Watchdog")


def said(name: str = "Watchdog", status: Status = Status.FIRING, source: str = "am") -> Signal:
    return Signal(source, "k", status, T, labels={"alertname": name})


def test_every_source_owes_a_sign_of_life():
    assert beat_of("am", AlertSource(), DEFAULT) == Beat("am", 5 * M, "P1")


def test_a_source_says_what_its_sign_is():
    source = AlertSource.model_validate({"heartbeat": {"every": "2m", "alert": "Watchdog", "priority": "P2"}})
    assert beat_of("am", source, DEFAULT) == Beat("am", 2 * M, "P2", "Watchdog")


def test_the_named_alert_is_a_sign_while_it_fires_and_opens_nothing():
    assert is_beat(WATCHDOG, said())
    assert not is_beat(WATCHDOG, said(status=Status.RESOLVED))
    assert not is_beat(WATCHDOG, said("Other"))
    assert is_noise_of(WATCHDOG, said(status=Status.RESOLVED))
    assert not is_noise_of(WATCHDOG, said("Other"))


def test_without_a_name_any_message_of_the_source_is():
    beat = Beat("am", 5 * M, "P1")
    assert is_beat(beat, said("Other"))
    assert not is_beat(beat, said(source="pd"))
    assert not is_noise_of(beat, said())


def test_a_sign_is_late_after_its_time_also_since_the_start():
    assert due(WATCHDOG, None, T) == T + 5 * M
    assert due(WATCHDOG, T + M, T) == T + 6 * M
    assert due(WATCHDOG, T - 60 * M, T) == T + 5 * M


def test_silence_is_an_alert_that_ends_when_the_source_is_back():
    tracks, _ = fold({}, [missed(WATCHDOG, T), missed(WATCHDOG, T)])
    (track,) = tracks.values()
    assert track.open is not None
    assert track.said is not None
    assert track.open.began == T
    assert track.said.labels["priority"] == "P1"
    tracks, _ = fold(tracks, [came_back(WATCHDOG, T + 9 * M)])
    assert next(iter(tracks.values())).open is None


def test_a_source_is_flagged_after_a_day():
    day = timedelta(days=1)
    assert silent_since(T, day, T + day) == T
    assert silent_since(T, day, T + day - M) is None
    assert silent_since(None, day, T) is None


def test_our_own_sign_stops_while_a_page_is_late():
    late = timedelta(seconds=30)
    assert may_beat(None, late, T)
    assert may_beat(T - late / 2, late, T)
    assert not may_beat(T - late, late, T)
