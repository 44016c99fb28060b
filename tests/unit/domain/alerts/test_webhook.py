"""Any JSON body, through the paths of the spec."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from surefoot.domain.alerts.signal import Bounds, Door, Status
from surefoot.domain.alerts.webhook import decode, look
from surefoot.spec.model.channel import FieldMap

pytestmark = pytest.mark.req("INC-2")

NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
DOOR = Door("bank", NOW, Bounds(alerts=3, labels=20, text=200))
BANK = FieldMap.model_validate(
    {
        "key": "notice.id",
        "title": "notice.subject",
        "status": "notice.state",
        "firing": "open",
        "resolved": "closed",
        "starts_at": "notice.since",
        "ends_at": "notice.until",
        "labels": {"product": "notice.products[0]"},
        "severity": "notice.level",
    }
)
LIST = FieldMap.model_validate(
    {"key": "items[].id", "alerts": "items", "service": "app", "status": "state", "title": "message"}
)


def notice(**changes: Any) -> bytes:
    whole = {"id": 7, "subject": "slow", "state": "open", "products": ["card-eu"], "level": "error"}
    return json.dumps({"notice": {**whole, **changes}}).encode()


def test_fields_are_read_through_their_paths():
    (signal,) = decode(notice(), BANK, DOOR).signals
    assert (signal.key, signal.status, signal.starts_at) == ("7", Status.FIRING, None)
    assert signal.labels == {"product": "card-eu", "severity": "error"}
    assert signal.annotations == {"summary": "slow"}


@pytest.mark.parametrize(
    "since", ["2026-08-22T02:00:00Z", "2026-08-22T04:00:00+02:00", "2026-08-22 02:00:00", 1787364000, 1787364000000]
)
def test_times_are_text_seconds_or_milliseconds(since):
    (signal,) = decode(notice(since=since), BANK, DOOR).signals
    assert signal.starts_at == datetime(2026, 8, 22, 2, 0, tzinfo=UTC)


def test_an_end_is_taken_where_the_body_has_one_and_else_is_now():
    (first,) = decode(notice(state="closed", until="2026-08-22T02:30:00Z"), BANK, DOOR).signals
    (second,) = decode(notice(state="closed"), BANK, DOOR).signals
    assert (first.status, first.ends_at) == (Status.RESOLVED, NOW.replace(hour=2, minute=30))
    assert second.ends_at == NOW


def test_an_unknown_status_fires_and_is_told():
    decoded = decode(notice(state="weird"), BANK, DOOR)
    assert decoded.signals[0].status is Status.FIRING
    assert not decoded.rejected[0].alert


@pytest.mark.parametrize(
    ("words", "word", "status"),
    [
        ({}, "OK", Status.RESOLVED),
        ({}, "anything", Status.FIRING),
        ({"firing": "on"}, "off", Status.RESOLVED),
        ({"firing": "on"}, "on", Status.FIRING),
        ({"resolved": "off"}, "whatever", Status.FIRING),
        ({"resolved": "off"}, "off", Status.RESOLVED),
    ],
)
def test_words_that_the_spec_leaves_open_follow_from_the_others(words, word, status):
    fields = FieldMap.model_validate({"key": "id", "status": "state", **words})
    (signal,) = decode(json.dumps({"id": "x", "state": word}).encode(), fields, DOOR).signals
    assert signal.status is status


def test_items_of_a_list_are_alerts_and_share_what_the_body_says():
    raw = {"app": "cart", "items": [{"id": 1, "state": "ok"}, {"id": 2, "app": "web"}, {"no": "id"}]}
    decoded = decode(json.dumps(raw).encode(), LIST, DOOR)
    assert [(signal.key, signal.labels) for signal in decoded.signals] == [
        ("1", {"service": "cart"}),
        ("2", {"service": "web"}),
    ]
    assert [part.where for part in decoded.rejected] == ["items[2]"]


def test_more_items_than_the_bound_are_told():
    decoded = decode(json.dumps({"items": [{"id": index} for index in range(5)]}).encode(), LIST, DOOR)
    assert (len(decoded.signals), decoded.truncated) == (3, 2)


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"items": 3}'])
def test_a_body_without_the_list_is_rejected(raw):
    assert not decode(raw, LIST, DOOR).usable


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"notice": {"id": {}}}'])
def test_a_body_without_the_key_is_rejected(raw):
    assert not decode(raw, BANK, DOOR).usable


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", 1),
        ("list[1].x", 2),
        ("list[].x", 2),
        ("list[9].x", None),
        ("list[x]", None),
        ("a.b.c", None),
        ("a[0]", None),
        ("a[]", None),
    ],
)
def test_a_path_leads_to_its_value_or_nowhere(path, found):
    assert look({"a": {"b": 1}, "list": [{}, {"x": 2}]}, path) == found


def test_a_time_that_is_none_is_told():
    decoded = decode(notice(since="soon"), BANK, DOOR)
    assert [(part.where, part.alert) for part in decoded.rejected] == [("body.notice.since", False)]
