"""A log at the hands of the command line: what is recorded before the answer, and who is named how."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from surefoot import wiring
from surefoot.domain.audit.exports import jsonl
from surefoot.domain.audit.filter import Filter, parse
from surefoot.domain.audit.proof import parse_proof, verify_proof
from surefoot.domain.audit.reading import Grant
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.audit.verify import verify
from surefoot.errors import NoteError, PortError, ProofError, RecordRefused
from surefoot.run.audit.appending import Kept
from surefoot.run.audit.asking import Answer, Question, ask, concealed
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.exported import ExportedLog
from surefoot.run.audit.exporting import Prover, matching, proven, static, visible
from surefoot.run.audit.rotating import rotate

AT = datetime(2026, 1, 1, tzinfo=UTC)
AUDITOR = Grant("command-line", "auditor")
Opener = Callable[..., AbstractContextManager[Desk]]


def login(number: int, who: str = "ana") -> Event:
    return Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        timestamp=AT,
        actor=Actor(ActorType.USER, who, "203.0.113.7"),
        action=Action("login.failure", "authentication", ""),
        target=Target("service", "shop"),
        outcome=Outcome(Status.FAILURE, "wrong password"),
        detail={"device": "phone"},
    )


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    place = wiring.Database(str(tmp_path / "log.db"), tmp_path / "keys")
    return lambda **options: wiring.audit_log(place, None, **{"create": True, **options})


@pytest.fixture
def desk(opened: Opener) -> Iterator[Desk]:
    with opened() as found:
        found.log.record(login(1)).result()
        found.log.record(login(2, "bob")).result()
        yield found


def put(desk: Desk, text: str, **more: object) -> Answer:
    question = Question(parse(text, AT), "a test", 10)
    return ask(desk, replace(question, **more), AUDITOR)  # type: ignore[arg-type]


@pytest.mark.req("AUD-5")
def test_a_question_stands_in_the_log_before_its_answer_and_names_nobody(desk: Desk):
    answer = put(desk, "actor=ana")
    assert [one.index for one in answer.shown] == [0]
    assert answer.indexed == answer.size == 3
    (asked,) = put(desk, "action=log.read", most=1, after=3).shown
    assert (asked.index, asked.event.actor.id) == (2, "command-line")
    assert asked.event.detail["purpose"] == "a test"
    assert str(asked.event.detail["filter"]).startswith("actor=user/subject:")


@pytest.mark.req("AUD-5")
def test_there_is_no_answer_when_the_question_cannot_be_recorded(desk: Desk):
    with pytest.raises(RecordRefused):
        put(desk, "action=" + "x" * 70_000)
    assert [one.event.action.type for one in put(desk, "", after=1).shown] == ["login.failure"]


@pytest.mark.req("AUD-4", "AUD-5")
def test_values_of_one_person_are_opened_for_a_purpose_and_that_is_recorded(desk: Desk):
    shown = put(desk, "action=login.*", reveal="ana").shown
    assert [(one.event.actor.id, one.event.actor.ip_address) for one in shown if one.index == 0] == [
        ("ana", "203.0.113.7")
    ]
    (other,) = [one.event for one in shown if one.index == 1]
    assert other.actor.id.startswith("subject:")
    (revealed,) = put(desk, "action=log.reveal").shown
    assert str(revealed.event.detail["subject"]).startswith("subject:")
    with pytest.raises(PortError, match="no key of `user/eve`"):
        put(desk, "", reveal="eve")


def test_people_are_named_by_pseudonyms_wherever_a_question_names_them(desk: Desk):
    named = concealed(Filter(actor="ana", target="user/bob", text="ana password"), desk.subjects)
    assert str(named.actor).startswith("user/subject:")
    assert str(named.target).startswith("user/subject:")
    assert named.text.startswith("subject:")
    assert named.text.endswith(" password")


def test_what_names_nobody_known_stays_or_is_hidden_if_it_says_that_it_is_a_user(desk: Desk):
    kept = Filter(actor="system/shop", target="order/7", text="x")
    assert concealed(kept, desk.subjects) == kept
    assert concealed(Filter(actor="user/eve"), desk.subjects).actor == "user/(nobody known)"
    assert concealed(Filter(actor="user/subject:12*"), desk.subjects).actor == "user/subject:12*"


@pytest.mark.req("AUD-3")
def test_an_event_with_personal_values_may_be_sent_again(desk: Desk):
    assert desk.log.record(login(1)).result().index == 0
    with pytest.raises(RecordRefused, match="other content"):
        desk.log.record(replace(login(1), detail={"device": "desk"})).result()


@pytest.mark.req("AUD-3")
def test_records_are_spooled_while_the_database_does_not_open_and_come_in_later(opened: Opener, tmp_path: Path):
    with opened() as desk:
        desk.log.record(login(1)).result()
    with closing(sqlite3.connect(tmp_path / "log.db", isolation_level=None)) as database:
        (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        database.execute("UPDATE alembic_version SET version_num = 'newer'")
        with opened(spooling=True) as desk:
            assert desk.log.record(login(2)).result().kept is Kept.SPOOLED
            with pytest.raises(PortError):
                put(desk, "")
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
    with opened() as desk:
        assert desk.log.record(login(3)).result().index is not None
        types = [one.event.action.type for one in put(desk, "action=lo*").shown]
        assert types.count("login.failure") == 3
        assert types.count("log.spool") == 2


@pytest.mark.req("AUD-3")
def test_every_exported_record_carries_a_proof_that_holds(desk: Desk):
    key = desk.log.identity.signer.key

    def work(tx: object) -> list[bytes]:
        log = desk.stored(tx)  # type: ignore[arg-type]
        prover = Prover(log, tx.log.head("main").checkpoint)  # type: ignore[attr-defined]
        found = visible(matching(log, Filter(action="login.*"), lambda _: None), AUDITOR, desk.log.means.catalogue)
        return list(jsonl.lines(proven(found, prover)))

    lines = desk.store.read(work)
    assert len(lines) == 2
    for number, line in enumerate(lines):
        body = line.partition(b'"record":')[2].rpartition(b"}")[0]
        shown = verify_proof(body, parse_proof(json.loads(line)["proof"]), [key])
        assert (shown.index, shown.origin) == (number, "surefoot/main")


@pytest.mark.req("AUD-3")
def test_exported_tiles_verify_without_the_store_and_show_what_was_changed(desk: Desk):
    for number in range(3, 600):
        desk.log.record(login(number))
    desk.log.record(login(600)).result()
    files = desk.store.read(lambda tx: dict(static(desk.stored(tx), tx.log.head("main").checkpoint, lambda _: None)))
    assert set(files) == {
        "checkpoint",
        *(f"tile/{place}" for place in ("0/000", "0/001", "0/002.p/88", "1/000.p/2")),
        *(f"tile/entries/{place}" for place in ("000", "001", "002.p/88")),
    }
    key = desk.log.identity.signer.key

    def kinds() -> list[tuple[str, int | None]]:
        found = verify(ExportedLog(files.get), key, key.name).verdicts
        return [(one.kind.value, one.index) for one in found if one.kind != "unanchored"]

    assert kinds() == []
    whole = files["tile/entries/001"]
    files["tile/entries/001"] = whole.replace(b"wrong password", b"right password", 1)
    assert kinds() == [("edited", 256)]
    files["tile/entries/001"] = whole[:-1]
    assert kinds()[0] == ("deleted", 256)
    del files["checkpoint"]
    with pytest.raises(NoteError, match="no file `checkpoint`"):
        kinds()


def test_a_damaged_record_is_named_by_an_export(opened: Opener, tmp_path: Path):
    with opened() as desk:
        desk.log.record(login(1)).result()
    with closing(sqlite3.connect(tmp_path / "log.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER audit_record_update")
        database.execute("UPDATE audit_record SET body = CAST(replace(body, 'shop', 'shap') AS BLOB)")
    with opened() as desk, pytest.raises(ProofError, match=r"record 0 is damaged .*surefoot audit verify"):
        desk.store.read(lambda tx: list(matching(desk.stored(tx), Filter(), lambda _: None)))


@pytest.mark.req("AUD-3")
def test_the_key_is_handed_over_in_the_log_and_old_records_still_verify(opened: Opener):
    with opened() as desk:
        desk.log.record(login(1)).result()
        first, second = desk.log.identity.signer.key, rotate(desk)
    with opened() as desk:
        assert desk.log.identity.signer.key == second
        desk.log.record(login(2)).result()
        third = rotate(desk)
    with opened() as desk:
        desk.log.record(login(3)).result()
        desk.catch_up()
        assert (desk.ring.past(), desk.log.identity.signer.key, desk.key) == ((first, second), third, first)
        assert desk.store.read(lambda tx: verify(desk.stored(tx), first, first.name)).intact


@pytest.mark.req("AUD-3")
def test_a_rotation_that_was_interrupted_is_finished_by_the_next(opened: Opener, monkeypatch: pytest.MonkeyPatch):
    with opened() as desk, monkeypatch.context() as patch:
        patch.setattr(type(desk.ring), "turn", lambda _: None)
        desk.log.record(login(1)).result()
        coming = rotate(desk)
    with opened() as desk:
        desk.log.record(login(2)).result()
        assert rotate(desk) == coming
        assert len(put(desk, "action=key.rotate").shown) == 1
    with opened() as desk:
        desk.log.record(login(3)).result()
        desk.catch_up()
        assert desk.log.identity.signer.key == coming
        assert desk.store.read(lambda tx: verify(desk.stored(tx), desk.key, coming.name)).intact


@pytest.mark.req("AUD-3")
def test_the_key_stays_while_another_process_could_go_on_with_it(opened: Opener):
    with opened() as desk:
        desk.log.record(login(1)).result()
        with opened() as other:
            for one in (desk, other):
                with pytest.raises(PortError, match="stop the server"):
                    rotate(one)
        rotate(desk)
