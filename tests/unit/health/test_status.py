import json
from datetime import UTC, datetime

import pytest

from surefoot.health.status import HEALTH_JSON, JSON, Entry, Report, Result, Status, media_type, worst

pytestmark = pytest.mark.req("MON-4")
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
REPORT = Report(
    AT,
    "1.4.2",
    (
        Entry("orders-db", Result(detail={"pool": 4}), 3, Status.HEALTHY),
        Entry("payment-api", Result(Status.DEGRADED, "breaker open"), 0, Status.DEGRADED),
    ),
)


def test_the_body_is_as_documented():
    assert json.loads(REPORT.body()) == {
        "status": "degraded",
        "timestamp": "2026-11-22T04:00:00.000000Z",
        "version": "1.4.2",
        "checks": {
            "orders-db": {"status": "healthy", "latency_ms": 3, "pool": 4},
            "payment-api": {"status": "degraded", "latency_ms": 0, "reason": "breaker open"},
        },
    }


def test_the_other_media_type_says_pass_warn_and_fail():
    found = json.loads(REPORT.body(HEALTH_JSON))
    assert (found["status"], found["releaseId"]) == ("warn", "1.4.2")
    (entry,) = found["checks"]["payment-api:responseTime"]
    assert entry == {
        "status": "warn",
        "observedValue": 0,
        "observedUnit": "ms",
        "time": "2026-11-22T04:00:00.000000Z",
        "output": "breaker open",
    }
    assert "output" not in found["checks"]["orders-db:responseTime"][0]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((), 200),
        ((Status.HEALTHY, Status.DEGRADED), 200),
        ((Status.DEGRADED, Status.UNHEALTHY, Status.HEALTHY), 503),
    ],
)
def test_only_unhealthy_is_an_error_to_a_load_balancer(statuses: tuple[Status, ...], code: int):
    report = Report(AT, "", tuple(Entry(str(n), Result(), 0, status) for n, status in enumerate(statuses)))
    assert report.code == code
    assert report.status is worst(statuses)
    assert "version" not in json.loads(report.body())


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/health+json", HEALTH_JSON),
        ("Application/Health+JSON; q=0.5, */*;q=0.1", HEALTH_JSON),
        ("application/json, application/health+json;q=0.9", JSON),
        ("application/health+json;q=0", JSON),
        ("application/health+json;q=often", JSON),
    ],
)
def test_the_media_type_is_the_one_that_is_asked_for(accept: str, media: str):
    assert media_type(accept) == media


def test_reasons_and_details_are_scrubbed_and_are_json():
    result = Result(Status.DEGRADED, "redis://u:hunter2@h", {"at": "pwd=hunter2", "lag": float("nan"), "on": True})
    body = Report(AT, "", (Entry("a", result, 0, Status.DEGRADED),)).body()
    assert b"hunter2" not in body
    assert json.loads(body)["checks"]["a"]["lag"] == "nan"
    assert json.loads(body)["checks"]["a"]["on"] is True


def test_a_detail_cannot_hide_the_status():
    with pytest.raises(ValueError, match="status in `detail` would hide our own"):
        Result(detail={"status": "fine"})
