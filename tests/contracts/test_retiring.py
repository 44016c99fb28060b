"""Retention over both databases: sealed, purged, erased, and the log verifies after each step."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import pseudonym, unseal
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.record import Json, Target
from surefoot.domain.audit.verdict import Kind as Found
from surefoot.edge.erasures import ErasureFile
from surefoot.edge.store.lease import PostgresLease
from surefoot.edge.store.postgres import PostgresStore
from surefoot.errors import ArchiveError, PortError, ProofError
from surefoot.run.audit import rotating
from surefoot.run.audit.agenda import Agenda, Kind, agenda
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.erasing import Erasing
from surefoot.run.audit.keeping import retention
from surefoot.run.audit.retiring import Retiring
from surefoot.run.audit.sequencing import sequence
from tests.desks import DAY, LOG, NOW, Site, event, fill, kinds, system, verified

pytestmark = pytest.mark.req("AUD-4")
SHORT = "{retention: {all: {min: 200d, hot: 100d}}}"  # at hand 100 days, kept 200


@pytest.fixture
def site(database: str, tmp_path: Path) -> Site:
    return Site(database, tmp_path / "keys", tmp_path / "archive")


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    with site.desk() as opened_:
        yield opened_


@pytest.fixture
def look(desk: Desk, tmp_path: Path) -> Callable[..., Agenda]:
    def found(audit: str = SHORT, now: datetime = NOW) -> Agenda:
        kept = retention(system(tmp_path / "spec", audit))
        desk.catch_up()
        return agenda(desk, kept.plans, kept.segment, now)

    return found


def apply(desk: Desk, found: Agenda, *, tables: bool = False) -> list[str]:
    told: list[str] = []
    Retiring(desk, tables, told.append).carry_out(found)
    return told


def steps(found: Agenda) -> list[tuple[str, int, int]]:
    return [(step.kind.value, step.first, step.size) for step in found.steps]


def test_a_run_goes_from_the_database_to_a_file_and_from_there_for_good(
    desk: Desk, look: Callable[..., Agenda], site: Site
):
    fill(desk, [event(number, 150) for number in range(600)])
    assert steps(look()) == [("seal", 0, 512)]
    assert desk.head().edge.size == 600  # looking changes nothing
    assert "sealed records 0 to 511" in apply(desk, look())[0]
    assert kinds(desk) == set()
    assert desk.store.read(lambda tx: tx.log.rows(LOG, 0, 512)) == []
    later = NOW + 60 * DAY
    assert steps(look(now=later))[-1] == ("purge", 0, 512)
    (file,) = site.archive.rglob("*.zst")
    apply(desk, look(now=later))
    assert not file.exists()
    assert kinds(desk) == {Found.PURGED}
    assert desk.store.read(lambda tx: [one.purged_at is None for one in tx.log.segments(LOG)])[0] is False


def test_values_of_sealed_records_open_and_go_with_the_purge(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 150) for number in range(300)])
    apply(desk, look())
    key = desk.subjects.key("user/ana")
    name = pseudonym("user/ana", key)

    def kept() -> list[object]:
        return [
            unseal(one, key).value
            for one in desk.store.read(lambda tx: tx.log.openings(LOG, [event(0, 0).id]))
            if one.pseudonym == name
        ]

    assert sorted(map(str, kept())) == ["203.0.113.7", "ana"]
    apply(desk, look(now=NOW + 60 * DAY))
    assert kept() == []
    left = desk.store.read(lambda tx: tx.log.about(LOG, name))
    assert {place.record for place in left} == {event(number, 0).id for number in range(256, 300, 2)}


def test_the_records_of_sealing_and_purging_say_what_went(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 250) for number in range(256)])
    apply(desk, look())
    desk.catch_up()
    (sealed,) = desk.store.read(lambda tx: tx.log.find(LOG, Filter(action="segment.seal"), -1, 9))
    (purged,) = desk.store.read(lambda tx: tx.log.find(LOG, Filter(action="segment.purge"), -1, 9))
    said, gone = opened(sealed.body).detail, opened(purged.body).detail
    assert (said["first"], said["size"], said["root"]) == (gone["first"], gone["size"], gone["root"]) != (0, 0, "")
    assert said["ages"] == {"data": ["2019-04-26T00:00:00.000000Z", "2019-04-26T00:00:00.000000Z"]}


def test_a_young_record_keeps_its_run(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [*(event(number, 250) for number in range(255)), event(255, 10)])
    assert steps(look()) == []
    assert steps(look(now=NOW + 95 * DAY)) == [("seal", 0, 256)]


def test_a_legal_hold_of_the_spec_keeps_what_it_concerns(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 250) for number in range(256)])
    fill(desk, [event(number, 250, "authentication") for number in range(256, 512)])
    held = "{retention: {all: {min: 200d, hot: 100d}, categories: {data: {legal_hold: true}}}}"
    found = look(held)
    assert ("purge", 0, 256) not in steps(found)
    apply(desk, found)
    gone = desk.store.read(lambda tx: [one.first for one in tx.log.segments(LOG) if one.purged_at])
    assert 0 not in gone
    assert kinds(desk) <= {Found.PURGED}


def test_a_conflict_is_named_and_destroys_nothing(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 250) for number in range(256)])
    found = look("{retention: {all: {min: 300d, max: 200d, hot: 100d}}}")
    assert found.conflicts
    assert "at least" in found.conflicts[0]
    assert {step.kind for step in found.steps} == {Kind.SEAL, Kind.DECIDE}
    assert len(next(step for step in found.steps if step.kind is Kind.DECIDE).values) == 512
    apply(desk, found)
    assert Found.ERASED not in kinds(desk)


def test_records_that_must_stay_lose_the_values_that_may_not(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 150) for number in range(100)])
    fields = "{retention: {all: {min: 3y}, fields: {ip_address: {min: 30d, max: 90d}}}}"
    (step,) = look(fields).steps
    assert (step.kind, len(step.values), {place.field for place in step.values}) == (
        Kind.ERASE,
        100,
        {"actor.ip_address"},
    )
    apply(desk, look(fields))
    assert kinds(desk) == {Found.ERASED}
    assert steps(look(fields)) == []
    ana = pseudonym("user/ana", desk.subjects.key("user/ana"))
    assert {one.field for one in desk.store.read(lambda tx: tx.log.about(LOG, ana))} == {"actor.id"}


def test_values_in_sealed_files_are_erased_too(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 150) for number in range(256)])
    apply(desk, look("{retention: {all: {min: 3y, hot: 100d}}}"))
    fields = "{retention: {all: {min: 3y, hot: 100d}, fields: {ip_address: {min: 30d, max: 120d}}}}"
    assert steps(look(fields))[-1] == ("erase", 0, 256)
    apply(desk, look(fields))
    assert kinds(desk) == {Found.ERASED}


def test_too_few_records_for_a_purge_lose_their_values_at_the_most(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 250) for number in range(10)])
    found = look("{retention: {all: {min: 100d, max: 200d}}}")
    assert [(step.kind, len(step.values)) for step in found.steps] == [(Kind.ERASE, 20)]


def test_a_run_with_a_rotation_of_the_key_stays(desk: Desk, look: Callable[..., Agenda]):
    rotating.rotate(desk)
    fill(desk, [event(number, 250) for number in range(1, 256)])
    after = datetime.now(NOW.tzinfo) + timedelta(days=1000)
    found = look(now=after)
    assert [step.kind for step in found.steps if step.first == 0] == [Kind.SEAL, Kind.KEEP]


def test_records_that_are_not_those_of_the_tree_are_not_sealed(
    desk: Desk, look: Callable[..., Agenda], monkeypatch: pytest.MonkeyPatch
):
    fill(desk, [event(number, 150) for number in range(256)])
    monkeypatch.setattr(Retiring, "_bodies", lambda _self, _step: iter([b"{}"] * 256))
    with pytest.raises(ProofError, match="not those of the log's tree"):
        apply(desk, _sealing(look()))
    assert len(desk.store.read(lambda tx: tx.log.rows(LOG, 0, 256))) == 256


def test_a_file_that_comes_back_short_seals_nothing(
    desk: Desk, look: Callable[..., Agenda], monkeypatch: pytest.MonkeyPatch
):
    fill(desk, [event(number, 150) for number in range(256)])
    found = look()
    monkeypatch.setattr(desk.archive, "read", lambda _path: iter([b"{}"]))
    with pytest.raises(ArchiveError, match="1 of 256"):
        apply(desk, found)
    assert desk.store.read(lambda tx: tx.log.segments(LOG)) == []


def test_tables_stand_beside_the_files_and_go_with_them(desk: Desk, look: Callable[..., Agenda], site: Site):
    fill(desk, [event(number, 150) for number in range(256)])
    apply(desk, look(), tables=True)
    (table,) = site.archive.rglob("*.parquet")
    read = parquet.read_table(table)
    assert read.num_rows == 256
    assert read.column("target_id").to_pylist()[:3] == ["0", "1", "2"]
    assert "ana" not in str(read.column("actor_id").to_pylist())
    apply(desk, look(now=NOW + 60 * DAY))
    assert not table.exists()


def test_a_record_with_a_time_to_come_is_as_old_as_its_entry(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, -36_500) for number in range(256)])
    entry = datetime.now(NOW.tzinfo)
    assert ("purge", 0, 256) in steps(look(now=entry + 201 * DAY))


def test_a_forged_record_of_sealing_hastens_no_purge(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 150) for number in range(256)])
    apply(desk, look())
    (run,) = desk.store.read(lambda tx: tx.log.segments(LOG))
    old: Json = ["2000-01-01T00:00:00.000000Z", "2000-01-01T00:00:00.000000Z"]
    forged = desk.deed(
        "segment.seal", Target("segment", "x"), first=0, size=256, root=run.root.hex(), ages={"data": old}, rotations=0
    )
    desk.log.record(forged).result()
    assert steps(look()) == []
    assert steps(look(now=NOW + 60 * DAY)) == [("purge", 0, 256)]


def test_a_person_is_erased_and_nobody_else(desk: Desk, site: Site, look: Callable[..., Agenda]):
    fill(desk, [event(number, 150) for number in range(300)])
    apply(desk, look())
    ana = pseudonym("user/ana", desk.subjects.key("user/ana"))
    erasures = ErasureFile(site.keys / "erasures.jsonl")
    erasing = Erasing(desk, erasures, list)
    waiting = desk.log.means.preparing.entry(event(1000, 1))
    desk.store.write(lambda tx: tx.log.offer(LOG, [waiting]))

    prospect = erasing.prospect("ana", "request of today")
    assert (prospect.subject, prospect.key, prospect.records, sum(prospect.values.values())) == (ana, True, 151, 302)
    done = erasing.erase(prospect, "request of today")

    assert (done.subject, done.openings, done.by) == (ana, 302, "command-line")
    assert desk.subjects.find("user/ana") is None
    assert desk.store.read(lambda tx: tx.log.about(LOG, ana)) == []
    assert kinds(desk) == {Found.ERASED}
    erased = next(one for one in verified(desk).verdicts if one.kind is Found.ERASED)
    assert erased.message.startswith("302 personal values")
    bo = desk.subjects.key("user/bo")
    kept = desk.store.read(lambda tx: tx.log.openings(LOG, [event(number, 0).id for number in range(300)]))
    assert {unseal(one, bo).value for one in kept if one.place.field == "actor.id"} == {"bo"}
    assert len(kept) == 300
    assert [one.subject for one in erasures.all()] == [ana]
    bodies = b"".join(row.body for row in desk.store.read(lambda tx: tx.log.rows(LOG, 0, 10_000)))
    assert b"user/ana" not in bodies
    assert b'"ana"' not in bodies


def test_a_second_call_finishes_and_certifies_the_same(desk: Desk, site: Site):
    fill(desk, [event(number, 150) for number in range(10)])
    erasing = Erasing(desk, ErasureFile(site.keys / "erasures.jsonl"), list)
    first = erasing.erase(erasing.prospect("ana", "request"), "request")
    again = erasing.prospect(first.subject, "request")
    assert again.finished
    assert erasing.erase(again, "request") == first
    assert len(ErasureFile(site.keys / "erasures.jsonl").all()) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_erased_is_not_left_in_the_file(site: Site):
    with site.desk() as desk:
        fill(desk, [event(number, 150) for number in range(300)])
        ids = [event(number, 0).id for number in range(300)]
        ana = pseudonym("user/ana", desk.subjects.key("user/ana"))
        boxes = {one.pseudonym == ana: one.box for one in desk.store.read(lambda tx: tx.log.openings(LOG, ids))}
        erasing = Erasing(desk, ErasureFile(site.keys / "erasures.jsonl"), list)
        erasing.erase(erasing.prospect("ana", "request"), "request")
    files = b"".join(file.read_bytes() for file in Path(site.database).parent.glob("surefoot.db*"))
    assert [boxes[True] in files, boxes[False] in files] == [False, True]


def test_nothing_is_erased_while_records_wait_elsewhere(desk: Desk, site: Site):
    fill(desk, [event(0, 150)])
    erasing = Erasing(desk, ErasureFile(site.keys / "erasures.jsonl"), lambda: ["spool/2"])
    with pytest.raises(PortError, match="records wait in spool/2"):
        erasing.erase(erasing.prospect("ana", "request"), "request")
    assert desk.subjects.find("user/ana")
    assert ErasureFile(site.keys / "erasures.jsonl").all() == []


def test_the_reason_must_not_name_the_subject_and_the_subject_must_be_known(desk: Desk, site: Site):
    fill(desk, [event(0, 150)])
    erasing = Erasing(desk, ErasureFile(site.keys / "erasures.jsonl"), list)
    with pytest.raises(PortError, match="names the subject"):
        erasing.prospect("ana", "Ana asked for it")
    with pytest.raises(PortError, match="no key of `user/eve`"):
        erasing.prospect("eve", "request")


@pytest.mark.req("PLT-7")
@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
def test_another_process_may_lead_meanwhile(desk: Desk, look: Callable[..., Agenda]):
    fill(desk, [event(number, 250) for number in range(300)])
    assert isinstance(desk.store, PostgresStore)
    lease = PostgresLease(desk.store, LOG)
    assert lease.leads()
    apply(desk, look())
    entry = desk.log.means.preparing.entry(event(5000, 1))
    size = desk.head().edge.size
    assert desk.store.write(lambda tx: sequence(tx, desk.log.identity, [entry], lease.epoch())) == [size]
    assert kinds(desk) == {Found.PURGED}
    lease.lost()


def _sealing(found: Agenda) -> Agenda:
    assert [step.kind for step in found.steps] == [Kind.SEAL]
    return found
