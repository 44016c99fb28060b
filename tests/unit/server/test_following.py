"""What is recorded is sequenced and indexed soon, and a lag shows."""

import uuid
from datetime import UTC, datetime

import pytest

from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.errors import StoreError
from surefoot.run.access.inbox import Inbox
from surefoot.server.following import Following
from tests.unit.server.place import Place

pytestmark = pytest.mark.req("AUD-3", "AUD-6")


def offer(place: Place) -> None:
    """Put an event of Surefoot's own into the inbox."""
    event = Event(
        str(uuid.uuid4()),
        datetime.now(UTC),
        Actor(ActorType.USER, "ana"),
        Action("session.end", "authentication"),
        Target("user", "ana"),
        Outcome(Status.SUCCESS),
    )
    door = Inbox("main", place.services.desk.log.means.preparing)
    place.store.write(lambda tx: door.record(tx, event))


def figures(place: Place) -> dict[str, float]:
    lines = place.client().get("/metrics").text.splitlines()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if line.startswith("surefoot_audit"))
    }


def test_a_round_takes_the_inbox_into_log_and_index(place: Place):
    following = Following(place.app.house)
    assert not following.round()  # there is no log yet
    offer(place)
    offer(place)
    assert following.round()
    assert not following.round()
    found = figures(place)
    states = [found[f'surefoot_audit_records{{state="{state}"}}'] for state in ("sequenced", "indexed", "waiting")]
    assert states == [2, 2, 0]


def test_the_lag_grows_until_everything_is_indexed(place: Place, monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr("surefoot.server.following.monotonic", lambda: now[0])
    following = Following(place.app.house)
    offer(place)
    monkeypatch.setattr(type(place.services.desk.log), "follow", lambda _: False)  # another process leads, and hangs
    now[0] += 7
    following.round()
    assert figures(place)["surefoot_audit_lag_seconds"] == 7
    monkeypatch.undo()


def test_a_reason_is_told_once(place: Place):
    following = Following(place.app.house)
    for _ in range(3):
        following.failed(StoreError("away"))
    following.round()
    following.failed(StoreError("away"))
    assert place.log.getvalue().count("audit-log-behind") == 2
