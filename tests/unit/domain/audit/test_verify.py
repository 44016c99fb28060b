"""Each verdict, found in a log of 3,000 records with a checkpoint every 100."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.commitment import Opening, Place, commit
from surefoot.domain.audit.logreader import Disclosure, Purge, Record, StoredCheckpoint
from surefoot.domain.audit.note import Signer
from surefoot.domain.audit.record import Action, Json
from surefoot.domain.audit.rotation import rotation
from surefoot.domain.audit.tree import EMPTY, Edge, extend, leaf_hash, root
from surefoot.domain.audit.verdict import Kind, Verification, Weight
from tests.auditlogs import ANA, OTHER, SIGNER, START, MemoryLog, edited, event, log_of

pytestmark = pytest.mark.req("AUD-3")
Found = list[tuple[str, int | None]]


def after(tamper: Callable[[MemoryLog], object], size: int = 3_000) -> Found:
    log = log_of(size)
    tamper(log)
    return log.kinds()


def stranger(position: int) -> Record:
    return Record(position, event(99_999).id, sealed(event(99_999)).body)


def edit(log: MemoryLog, *positions: int) -> None:
    for position in positions:
        log.rows[position] = edited(log.rows[position])


def drop(log: MemoryLog, first: int, last: int) -> None:
    del log.rows[first:last]
    log.renumber()


def put(log: MemoryLog, position: int, record: Record) -> None:
    log.rows.insert(position, record)
    log.renumber()


def swap(log: MemoryLog, one: int, other: int) -> None:
    log.rows[one], log.rows[other] = log.rows[other], log.rows[one]
    log.renumber()


def spoil(log: MemoryLog, level: int, index: int, place: int) -> None:
    data = bytearray(log.tiles[level, index])
    data[place * 32] ^= 1
    log.tiles[level, index] = bytes(data)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 3_000])
def test_untouched_log_is_intact(size: int):
    found = log_of(size).verify()
    assert found.intact
    assert found.verdicts == ()
    assert found.size == size
    assert any("never sent" in sentence for sentence in found.cannot_know)


@pytest.mark.parametrize("position", [0, 255, 256, 1_234, 2_999])
def test_edited_record_is_located(position: int):
    assert after(lambda log: edit(log, position)) == [("edited", position)]


def test_edited_record_with_its_old_checksum_is_said_to_be():
    log = log_of(300)
    log.rows[7] = log.rows[7]._replace(body=log.rows[7].body.replace(b"old@", b"odd@"))
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.index) == (Kind.EDITED, 7)
    assert found.message == "record 7: not what was logged; its checksum does not fit"


def test_several_edits_are_all_located_neighbours_as_one():
    assert after(lambda log: edit(log, 10, 11, 12, 700, 2_999)) == [("edited", 10), ("edited", 700), ("edited", 2_999)]
    assert after(lambda log: edit(log, *range(3_000))) == [("edited", 0)]


@pytest.mark.parametrize(("first", "last"), [(0, 1), (300, 301), (255, 257), (300, 1_300)])
def test_deleted_records_are_located_with_and_without_renumbering(first: int, last: int):
    assert after(lambda log: drop(log, first, last)) == [("deleted", first)]
    assert after(lambda log: log.rows.__delitem__(slice(first, last))) == [("deleted", first)]


@pytest.mark.parametrize("left", [0, 1, 2_500, 2_999])
def test_cut_tail_is_truncated_from_the_first_missing_record(left: int):
    assert after(lambda log: log.rows.__delitem__(slice(left, None))) == [("truncated", left)]


@pytest.mark.parametrize("position", [0, 300, 2_999, 3_000])
def test_inserted_record_is_located(position: int):
    assert after(lambda log: put(log, position, stranger(0))) == [("inserted", position)]


def test_record_under_an_index_that_is_taken_is_inserted():
    assert after(lambda log: log.rows.insert(300, stranger(299))) == [("inserted", 299)]


def test_copied_record_is_inserted_and_its_id_doubled():
    assert after(lambda log: put(log, 301, log.rows[300])) == [("duplicate id", 301), ("inserted", 301)]


def test_id_that_was_logged_twice_is_found_though_the_tree_holds():
    log = log_of(300)
    log.append([event(300), event(17)])
    log.pin()
    assert log.kinds() == [("duplicate id", 301)]


def test_id_column_that_lies_is_found():
    assert after(lambda log: log.rows.__setitem__(5, log.rows[5]._replace(id="x"))) == [("edited", 5)]


@pytest.mark.parametrize(("one", "other"), [(500, 501), (500, 502), (255, 256), (500, 2_501), (0, 2_999)])
def test_swapped_records_are_reordered(one: int, other: int):
    assert after(lambda log: swap(log, one, other)) == [("reordered", one)]


@pytest.mark.parametrize(("old", "new"), [(100, 2_000), (2_000, 100), (0, 2_999)])
def test_moved_record_is_reordered(old: int, new: int):
    assert after(lambda log: put(log, new, log.rows.pop(old))) == [("reordered", min(old, new))]


def test_different_changes_are_told_apart():
    def tamper(log: MemoryLog) -> None:
        swap(log, 2_000, 2_001)
        drop(log, 1_000, 1_001)
        put(log, 500, stranger(0))
        edit(log, 100)

    assert after(tamper) == [("edited", 100), ("inserted", 500), ("deleted", 1_000), ("reordered", 2_000)]


@pytest.mark.parametrize(
    ("level", "index", "place", "first"),
    [(0, 3, 1, 769), (0, 11, 1, 2_817), (0, 0, 0, 0), (1, 0, 1, 256), (1, 0, 10, 2_560)],
)
def test_damaged_tile_is_told_from_damaged_records(level: int, index: int, place: int, first: int):
    log = log_of(3_000)
    spoil(log, level, index, place)
    (found, *more) = log.verify().verdicts
    assert (found.kind, found.index, more) == (Kind.DAMAGED_TILE, first, [])
    assert f"tile/{level}/{index:03d}" in found.message


@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 3), (0, 11), (1, 0)])
def test_lost_tile_is_damaged_and_records_hold(level: int, index: int):
    assert after(lambda log: log.tiles.pop((level, index))) == [("damaged tile", index * 256)]


def test_lost_tile_with_a_lost_record_under_it():
    def tamper(log: MemoryLog) -> None:
        del log.tiles[0, 3], log.rows[800]

    assert after(tamper) == [("damaged tile", 768), ("deleted", 800)]


def test_record_rewritten_together_with_its_tiles_is_found_between_checkpoints():
    def tamper(log: MemoryLog) -> None:
        edit(log, 1_234)
        log.rebuild()

    log = log_of(3_000)
    tamper(log)
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.index, found.checkpoint) == (Kind.EDITED, 1_200, "checkpoint 12")
    assert "from 1200 up to 1299" in found.message


def test_record_rewritten_together_with_its_leaf_is_found_between_checkpoints():
    def tamper(log: MemoryLog) -> None:
        edit(log, 1_234)
        log.tiles[0, 4] = b"".join(leaf_hash(row.body) for row in log.rows[1_024:1_280])

    assert after(tamper) == [("edited", 1_200)]


def test_log_smaller_than_a_pin_was_rolled_back():
    def tamper(log: MemoryLog) -> None:
        del log.rows[2_000:], log.notes[20:]
        log.rebuild()

    log = log_of(3_000)
    tamper(log)
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.index, found.checkpoint) == (Kind.ROLLED_BACK, 2_000, "pin 1")


def resigned(log: MemoryLog, position: int) -> None:
    """Rewrite history as the holder of the key can: record, tiles and every stored checkpoint."""
    edit(log, position)
    log.notes, log.tiles, log.edge = [], {}, Edge()
    for first in range(0, len(log.rows), 100):
        log.grow([leaf_hash(row.body) for row in log.rows[first : first + 100]])
        log.state()


def test_history_rewritten_by_the_holder_of_the_key_forks_from_the_pin():
    log = log_of(3_000)
    resigned(log, 1_500)
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.checkpoint) == (Kind.FORKED, "pin 1")


def test_history_rewritten_after_the_last_pin_is_beyond_what_can_be_known():
    log = log_of(3_000)
    log.pinned = [log.notes[9].note]
    resigned(log, 1_500)
    found = log.verify()
    assert [(one.kind, one.index) for one in found.verdicts] == [(Kind.UNANCHORED, 1_000)]
    assert any("From record 1000 on: it can have been cut off" in one for one in found.cannot_know)


def test_two_checkpoints_of_one_size_fork():
    def tamper(log: MemoryLog) -> None:
        edit(log, 2_999)
        log.rebuild()
        log.state()

    log = log_of(3_000)
    tamper(log)
    assert [(one.kind, one.checkpoint) for one in log.verify().verdicts if one.kind is not Kind.UNANCHORED] == [
        (Kind.FORKED, "checkpoint 29"),
        (Kind.FORKED, "pin 1"),
    ]


def test_earlier_checkpoint_of_another_tree_forks():
    log = log_of(3_000)
    other = log_of(1_000)
    edit(other, 1)
    other.rebuild()
    log.notes[9] = replace(log.notes[9], note=other.state())
    kinds = {(one.kind, one.checkpoint) for one in log.verify().verdicts if one.kind.weight is Weight.BROKEN}
    assert kinds == {(Kind.FORKED, "checkpoint 9")}


def handed_over(log: MemoryLog, old: Signer, new: Signer) -> None:
    log.append([rotation(event(5_000).id, START, ANA, old, new.key)])
    log.turned = [log.rows[-1]]
    log.signer = OTHER
    log.append([event(6_000)])
    log.pin()


def test_key_that_the_old_one_introduced_may_sign():
    assert after(lambda log: handed_over(log, SIGNER, OTHER)) == []


def test_key_that_introduced_itself_is_swapped():
    found = after(lambda log: handed_over(log, OTHER, SIGNER))
    assert set(found) == {("key swapped", 3_000), ("key swapped", None)}


def test_key_without_a_rotation_record_is_swapped():
    def tamper(log: MemoryLog) -> None:
        log.signer = OTHER
        log.append([event(6_000)])

    log = log_of(3_000)
    tamper(log)
    found = log.verify()
    assert [(one.kind, one.checkpoint) for one in found.verdicts] == [(Kind.KEY_SWAPPED, "checkpoint 30")]
    assert any("from 3000 on" in sentence for sentence in found.cannot_know)


def test_replaced_key_may_sign_no_more():
    def tamper(log: MemoryLog) -> None:
        handed_over(log, SIGNER, OTHER)
        log.signer = SIGNER
        log.append([event(7_000)])

    assert after(tamper) == [("key swapped", None)]


def test_key_may_not_sign_before_it_was_introduced():
    def tamper(log: MemoryLog) -> None:
        handed_over(log, SIGNER, OTHER)
        other = log_of(2_000)
        log.notes[19] = replace(log.notes[19], note=other.state(OTHER))

    found = after(tamper)
    assert ("key swapped", None) in found


@pytest.mark.parametrize(
    "change", [("\n400\n", "\n401\n"), ("\n400\n", "\n0400\n"), ("example.com", "example.org"), ("— ", "")]
)
def test_checkpoint_that_was_changed_has_a_bad_signature(change: tuple[str, str]):
    log = log_of(3_000)
    log.notes[3] = replace(log.notes[3], note=log.notes[3].note.replace(*change))
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.checkpoint) == (Kind.BAD_SIGNATURE, "checkpoint 3")


def test_pin_that_was_changed_has_a_bad_signature():
    log = log_of(300)
    log.pinned[0] = log.pinned[0].replace("\n300\n", "\n299\n")
    found = log.verify()
    assert [(one.kind, one.checkpoint) for one in found.verdicts] == [
        (Kind.BAD_SIGNATURE, "pin 1"),
        (Kind.UNANCHORED, None),
    ]


def test_log_without_checkpoints_proves_nothing():
    assert after(lambda log: log.notes.clear()) == [("bad signature", 0)]


def test_sequencer_with_an_old_epoch_is_found():
    log = log_of(300)
    for epoch in (2, 1):
        log.epoch = epoch
        log.append([event(4_000 + epoch)])
    (found, *_) = log.verify().verdicts
    assert (found.kind, found.checkpoint) == (Kind.STALE_EPOCH, "checkpoint 4")


def test_clock_that_went_back_is_a_warning():
    log = log_of(300)
    log.notes, kept = log.notes[:1], log.notes
    log.append([event(4_000)])
    log.notes = [*kept, StoredCheckpoint(3, log.notes[-1].note, START)]
    log.pin()
    found = log.verify()
    assert [(one.kind, one.checkpoint) for one in found.verdicts] == [(Kind.CLOCK_BACK, "checkpoint 3")]
    assert found.intact


def test_smaller_checkpoint_after_a_larger_one_was_rolled_back():
    log = log_of(300)
    log.notes.append(replace(log.notes[1], sequence=3))
    kinds = [(one.kind, one.checkpoint) for one in log.verify().verdicts]
    assert (Kind.ROLLED_BACK, "checkpoint 3") in kinds


def test_index_that_lags_is_incomplete():
    assert after(lambda log: setattr(log, "taken_in", 2_990)) == [("index incomplete", 2_990)]
    assert after(lambda log: setattr(log, "taken_in", 3_000)) == []


def purge(log: MemoryLog, first: int, size: int, *, said: bool = True) -> None:
    sub = root(extend(Edge(), [leaf_hash(row.body) for row in log.rows if first <= row.position < first + size]).edge)
    if said:
        detail = {"first": first, "size": size, "root": sub.hex()}
        log.append([event(8_000, action=Action("segment.purge", "audit"), detail=detail)])
        log.pin()
    log.purged = [Purge(first, size, sub, len(log.rows) - 1)]
    log.rows = [row for row in log.rows if not first <= row.position < first + size]
    for index in range(first // 256, (first + size) // 256):
        del log.tiles[0, index]


@pytest.mark.parametrize(("first", "size"), [(0, 256), (1_024, 1_024), (2_048, 512)])
def test_purged_run_with_its_record_leaves_the_log_intact(first: int, size: int):
    log = log_of(3_000)
    purge(log, first, size)
    found = log.verify()
    assert found.intact
    assert [(one.kind, one.index) for one in found.verdicts] == [(Kind.PURGED, first)]
    assert any("checkpoints end where records are gone" in sentence for sentence in found.cannot_know)


def test_edit_behind_a_purged_run_is_still_located():
    def tamper(log: MemoryLog) -> None:
        purge(log, 1_024, 1_024)
        log.rows = [edited(row) if row.position == 2_500 else row for row in log.rows]

    assert after(tamper) == [("edited", 2_500), ("purged", 1_024)]


def test_purge_with_another_root_does_not_lead_to_the_checkpoints():
    def tamper(log: MemoryLog) -> None:
        purge(log, 1_024, 1_024)
        log.purged = [replace(log.purged[0], root=EMPTY)]

    assert ("segment missing", 1_024) in after(tamper)


def test_run_without_a_purge_record_is_missing():
    assert after(lambda log: purge(log, 1_024, 1_024, said=False)) == [("segment missing", 1_024)]


def test_run_that_nobody_purged_is_missing():
    def tamper(log: MemoryLog) -> None:
        purge(log, 1_024, 1_024, said=False)
        log.purged = []

    assert after(tamper) == [("segment missing", 1_024)]


def test_runs_that_are_missing_in_different_places_are_told_apart():
    def tamper(log: MemoryLog) -> None:
        purge(log, 512, 256, said=False)
        purge(log, 1_280, 256, said=False)
        purge(log, 1_536, 256, said=False)
        log.purged = []

    assert after(tamper) == [("segment missing", 512), ("segment missing", 1_280)]


def test_missing_run_without_its_roots_leaves_the_rest_checked_by_tiles():
    def tamper(log: MemoryLog) -> None:
        purge(log, 0, 1_024, said=False)
        log.purged = []
        del log.tiles[1, 0]
        log.rows = [edited(row) if row.position == 2_500 else row for row in log.rows]

    log = log_of(3_000)
    tamper(log)
    found = log.verify()
    assert [(one.kind, one.index) for one in found.verdicts if one.kind.weight is Weight.BROKEN] == [
        (Kind.SEGMENT_MISSING, 0),
        (Kind.EDITED, 2_500),
    ]
    assert any("no root could be computed" in sentence for sentence in found.cannot_know)


def disclosed(value: str, kept: str | None) -> Verification:
    log = MemoryLog()
    salt = bytes(16)
    listed: list[Json] = [{"commitment": commit(value, salt), "field": "detail.email"}]
    log.append([event(n, detail={"email": "subject:0f", "personal": listed}) for n in range(300)])
    log.pin()
    opening = None if kept is None else Opening(Place(event(270).id, "detail.email"), kept, salt)
    log.shown = [Disclosure(270, "detail.email", opening)]
    return log.verify()


def test_value_is_checked_against_its_commitment():
    assert disclosed("ana@example.com", "ana@example.com").verdicts == ()
    (found,) = disclosed("ana@example.com", "bob@example.com").verdicts
    assert (found.kind, found.index) == (Kind.VALUE_MISMATCH, 270)


def test_erased_value_leaves_the_log_intact():
    found = disclosed("ana@example.com", None)
    assert found.intact
    assert [(one.kind, one.index) for one in found.verdicts] == [(Kind.ERASED, 270)]
