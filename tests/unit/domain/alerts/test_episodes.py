"""Episodes: by time, not by arrival."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.alerts.episodes import (
    Asked,
    Began,
    Change,
    Ended,
    Episode,
    Superseded,
    Track,
    Tracks,
    Widened,
    fold,
    forget,
)
from surefoot.domain.alerts.signal import Signal, Status

pytestmark = pytest.mark.req("INC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
A = ("am", "cart")


def at(minutes: int) -> datetime:
    return T + timedelta(minutes=minutes)


def firing(start: int, heard: int | None = None) -> Signal:
    return Signal(
        "am", "cart", Status.FIRING, at(start if heard is None else heard), starts_at=at(start), labels={"a": "b"}
    )


def ended(start: int | None, end: int) -> Signal:
    begun = None if start is None else at(start)
    return Signal("am", "cart", Status.RESOLVED, at(end), starts_at=begun, ends_at=at(end))


def untimed(minutes: int) -> Signal:
    return Signal("am", "cart", Status.FIRING, at(minutes))


def told(*signals: Signal) -> tuple[Track, list[Change]]:
    tracks: Tracks = {}
    changes: list[Change] = []
    for signal in signals:
        tracks, more = fold(tracks, [signal])
        changes += more
    return tracks[A], changes


def spans(track: Track) -> list[tuple[int, int | None]]:
    return [
        ((e.began - T) // timedelta(minutes=1), None if e.ended is None else (e.ended - T) // timedelta(minutes=1))
        for e in track.episodes
    ]


def test_an_alert_begins_and_ends():
    track, changes = told(firing(0), ended(0, 5))
    assert spans(track) == [(0, 5)]
    assert changes == [Began(A, Episode(at(0), at(0))), Ended(A, Episode(at(0), at(0), at(5)))]


def test_repeats_and_twins_change_nothing():
    _, changes = told(firing(0), firing(0), firing(0, heard=30))
    assert len(changes) == 1


def test_an_end_before_the_start_closes_nothing():
    track, changes = told(firing(10), ended(0, 5))
    assert track.open == Episode(at(10), at(10))
    assert [type(change) for change in changes] == [Began]


def test_an_end_at_the_very_start_closes_nothing():
    track, _ = told(firing(10), ended(None, 10))
    assert track.open is not None


def test_a_later_start_supersedes_and_the_outage_stays_one():
    track, changes = told(firing(0), firing(10))
    assert track.open == Episode(at(0), at(10))
    assert [type(change) for change in changes] == [Began, Superseded]


def test_an_end_from_before_a_later_start_does_not_close_it():
    track, _ = told(firing(0), firing(10), ended(0, 8))
    assert spans(track) == [(0, 8), (10, None)]


def test_an_earlier_start_that_touches_widens():
    track, changes = told(firing(10), firing(0))
    assert track.open == Episode(at(0), at(10))
    assert [type(change) for change in changes] == [Began, Widened]


def test_an_end_whose_beginning_was_never_heard_is_told():
    track, changes = told(ended(0, 5))
    assert spans(track) == [(0, 5)]
    assert [type(change) for change in changes] == [Ended]


def test_an_end_that_arrives_first_is_not_undone_by_its_beginning():
    track, changes = told(ended(0, 5), firing(0))
    assert track.open is None
    assert [type(change) for change in changes] == [Ended]


def test_firing_again_later_is_another_episode():
    track, changes = told(firing(0), ended(0, 5), firing(9))
    assert spans(track) == [(0, 5), (9, None)]
    assert [type(change) for change in changes] == [Began, Ended, Began]


def test_a_door_without_starts_joins_what_is_open():
    track, changes = told(untimed(0), untimed(3), ended(None, 5), untimed(7))
    assert spans(track) == [(0, 5), (7, None)]
    assert [type(change) for change in changes] == [Began, Ended, Began]


def test_acknowledgements_and_notes_are_passed_on():
    ack = Signal("am", "cart", Status.ACKNOWLEDGED, T)
    assert fold({}, [ack]) == ({}, (Asked(A, ack),))


def test_the_words_are_those_of_the_latest_start():
    first = Signal("am", "cart", Status.FIRING, at(0), starts_at=at(0), labels={"a": "1"})
    second = Signal("am", "cart", Status.FIRING, at(5), starts_at=at(5), labels={"a": "2"})
    track, _ = told(second, first, ended(5, 6))
    assert track.said is not None
    assert track.said.labels == {"a": "2"}


def test_the_past_is_forgotten_but_what_fires_is_kept():
    tracks, _ = fold({}, [firing(0), ended(0, 5), firing(9)])
    other, _ = fold(tracks, [Signal("am", "old", Status.RESOLVED, at(1), ends_at=at(1), starts_at=at(0))])
    kept = forget(other, at(8))
    assert kept.keys() == {A}
    assert spans(kept[A]) == [(9, None)]
