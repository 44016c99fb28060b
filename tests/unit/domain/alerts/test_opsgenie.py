"""Opsgenie's requests."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from surefoot.domain.alerts.opsgenie import decode_action, decode_create
from surefoot.domain.alerts.signal import Bounds, Door, Signal, Status

pytestmark = pytest.mark.req("INC-2")

NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
DOOR = Door("og", NOW, Bounds(alerts=3, labels=20, text=200))


def create(**more: Any) -> Signal:
    (signal,) = decode_create(json.dumps({"message": "down", **more}).encode(), DOOR).signals
    return signal


def test_a_new_alert_fires():
    signal = create(
        alias="a1",
        priority="P5",
        description="long",
        details={"service": "cart", "nested": {}},
        tags=["x", "y"],
        responders=[3, {"type": "user"}, {"type": "team", "name": "payments"}],
    )
    assert (signal.key, signal.status) == ("a1", Status.FIRING)
    assert signal.labels == {"priority": "P5", "service": "cart", "tags": "x,y", "team": "payments"}
    assert signal.annotations == {"summary": "down", "description": "long"}


def test_a_missing_alias_is_made_and_the_same_for_the_same_alert():
    assert create().key == create().key != create(entity="db").key


@pytest.mark.parametrize(
    ("action", "status", "end"),
    [("close", Status.RESOLVED, NOW), ("acknowledge", Status.ACKNOWLEDGED, None), ("notes", Status.NOTED, None)],
)
def test_actions_name_the_alert_and_who_did_it(action, status, end):
    (signal,) = decode_action(b'{"user": "ana", "note": "n"}', action, "a1", DOOR).signals
    assert (signal.key, signal.status, signal.ends_at, signal.by, signal.text) == ("a1", status, end, "ana", "n")


def test_closing_needs_no_body():
    assert decode_action(b"", "close", "a1", DOOR).usable


def test_what_cannot_be_used_is_named():
    found = [
        decode_create(b"nope", DOOR),
        decode_create(b"{}", DOOR),
        decode_action(b"{}", "close", None, DOOR),
        decode_action(b"nope", "close", "a1", DOOR),
        decode_action(b"{}", "notes", "a1", DOOR),
    ]
    assert [decoded.rejected[0].where for decoded in found] == ["body", "message", "path", "body", "note"]
