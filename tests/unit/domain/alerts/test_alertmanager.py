"""Alertmanager's webhook and listing."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from surefoot.domain.alerts.alertmanager import decode, decode_listing
from surefoot.domain.alerts.signal import Bounds, Door, Rejected, Signal, Status, unusable

pytestmark = pytest.mark.req("INC-2")

NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
DOOR = Door("am", NOW, Bounds(alerts=50, labels=20, text=200))


def alert(**changes: Any) -> dict[str, Any]:
    whole = {
        "status": "firing",
        "labels": {"alertname": "A"},
        "annotations": {"summary": "s"},
        "startsAt": "2026-08-22T02:47:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prom",
        "fingerprint": "f1",
    }
    return {**whole, **changes}


def body(*alerts: Any, **more: Any) -> bytes:
    whole = {"version": "4", "status": "firing", "groupKey": "g", "alerts": list(alerts), **more}
    return json.dumps(whole).encode()


def one(**changes: Any) -> Signal:
    (signal,) = decode(body(alert(**changes)), DOOR).signals
    return signal


def test_a_firing_alert_is_taken_whole():
    signal = one()
    assert (signal.source, signal.key, signal.group, signal.status) == ("am", "f1", "g", Status.FIRING)
    assert signal.starts_at == datetime(2026, 8, 22, 2, 47, tzinfo=UTC)
    assert signal.ends_at is None
    assert (signal.labels, signal.annotations, signal.url) == ({"alertname": "A"}, {"summary": "s"}, "http://prom")


def test_only_the_status_of_the_alert_counts():
    decoded = decode(body(alert(), alert(status="resolved", endsAt="2026-08-22T02:50:00Z"), status="resolved"), DOOR)
    assert [signal.status for signal in decoded.signals] == [Status.FIRING, Status.RESOLVED]
    assert decoded.signals[1].ends_at == datetime(2026, 8, 22, 2, 50, tzinfo=UTC)


def test_nanoseconds_are_cut_to_microseconds():
    assert one(startsAt="2020-08-08T14:32:08.326990857Z").starts_at == datetime(2020, 8, 8, 14, 32, 8, 326990, UTC)


def test_a_missing_fingerprint_is_a_hash_of_the_labels():
    keys = {one(fingerprint=None, labels=labels).key for labels in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})}
    assert len(keys) == 1
    assert keys != {one(fingerprint=None, labels={"a": "1"}).key}


def test_what_is_missing_is_made_up_for():
    decoded = decode(b'{"alerts": [{"status": "resolved", "labels": {"a": "b"}}]}', DOOR)
    (signal,) = decoded.signals
    assert (signal.starts_at, signal.ends_at, signal.group) == (None, NOW, "")


def test_one_bad_alert_does_not_cost_its_neighbours():
    bad = [7, {"status": "maybe"}, {"status": "firing"}, {"status": ["firing"]}]
    decoded = decode(body(alert(), *bad, alert(fingerprint="f2")), DOOR)
    assert [signal.key for signal in decoded.signals] == ["f1", "f2"]
    assert [part.where for part in decoded.rejected] == [
        "alerts[1]",
        "alerts[2].status",
        "alerts[3]",
        "alerts[4].status",
    ]
    assert decoded.usable


def test_a_time_that_is_none_is_told_and_read_as_missing():
    decoded = decode(body(alert(startsAt="yesterday")), DOOR)
    assert decoded.signals[0].starts_at is None
    assert decoded.rejected == (Rejected("alerts[0].startsAt", "`yesterday` is no time", alert=False),)


@pytest.mark.parametrize("raw", [b"", b"[]", b"nope", b'{"alerts": 3}', b"{}", b"\xff", b"[" * 5000])
def test_a_body_of_which_nothing_can_be_used_says_so(raw):
    decoded = decode(raw, DOOR)
    assert not decoded.usable
    signal = unusable(DOOR, decoded)
    assert signal.labels["priority"] == "P3"
    assert signal.status is Status.FIRING


def test_a_body_without_alerts_is_fine():
    assert decode(body(), DOOR).usable


def test_more_than_the_bound_is_counted_as_left_out():
    decoded = decode(body(*[alert()] * 60, truncatedAlerts=3), DOOR)
    assert len(decoded.signals) == 50
    assert decoded.truncated == 13
    assert decoded.usable


def test_long_texts_and_many_labels_are_cut():
    signal = one(labels={f"l{index:03}": "x" * 500 for index in range(100)})
    assert len(signal.labels) == 20
    assert {len(value) for value in signal.labels.values()} == {200}


def test_labels_that_are_no_text_become_text_or_are_left_out():
    assert one(labels={"a": 1, "b": True, "c": None, "d": {}, "e": "f"}).labels == {"a": "1", "b": "true", "e": "f"}


def test_the_reason_and_the_labels_of_the_route_are_kept():
    decoded = decode(body(alert(), notification_reason="new alerts added", routeLabels={"service": "cart"}), DOOR)
    assert decoded.why == "new alerts added"
    assert decoded.signals[0].route == {"service": "cart"}


def test_a_listing_gives_what_is_active_and_what_is_suppressed():
    listed = [
        {
            "fingerprint": "f1",
            "labels": {"a": "b"},
            "startsAt": "2026-08-22T02:47:00Z",
            "endsAt": "2026-08-22T03:05:00Z",
            "status": {"state": state},
        }
        for state in ("active", "suppressed")
    ]
    decoded = decode_listing(json.dumps([*listed, 3]).encode(), DOOR)
    assert [(signal.suppressed, signal.status, signal.ends_at) for signal in decoded.signals] == [
        (False, Status.FIRING, None),
        (True, Status.FIRING, None),
    ]
    assert [part.where for part in decoded.rejected] == ["[2]"]


@pytest.mark.parametrize("raw", [b"", b"{}", b"nope"])
def test_a_listing_that_is_no_list_is_rejected(raw):
    assert not decode_listing(raw, DOOR).usable


@pytest.mark.skipif("SUREFOOT_CORPORA" not in os.environ, reason="SUREFOOT_CORPORA is not set")
def test_public_payloads_are_taken_whole():
    folder = Path(os.environ["SUREFOOT_CORPORA"]) / "alertmanager-payloads"
    for path in sorted(folder.glob("*.json")):
        raw = path.read_bytes()
        decoded = decode(raw, DOOR)
        given = json.loads(raw)
        assert decoded.rejected == ()
        assert [signal.key for signal in decoded.signals] == [alert["fingerprint"] for alert in given["alerts"]]
        assert [signal.labels for signal in decoded.signals] == [alert["labels"] for alert in given["alerts"]]
        assert decoded.truncated == given["truncatedAlerts"]
