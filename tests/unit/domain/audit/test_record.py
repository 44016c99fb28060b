from datetime import UTC, datetime, timedelta, timezone

import pytest

from surefoot.domain.audit.record import Json, fields, from_fields, moment, stamp
from surefoot.errors import RecordRefused
from tests.auditlogs import event

pytestmark = pytest.mark.req("AUD-2")


def test_fields_and_event_are_inverse():
    whole = event(7, detail={"nested": {"list": [1, None, True, "x"]}})
    assert from_fields(fields(whole)) == whole


def test_record_has_every_field_that_was_promised():
    raw = fields(event(1))
    assert sorted(raw) == ["action", "actor", "changes", "detail", "id", "outcome", "target", "timestamp"]
    assert raw["actor"] == {"type": "user", "id": "ana", "ip_address": "203.0.113.7"}
    assert raw["changes"] == [{"field": "email", "old_value": "old@example.com", "new_value": "new1@example.com"}]


def test_time_is_written_with_six_digits_and_z():
    assert stamp(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000000Z"
    assert moment("2026-01-02T00:00:00.000001Z") == datetime(2026, 1, 2, 0, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "when",
    [datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1)))],  # noqa: DTZ001  # refused
)
def test_time_outside_utc_is_refused(when: datetime):
    with pytest.raises(RecordRefused, match="not in UTC") as refused:
        stamp(when)
    assert refused.value.field == "timestamp"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("actor", "type"), "robot", "actor.type"),
        (("actor", "id"), 7, "actor.id"),
        (("actor", "ip_address"), 7, "actor.ip_address"),
        (("outcome", "status"), "maybe", "outcome.status"),
        (("outcome", "reason"), None, "outcome.reason"),
        (("target",), None, "target"),
        (("changes",), {}, "changes"),
        (("changes", 0), "x", "changes[0]"),
        (("changes", 0, "field"), None, "changes[0].field"),
        (("detail",), [], "detail"),
        (("id",), "7", "id"),
        (("id",), "0190F0A0-1111-7111-8111-0123456789AB", "id"),
        (("timestamp",), "2026-01-02T00:00:00Z", "timestamp"),
        (("timestamp",), "2026-01-02T00:00:00.000000+00:00", "timestamp"),
        (("timestamp",), "2026-02-30T00:00:00.000000Z", "timestamp"),
        (("timestamp",), 1767312000, "timestamp"),
    ],
)
def test_wrong_field_is_refused_by_its_path(path: tuple[str | int, ...], value: Json, field: str):
    raw = fields(event(1))
    place: Json = raw
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]  # the paths above exist
    place[path[-1]] = value  # type: ignore[index]
    with pytest.raises(RecordRefused) as refused:
        from_fields(raw)
    assert refused.value.field == field


def test_unknown_and_missing_fields_are_refused_by_their_path():
    raw = fields(event(1))
    with pytest.raises(RecordRefused, match="unknown") as refused:
        from_fields({**raw, "severity": "high"})
    assert refused.value.field == "severity"
    with pytest.raises(RecordRefused, match="missing") as refused:
        from_fields({**raw, "actor": {"type": "user", "id": "ana"}})
    assert refused.value.field == "actor.ip_address"
