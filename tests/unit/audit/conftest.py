"""Logs of services, on a file each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot import audit
from surefoot.domain.audit.record import Event
from surefoot.run.audit.log import AuditLog
from tests.unit.audit.seen import Seen


@pytest.fixture
def log(tmp_path: Path) -> Iterator[audit.Log]:
    with audit.open(tmp_path / "audit.db", keys=tmp_path / "keys") as opened:
        yield opened


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Return the events that go into a local log, as they were before their personal values were sealed."""
    events: list[Event] = []
    record = AuditLog.record

    def spied(self: AuditLog, event: Event):
        events.append(event)
        return record(self, event)

    monkeypatch.setattr(AuditLog, "record", spied)
    return Seen(events)
