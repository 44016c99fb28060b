"""Recording from one's own code."""

import asyncio
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

import surefoot
from surefoot import audit
from tests.unit.audit.seen import Seen

pytestmark = pytest.mark.req("AUD-1")
ORDER = audit.thing("order", 7)
ANA = audit.user("ana", ip_address="203.0.113.7")


def test_an_event_is_durable_and_has_its_place_when_the_call_returns(log: audit.Log, seen: Seen):
    receipt = log.record("entity.update", target=ORDER, actor=ANA, changes={"state": ("paid", "shipped")})
    assert receipt == audit.Receipt(seen.last.id, audit.Kept.SEQUENCED, 0)
    assert (seen.last.action.category, seen.last.action.description) == ("data", "Something was changed")
    assert not log.waiting


def test_floats_become_digits(log: audit.Log, seen: Seen):
    changes = [audit.change("total", 0.1, 1e21)]
    log.record("entity.update", target=ORDER, actor=ANA, changes=changes, detail={"rates": [0.5, 2]})
    assert seen.last.detail == {"rates": ["0.5", 2]}
    assert (seen.last.changes[0].old_value, seen.last.changes[0].new_value) == ("0.1", "1000000000000000000000")


def test_what_cannot_be_written_is_refused_with_its_field(log: audit.Log):
    with pytest.raises(audit.RecordRefused) as refused:
        log.record("entity.update", target=ORDER, actor=ANA, detail={"share": float("nan")})
    assert refused.value.field == "detail.share"
    with pytest.raises(audit.RecordRefused) as refused:
        log.record("data.export", target=ORDER, actor=ANA, detail={"scope": "all"})
    assert refused.value.field == "detail.format"


def test_a_type_that_nobody_declared_is_refused_with_the_one_that_was_meant(log: audit.Log):
    with pytest.raises(audit.RecordRefused, match=r"entity\.update"):
        log.record("entity.updated", target=ORDER, actor=ANA)


def test_the_same_id_is_taken_once(log: audit.Log):
    given, at = uuid.uuid4(), datetime(2026, 1, 1, tzinfo=UTC)
    again = [
        log.record("entity.create", target=ORDER, actor=ANA, changes={"state": (None, "new")}, id=given, at=at)
        for _ in range(2)
    ]
    assert [one.index for one in again] == [0, 0]
    with pytest.raises(audit.RecordRefused, match="give each event its own"):
        log.record("entity.delete", target=ORDER, actor=ANA, changes={"state": ("new", None)}, id=given)


def test_whoever_acts_is_the_actor_also_across_tasks(log: audit.Log, seen: Seen):
    async def export() -> None:
        await log.record_async("data.export", target=ORDER, detail={"scope": "all", "format": "csv"})

    async def both() -> None:
        with audit.acting(ANA):
            await asyncio.create_task(export())

    asyncio.run(both())
    assert seen.actor == ("user", "ana", "203.0.113.7")
    with pytest.raises(audit.RecordRefused, match="nobody acts"):
        log.record("entity.delete", target=ORDER)


def test_a_service_acts_itself_where_nobody_else_does(tmp_path: Path, seen: Seen):
    with audit.open(tmp_path / "audit.db", keys=tmp_path / "keys", service="billing") as log:
        log.record("entity.delete", target=ORDER, changes={"state": ("paid", None)})
        assert seen.actor == ("system", "billing", None)
        log.record("entity.delete", target=ORDER, actor=audit.api_key("k1"), changes={"state": ("paid", None)})
        assert seen.actor == ("api_key", "k1", None)
    assert seen.last.detail == {"service": "billing"}


def test_a_failure_says_why(log: audit.Log, seen: Seen):
    log.record("password.change", target=audit.thing("user", "ana"), actor=ANA, outcome=audit.failure("too short"))
    assert (seen.last.outcome.status, seen.last.outcome.reason) == ("failure", "too short")
    log.record("password.change", target=audit.thing("user", "ana"), actor=ANA, outcome="failure")
    assert seen.last.outcome.status == "failure"


def test_the_package_offers_it_by_name():
    assert surefoot.audit is audit
