"""Events by way of logging: the application never notices when one fails."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot import audit
from surefoot.audit.logging import AuditHandler
from tests.unit.audit.seen import Seen

EXPORT = {"type": "data.export", "target": audit.thing("report", 1), "detail": {"scope": "all", "format": "csv"}}


@pytest.fixture
def failed(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    found: list[logging.LogRecord] = []
    monkeypatch.setattr(AuditHandler, "handleError", lambda _, record: found.append(record))
    return found


@pytest.fixture
def logger(log: audit.Log) -> Iterator[logging.Logger]:
    made = logging.getLogger("shop")
    handler = AuditHandler(log)
    made.addHandler(handler)
    yield made
    made.removeHandler(handler)


@pytest.mark.req("AUD-1")
def test_a_message_with_an_event_is_recorded(logger: logging.Logger, seen: Seen, failed: list[logging.LogRecord]):
    with audit.acting(audit.user("ana")):
        logger.warning("exported", extra={"audit": EXPORT})
    assert (seen.last.action.type, seen.last.actor.id) == ("data.export", "ana")
    assert failed == []


def test_an_exception_makes_it_a_failure(logger: logging.Logger, seen: Seen):
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logger.exception("not exported", extra={"audit": {**EXPORT, "actor": audit.user("ana")}})
    assert (seen.last.outcome.status, seen.last.outcome.reason) == ("failure", "ZeroDivisionError")


def test_other_messages_are_left_alone(logger: logging.Logger, seen: Seen):
    logger.warning("nothing to see")
    assert seen.events == []


@pytest.mark.parametrize("said", [{}, {"type": 7}, {"type": "nope"}, "data.export", {**EXPORT, "colour": 1}, EXPORT])
def test_what_cannot_be_recorded_never_reaches_the_application(
    said: object, logger: logging.Logger, failed: list[logging.LogRecord]
):
    logger.warning("exported", extra={"audit": said})
    assert len(failed) == 1


def test_a_disk_that_fails_never_reaches_the_application(tmp_path: Path, failed: list[logging.LogRecord]):
    log = audit.open(tmp_path / "audit.db", keys=tmp_path / "keys", service="shop")
    (tmp_path / "audit.db").rename(tmp_path / "gone.db")
    handler = AuditHandler(log)
    change = {"type": "setting.change", "target": audit.thing("setting", "tls"), "changes": {"tls": (True, False)}}
    handler.emit(logging.makeLogRecord({"audit": change}))  # of a category that blocks
    log.close()
    assert len(failed) == 1
