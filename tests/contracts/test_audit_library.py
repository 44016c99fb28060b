"""Services that record straight into a database, several at once; each event has one place."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from surefoot import audit, wiring
from surefoot.edge.store import opening
from surefoot.edge.store.opening import address
from tests.postgres import Cluster

pytestmark = pytest.mark.req("AUD-1", "AUD-3")
EXPORT = {"scope": "all", "format": "csv"}


def sequenced(database: str, keys: Path) -> int:
    with wiring.audit_log(wiring.Database(database, keys), None) as desk:
        return desk.head().edge.size


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.1)


def test_an_event_is_in_the_log_when_the_call_returns(database: str, tmp_path: Path):
    with audit.open(database, keys=tmp_path / "keys", service="shop") as log:
        receipts = [
            log.submit("data.export", target=audit.thing("report", number), detail=EXPORT) for number in range(50)
        ]
        assert sorted(one.result(20).index or 0 for one in receipts) == list(range(50))
    assert sequenced(database, tmp_path / "keys") == 50


def test_of_two_services_one_sequences_what_the_other_puts_into_the_inbox(database: str, tmp_path: Path):
    keys = tmp_path / "keys"
    with audit.open(database, keys=keys, service="one") as one, audit.open(database, keys=keys, service="two") as two:
        for number in range(20):
            for log in (one, two):
                receipt = log.record("data.export", target=audit.thing("report", number), detail=EXPORT)
                assert receipt.kept in {audit.Kept.SEQUENCED, audit.Kept.INBOX}
        until(lambda: sequenced(database, keys) == 40)
    assert sequenced(database, keys) == 40


@pytest.mark.real
def test_a_service_that_starts_before_its_database_loses_nothing(postgres: Cluster, tmp_path: Path):
    database, keys = postgres.url("begun_too_late"), tmp_path / "keys"
    with audit.open(database, keys=keys, service="shop") as log:
        receipt = log.record("data.export", target=audit.thing("report", 1), detail=EXPORT)
        assert receipt.kept is audit.Kept.SPOOLED
        engine = opening.engine(address(postgres.url())).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE begun_too_late"))
        engine.dispose()
        until(lambda: not log.waiting)
        assert log.record("data.export", target=audit.thing("report", 2), detail=EXPORT).kept is audit.Kept.SEQUENCED
    assert sequenced(database, keys) == 4  # two events, and that the log was away and came back
