"""The command line's log over both databases: written, asked, verified; while it is away, spooled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from surefoot import wiring
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.reading import Grant
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.audit.verify import verify
from surefoot.errors import StoreError
from surefoot.run.audit.appending import Kept
from surefoot.run.audit.asking import Question, ask
from surefoot.run.audit.desk import Desk

GRANT = Grant("command-line", "auditor")


def viewed(number: int) -> Event:
    return Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        actor=Actor(ActorType.USER, "ana"),
        action=Action("sensitive.view", "data", ""),
        target=Target("order", str(number)),
        outcome=Outcome(Status.SUCCESS),
    )


def intact(desk: Desk) -> bool:
    desk.catch_up()
    return desk.store.read(lambda tx: verify(desk.stored(tx, verifying=True), desk.key, desk.key.name)).intact


@pytest.mark.req("AUD-3", "AUD-5")
def test_what_is_written_is_found_and_verifies(database: str, tmp_path: Path):
    place = wiring.Database(database, tmp_path / "keys")
    for first in (0, 5):
        with wiring.audit_log(place, None, create=True) as desk:
            waiting = [desk.log.record(viewed(first + at)) for at in range(5)]
            assert [one.result(30).index for one in waiting] == list(range(first, first + 5))
    with wiring.audit_log(place, None) as desk:
        found = ask(desk, Question(Filter(actor="ana"), "a test", 20), GRANT)
        assert len(found.shown) == 10
        assert intact(desk)


@pytest.mark.req("AUD-3", "PLT-7")
def test_two_that_have_the_log_open_write_one(database: str, tmp_path: Path):
    place = wiring.Database(database, tmp_path / "keys")
    with wiring.audit_log(place, None, create=True) as one, wiring.audit_log(place, None) as other:
        kept = [(one, other)[at % 2].log.record(viewed(at)).result(30).kept for at in range(10)]
        assert set(kept) <= {Kept.SEQUENCED, Kept.INBOX}
        one.catch_up()
        found = ask(one, Question(Filter(actor="ana"), "a test", 20), GRANT)
        assert len(found.shown) == 10
        assert intact(one)


@pytest.mark.req("AUD-3")
def test_a_server_that_is_not_there_stops_questions_and_no_events(tmp_path: Path):
    place = wiring.Database("postgresql://nobody@127.0.0.1:1/nothing", tmp_path / "keys")
    with wiring.audit_log(place, None, spooling=True) as desk:
        assert desk.log.record(viewed(0)).result(30).kept is Kept.SPOOLED
        with pytest.raises(StoreError):
            desk.head()
    with pytest.raises(StoreError), wiring.audit_log(place, None):
        pass
