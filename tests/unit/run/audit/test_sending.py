"""The server goes away and comes back: nothing acknowledged is lost, and the gap is told (AUD-3)."""

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from surefoot.domain.audit.catalogue import Catalogue, EventType
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Json, Outcome, Status, Target
from surefoot.edge.spool import FileSpool
from surefoot.errors import PortError, RecordRefused, SpoolError
from surefoot.ports.http import Answer as Response
from surefoot.run.audit.appending import Answer, Kept, Receipt
from surefoot.run.audit.sending import Outgoing, Sending, Server, gap, outgoing

pytestmark = pytest.mark.req("AUD-3")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
KINDS = {"order.ship": "data", "user.grant": "administration", "page.view": "noise", "log.spool": "operation"}
CATALOGUE = Catalogue(
    {name: EventType(name, kind, "medium", (), (), name, "built in") for name, kind in KINDS.items()},
    {"data": "spool", "administration": "block", "noise": "drop+count", "operation": "spool"},
)


class Wire:
    """A server that can be away, refuse a target, or take only so many at a time; and the process around."""

    def __init__(self, folder: Path, limit: int = 1 << 20, size: int = 1 << 20) -> None:
        self._ids = itertools.count(1)
        self.log: dict[str, dict[str, Any]] = {}
        self.requests: list[int] = []
        self.status = 202
        self.most = 1000
        self.body: bytes | None = None
        self.sentences: list[str] = []
        self.seconds = 0.0
        self.spool = FileSpool(folder / "spool", limit)
        server = Server(self, "https://log.example", {"Authorization": "Bearer x"}, 5.0, size, 2.0)
        self.sending = Sending(server, self.spool, CATALOGUE, self)

    def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Response:
        raise NotImplementedError

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Response:
        assert url == "https://log.example/in/audit"
        assert headers["Authorization"] == "Bearer x"
        assert timeout == 5.0
        lines = body.split(b"\n")
        self.requests.append(len(lines))
        if self.status == 0:
            raise PortError("nobody answers")
        if len(lines) > self.most:
            return Response(413, b"{}")
        if self.status != 202 or self.body is not None:
            return Response(self.status, self.body or b'{"detail": "not now"}')
        receipts, refusals = [], []
        for number, line in enumerate(lines, 1):
            event = json.loads(line)
            if event["target"]["id"] == "bad":
                refusals.append({"line": number, "field": "target.id", "message": "bad"})
            else:
                self.log.setdefault(event["id"], event)
                index = list(self.log).index(event["id"])
                receipts.append({"line": number, "id": event["id"], "kept": "sequenced", "index": index})
        return Response(400 if refusals else 202, orjson.dumps({"receipts": receipts, "refusals": refusals}))

    def clock(self) -> float:
        return self.seconds

    def own(self, **detail: Json) -> Event:
        return gap(CATALOGUE, "shop", (self.new_id(), NOW), detail)

    def told(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def new_id(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._ids):012d}"

    def event(self, kind: str = "order.ship", target: str = "1") -> Outgoing:
        actor, action = Actor(ActorType.SYSTEM, "test"), Action(kind, KINDS[kind])
        made = Event(self.new_id(), NOW, actor, action, Target("thing", target), Outcome(Status.SUCCESS))
        return outgoing(made, CATALOGUE)

    def take(self, *batch: Outgoing) -> list[Answer]:
        return self.sending.take(batch)

    def stored(self) -> list[tuple[str, dict[str, Any]]]:
        return [(one["action"]["type"], one["detail"]) for one in self.log.values()]

    def back(self) -> None:
        self.status, self.body = 202, None
        self.seconds += 10


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    return Wire(tmp_path)


def test_each_event_has_its_own_answer(wire: Wire):
    good, bad = wire.event(), wire.event(target="bad")
    taken, refused = wire.take(good, bad)
    assert taken == Receipt(good.id, Kept.SEQUENCED, 0)
    assert isinstance(refused, RecordRefused)
    assert refused.field == "target.id"


@pytest.mark.parametrize("status", [0, 401, 403, 404, 500, 503])
def test_while_nobody_takes_them_events_wait_block_or_are_counted(wire: Wire, status: int):
    wire.status = status
    kept, blocked, dropped = wire.take(wire.event(), wire.event("user.grant"), wire.event("page.view"))
    assert isinstance(kept, Receipt)
    assert kept.kept is Kept.SPOOLED
    assert isinstance(blocked, PortError)
    assert "log.example" in str(blocked)
    assert isinstance(dropped, Receipt)
    assert dropped.kept is Kept.DROPPED
    assert len(wire.sentences) == 1
    wire.back()
    later = wire.event()
    assert wire.take(later) == [Receipt(later.id, Kept.SEQUENCED, 3)]
    assert [kind for kind, _ in wire.stored()] == ["log.spool", "order.ship", "log.spool", "order.ship"]
    assert wire.stored()[2][1] == {"state": "closed", "records": 2, "dropped": 1}
    assert wire.spool.empty


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"receipts": [{"line": 1}]}', b'{"receipts": []}'])
def test_an_answer_that_is_none_counts_as_none(wire: Wire, body: bytes):
    wire.body = body
    (kept,) = wire.take(wire.event())
    assert isinstance(kept, Receipt)
    assert kept.kept is Kept.SPOOLED


def test_a_server_that_did_not_answer_is_left_alone_for_a_while(wire: Wire):
    wire.status = 0
    for _ in range(5):
        wire.take(wire.event())
    assert len(wire.requests) == 1
    wire.seconds += 2
    wire.take(wire.event())
    assert len(wire.requests) == 2


def test_what_waits_is_sent_without_a_further_event(wire: Wire):
    wire.status = 0
    wire.take(wire.event())
    wire.back()
    assert wire.take() == []
    assert [kind for kind, _ in wire.stored()] == ["log.spool", "order.ship", "log.spool"]


def test_a_process_that_follows_sends_what_the_one_before_left(tmp_path: Path):
    before = Wire(tmp_path)
    before.status = 0
    event = before.event()
    before.take(event)
    after = Wire(tmp_path)
    after.take()
    assert event.id in after.log


def test_sending_again_what_arrived_doubles_nothing(wire: Wire):
    event = wire.event()
    wire.status = 500  # it may have been taken
    wire.take(event)
    wire.log[event.id] = json.loads(event.body)
    wire.back()
    wire.take()
    assert [kind for kind, _ in wire.stored()].count("order.ship") == 1


def test_a_refusal_of_what_waited_is_told_and_the_rest_is_sent(wire: Wire):
    wire.status = 0
    wire.take(wire.event(target="bad"), wire.event())
    wire.back()
    wire.take()
    assert wire.stored()[-1][1] == {"state": "closed", "records": 3, "refused": 1}
    assert any("refused" in sentence for sentence in wire.sentences)


def test_requests_stay_below_the_size_and_are_halved_where_they_are_too_large(tmp_path: Path):
    wire = Wire(tmp_path, size=1000)
    answers = wire.take(*(wire.event() for _ in range(10)))
    assert all(isinstance(answer, Receipt) for answer in answers)
    assert max(wire.requests) < 10
    wire = Wire(tmp_path / "halved")
    wire.most = 3
    assert len(wire.take(*(wire.event() for _ in range(10)))) == 10
    assert len(wire.log) == 10
    wire.most = 0
    (answer,) = wire.take(wire.event())
    assert isinstance(answer, RecordRefused)


def test_a_full_spool_is_told(tmp_path: Path):
    wire = Wire(tmp_path, limit=10)
    wire.status = 0
    (answer,) = wire.take(wire.event())
    assert isinstance(answer, SpoolError)


def test_what_does_not_fit_its_type_is_not_sent():
    actor = Actor(ActorType.SYSTEM, "test")
    event = Event("x", NOW, actor, Action("order.ships", ""), Target("thing", "1"), Outcome(Status.SUCCESS))
    with pytest.raises(RecordRefused, match=r"order\.ship"):
        outgoing(event, CATALOGUE)
