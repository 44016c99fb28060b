"""Whatever is done to a stored audit log is found, at the right place and by the right name; nothing else is."""

from copy import deepcopy
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.logreader import Record
from tests.auditlogs import MemoryLog, edited, event, log_of

pytestmark = pytest.mark.req("AUD-3")
SIZE = 1_300
APART = 4  # records between two changes, so that each has one name only


@dataclass(frozen=True)
class Tampering:
    """Changes of records, by place in the untouched log, none touching another."""

    edits: tuple[int, ...]
    deletions: tuple[int, ...]
    insertions: tuple[int, ...]
    swaps: tuple[int, ...]

    def carry_out(self, log: MemoryLog) -> None:
        for place in self.edits:
            log.rows[place] = edited(log.rows[place])
        for place in self.swaps:
            log.rows[place], log.rows[place + 1] = log.rows[place + 1], log.rows[place]
        kept = list[Record]()
        for place, row in enumerate(log.rows):
            if place in self.insertions:
                kept.append(Record(0, event(50_000 + place).id, sealed(event(50_000 + place)).body))
            if place not in self.deletions:
                kept.append(row)
        log.rows = kept
        log.renumber()

    @property
    def expected(self) -> list[tuple[str, int]]:
        def stored(place: int) -> int:
            before = sum(1 for other in self.insertions if other < place)
            return place + before - sum(1 for other in self.deletions if other < place)

        found = [("edited", place) for place in self.edits]
        found += [("truncated" if place == SIZE - 1 else "deleted", place) for place in self.deletions]
        found += [("inserted", stored(place)) for place in self.insertions]
        found += [("reordered", place) for place in self.swaps]
        return sorted(found)


@st.composite
def tamperings(draw: st.DrawFn) -> Tampering:
    slots = draw(st.lists(st.integers(0, SIZE // APART - 1), min_size=1, max_size=8, unique=True))
    kinds = draw(st.lists(st.integers(0, 3), min_size=len(slots), max_size=len(slots)))
    places = [
        slot * APART + (APART - 1 if slot == SIZE // APART - 1 and kind < 2 else 0)
        for slot, kind in zip(slots, kinds, strict=True)
    ]
    by_kind = [tuple(place for place, kind in zip(places, kinds, strict=True) if kind == wanted) for wanted in range(4)]
    return Tampering(*by_kind)


@cache
def original() -> MemoryLog:
    return log_of(SIZE)


def fresh() -> MemoryLog:
    log = deepcopy(original())
    log.signer = original().signer
    return log


@settings(max_examples=60)
@given(tamperings())
def test_every_change_of_records_is_found_where_it_is_and_by_its_name(tampering: Tampering):
    log = fresh()
    tampering.carry_out(log)
    assert sorted(log.kinds()) == tampering.expected


@settings(max_examples=40)
@given(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_moving_a_record_anywhere_is_reordering(old: int, new: int):
    log = fresh()
    log.rows.insert(new, log.rows.pop(old))
    log.renumber()
    assert log.kinds() == ([] if old == new else [("reordered", min(old, new))])


@settings(max_examples=60)
@given(st.integers(0, SIZE - 1), st.data())
def test_any_changed_byte_of_a_record_is_found(place: int, data: st.DataObject):
    log = fresh()
    body = log.rows[place].body
    at = data.draw(st.integers(0, len(body) - 1))
    byte = data.draw(st.integers(1, 255))
    log.rows[place] = log.rows[place]._replace(body=body[:at] + bytes([body[at] ^ byte]) + body[at + 1 :])
    assert log.kinds() == [("edited", place)]


@settings(max_examples=60)
@given(st.data())
def test_any_changed_byte_of_a_tile_is_found(data: st.DataObject):
    log = fresh()
    level, index = data.draw(st.sampled_from(sorted(log.tiles)))
    tile = log.tiles[level, index]
    at = data.draw(st.integers(0, len(tile) - 1))
    log.tiles[level, index] = tile[:at] + bytes([tile[at] ^ 1]) + tile[at + 1 :]
    assert log.kinds() == [("damaged tile", (index * 256 + at // 32) * 256**level)]


@settings(max_examples=40)
@given(st.data())
def test_any_changed_character_of_a_checkpoint_is_found(data: st.DataObject):
    log = fresh()
    place = data.draw(st.integers(0, len(log.notes) - 2))
    note = log.notes[place].note
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
    log.notes[place] = type(log.notes[place])(place, changed, log.notes[place].time)
    (found, *_) = log.verify().verdicts
    assert found.checkpoint == f"checkpoint {place}"
    assert found.kind in {"bad signature", "key swapped"}


@settings(max_examples=40)
@given(st.integers(0, SIZE - 1), st.sampled_from([1, 9]))
def test_record_rewritten_with_its_tiles_is_found_between_two_checkpoints(place: int, levels: int):
    log = fresh()
    log.rows[place] = edited(log.rows[place])
    rebuilt = fresh()
    rebuilt.rows = log.rows
    rebuilt.rebuild()
    log.tiles = {key: data if key[0] < levels else log.tiles[key] for key, data in rebuilt.tiles.items()}
    (found,) = [one for one in log.kinds() if one[0] == "edited"]
    assert found[1] is not None
    assert place - place % 100 <= found[1] <= place


@settings(max_examples=40)
@given(st.lists(st.integers(1, 300), max_size=6), st.data())
def test_untouched_logs_raise_no_alarm(batches: list[int], data: st.DataObject):
    log = MemoryLog()
    first = 0
    for batch in batches:
        log.append([event(n) for n in range(first, first + batch)])
        first += batch
        if data.draw(st.booleans()):
            log.pin()
    found = log.verify()
    assert found.intact
    assert {str(one.kind) for one in found.verdicts} <= {"unanchored"}
