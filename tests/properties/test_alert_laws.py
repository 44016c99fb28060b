"""Alerts may come twice, late and in any order: the end is the same, and nothing that fires is lost."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.alerts import alertmanager, opsgenie, pagerduty, webhook
from surefoot.domain.alerts.episodes import Began, Ended, Track, fold, joined, taken
from surefoot.domain.alerts.signal import Bounds, Door, Signal, Status
from surefoot.spec.model.channel import FieldMap

pytestmark = pytest.mark.req("INC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DOOR = Door("am", T, Bounds(alerts=8, labels=8, text=40))
FIELDS = FieldMap.model_validate(
    {"key": "id", "alerts": "alerts", "status": "status", "starts_at": "startsAt", "labels": {"a": "labels.a"}}
)
moments = st.integers(0, 12).map(lambda minutes: T + timedelta(minutes=minutes))


@st.composite
def signals(draw):
    """Give a signal about one of two alerts; with a start or without."""
    status = draw(st.sampled_from((Status.FIRING, Status.RESOLVED)))
    start, at = draw(moments), draw(moments)
    ends_at = draw(moments) if status is Status.RESOLVED else None
    return Signal(
        "am",
        draw(st.sampled_from(("cart", "web"))),
        status,
        at,
        starts_at=draw(st.sampled_from((start, None))),
        ends_at=ends_at,
        labels={"a": draw(st.sampled_from("xy"))},
        annotations={"summary": draw(st.sampled_from("xy"))},
    )


@given(st.lists(signals(), max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same(given_, chance):
    expected, _ = fold({}, given_)
    shuffled = given_ + chance.choices(given_, k=len(given_)) if given_ else []
    chance.shuffle(shuffled)
    found, _ = fold({}, shuffled)
    assert found == expected


@given(st.lists(signals(), max_size=12))
def test_what_was_taken_once_changes_nothing_again(given_):
    tracks, _ = fold({}, given_)
    assert fold(tracks, given_) == (tracks, ())


@given(st.lists(signals(), max_size=8), st.lists(signals(), max_size=8))
def test_two_halves_join_to_the_whole(one, other):
    whole, _ = fold({}, one + other)
    left, right = fold({}, one)[0], fold({}, other)[0]
    for alert, track in whole.items():
        assert joined(left.get(alert, Track()), right.get(alert, Track())) == track
        assert joined(right.get(alert, Track()), left.get(alert, Track())) == track


@given(st.lists(signals(), max_size=12))
def test_episodes_follow_each_other_and_only_the_last_is_open(given_):
    for track in fold({}, given_)[0].values():
        episodes = track.episodes
        for episode, following in pairwise(episodes):
            assert episode.ended is not None
            assert episode.ended <= following.began
        for episode in episodes:
            assert episode.began <= episode.start
            assert episode.ended is None or episode.start < episode.ended


@given(st.lists(signals(), max_size=12))
def test_an_alert_that_fires_after_every_end_is_open(given_):
    for (_, key), track in fold({}, given_)[0].items():
        own = [signal for signal in given_ if signal.key == key]
        begins = [signal.starts_at or signal.at for signal in own if signal.status is Status.FIRING]
        ends = [max(signal.ends_at, signal.starts_at or T) for signal in own if signal.status is Status.RESOLVED]
        if begins and max(begins) > max(ends, default=T - timedelta(days=1)):
            assert track.open is not None


@given(st.lists(signals(), max_size=12))
def test_changes_tell_every_turn_of_what_is_open(given_):
    tracks, is_open = {}, {}
    for signal in given_:
        tracks, changes = fold(tracks, [signal])
        for change in changes:
            is_open[change.alert] = is_open.get(change.alert, False)
            if isinstance(change, Began):
                is_open[change.alert] = True
            if isinstance(change, Ended):
                is_open[change.alert] = False
    assert {alert for alert, fires in is_open.items() if fires} == {
        alert for alert, track in tracks.items() if track.open is not None
    }


@given(st.lists(signals(), max_size=12))
def test_what_only_ever_ended_is_not_open(given_):
    ended = [signal for signal in given_ if signal.status is Status.RESOLVED]
    assert all(track.open is None for track in fold({}, ended)[0].values())


@given(st.lists(signals(), max_size=8), signals())
def test_what_a_listing_has_is_open(given_, listed):
    tracks, _ = fold({}, given_)
    late = T + timedelta(hours=1)
    signal = Signal("am", listed.key, Status.FIRING, late, starts_at=listed.starts_at)
    track, _ = taken(tracks.get(("am", listed.key), Track()), signal, listed=True)
    assert track.open is not None


json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
times = st.one_of(json, st.just("2026-03-02T09:00:00Z"), st.just("0001-01-01T00:00:00Z"))
odd_alerts = st.fixed_dictionaries(
    {},
    optional={
        "status": st.one_of(st.sampled_from(("firing", "resolved")), json),
        "labels": st.one_of(st.dictionaries(st.text(max_size=4), json, max_size=12), json),
        "annotations": json,
        "startsAt": times,
        "endsAt": times,
        "fingerprint": json,
        "id": json,
        "generatorURL": json,
    },
)
events = st.fixed_dictionaries(
    {},
    optional={
        "event_action": st.one_of(st.sampled_from(("trigger", "acknowledge", "resolve")), json),
        "dedup_key": json,
        "payload": st.one_of(
            json, st.fixed_dictionaries({"summary": json, "timestamp": times, "custom_details": json})
        ),
        "message": json,
        "alias": json,
        "responders": json,
        "details": json,
        "tags": json,
    },
)


@given(st.one_of(st.binary(max_size=30), st.one_of(json, events).map(orjson.dumps)))
def test_no_body_makes_a_door_fail(raw):
    for decoded in (
        alertmanager.decode(raw, DOOR),
        alertmanager.decode_listing(raw, DOOR),
        webhook.decode(raw, FIELDS, DOOR),
        pagerduty.decode(raw, DOOR),
        opsgenie.decode_create(raw, DOOR),
        opsgenie.decode_action(raw, "notes", "a", DOOR),
    ):
        for signal in decoded.signals:
            assert len(signal.labels) <= DOOR.bounds.labels
            assert all(len(value) <= DOOR.bounds.text for value in signal.labels.values())
            assert signal.key
            assert signal.at <= T


@given(st.lists(st.one_of(odd_alerts, json), max_size=6), st.integers(0, 6))
def test_no_alert_costs_its_neighbours(odd, place):
    good = {"status": "firing", "labels": {"a": "b"}, "fingerprint": "good", "id": "good"}
    body = {"alerts": [*odd[:place], good, *odd[place:]]}
    for decoded in (alertmanager.decode(orjson.dumps(body), DOOR), webhook.decode(orjson.dumps(body), FIELDS, DOOR)):
        assert "good" in {signal.key for signal in decoded.signals}
        lost = sum(part.alert for part in decoded.rejected)
        assert len(decoded.signals) + lost == len(body["alerts"])
