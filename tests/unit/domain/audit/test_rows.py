import pytest

from surefoot.domain.audit.logreader import Record
from surefoot.domain.audit.rows import Ids, Rows, passes
from surefoot.domain.audit.verdict import Kind
from tests.auditlogs import MemoryLog

pytestmark = pytest.mark.req("AUD-3")


def rows(*positions: int) -> list[Record]:
    return [Record(position, f"id{n}", b"") for n, position in enumerate(positions)]


def positions(taken: object) -> list[int | None]:
    assert isinstance(taken, list)
    return [None if row is None else row.position for row in taken]


def test_gaps_are_filled_but_not_at_the_end():
    cursor = Rows(iter(rows(0, 2, 3, 7)))
    assert positions(cursor.take(5)) == [0, None, 2, 3, None]
    assert positions(cursor.take(10)) == [None, None, 7]
    assert cursor.ended


def test_index_that_stands_twice_yields_a_record_more():
    cursor = Rows(iter(rows(0, 1, 1, 2, 3)))
    assert positions(cursor.take(3)) == [0, 1, 1, 2]
    assert positions(cursor.take(4)) == [3]


def test_skipping_counts_what_is_left_there():
    cursor = Rows(iter(rows(0, 5, 6, 10, 11)))
    assert positions(cursor.take(1)) == [0]
    assert cursor.skip(10) == 2
    assert positions(cursor.take(12)) == [10, 11]
    assert list(cursor.rest()) == []


@pytest.mark.parametrize("parts", [1, 3])
def test_doubled_ids_are_found_in_any_number_of_passes(parts: int):
    log = MemoryLog(rows=[Record(n, f"id{n % 97}", b"") for n in range(100)])
    ids = Ids(parts)
    ids.add([row.id for row in log.rows])
    found = sorted(ids.doubled(log), key=lambda one: one.index or 0)
    assert [(one.kind, one.index) for one in found] == [(Kind.DUPLICATE_ID, n) for n in (97, 98, 99)]
    assert "record 98 has the id id1 of record 1" in found[1].message


def test_one_pass_compares_sixteen_million():
    assert [passes(size) for size in (0, 1_000_000, 20_000_000, 100_000_000)] == [1, 1, 2, 6]
