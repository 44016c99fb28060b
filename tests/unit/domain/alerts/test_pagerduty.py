"""PagerDuty's events."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from surefoot.domain.alerts.pagerduty import decode
from surefoot.domain.alerts.signal import Bounds, Door, Signal, Status

pytestmark = pytest.mark.req("INC-2")

NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
DOOR = Door("pd", NOW, Bounds(alerts=3, labels=20, text=200))


def event(action: str = "trigger", **more: Any) -> bytes:
    payload = {"summary": "down", "source": "db1", "severity": "critical", "custom_details": {"service": "cart"}}
    return json.dumps({"routing_key": "k", "event_action": action, "payload": payload, **more}).encode()


def one(raw: bytes) -> Signal:
    (signal,) = decode(raw, DOOR).signals
    return signal


def test_a_trigger_fires():
    signal = one(event(dedup_key="d"))
    assert (signal.key, signal.status, signal.starts_at, signal.at) == ("d", Status.FIRING, None, NOW)
    assert signal.labels == {"service": "cart", "severity": "critical", "source": "db1"}


def test_a_missing_dedup_key_is_made_and_the_same_for_the_same_event():
    assert one(event()).key == one(event()).key != one(event(client="other")).key


@pytest.mark.parametrize(("action", "status"), [("acknowledge", Status.ACKNOWLEDGED), ("resolve", Status.RESOLVED)])
def test_other_actions_need_no_payload(action, status):
    signal = one(json.dumps({"event_action": action, "dedup_key": "d"}).encode())
    assert (signal.status, signal.key) == (status, "d")


def test_a_time_ahead_counts_as_now():
    assert one(event(payload={"summary": "s", "timestamp": "2027-01-01T00:00:00Z"})).at == NOW


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"nope", "body"),
        (b"{}", "event_action"),
        (b'{"event_action": "resolve"}', "dedup_key"),
        (b'{"event_action": "trigger"}', "payload.summary"),
    ],
)
def test_what_is_missing_is_named(raw, where):
    decoded = decode(raw, DOOR)
    assert [part.where for part in decoded.rejected] == [where]
    assert not decoded.usable
