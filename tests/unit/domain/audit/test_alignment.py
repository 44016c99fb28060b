import pytest

from surefoot.domain.audit.alignment import Alignment, Run, runs
from surefoot.domain.audit.verdict import Kind

pytestmark = pytest.mark.req("AUD-3")
LEAVES = [n.to_bytes(32, "big") for n in range(2_000)]


def found(mine: list[bytes | None], piece: int = 256) -> list[Run]:
    """Align in pieces, as verifying does."""
    alignment = Alignment()
    for at in range(0, max(len(mine), len(LEAVES)), piece):
        part = mine[at : at + piece]
        alignment.feed(range(at, at + len(part)), part, LEAVES[at : at + piece])
    alignment.finish(len(LEAVES))
    assert alignment.idle
    return runs(alignment.misfits, len(LEAVES))


@pytest.mark.parametrize("piece", [1, 7, 256, 5_000])
def test_pieces_do_not_matter(piece: int):
    mine: list[bytes | None] = [*LEAVES[:300], *LEAVES[310:900], b"x", *LEAVES[900:1_500], b"y", *LEAVES[1_501:]]
    assert found(mine, piece) == [*(Run(Kind.DELETED, 300, 10), Run(Kind.EDITED, 1_500, 1), Run(Kind.INSERTED, 890, 1))]


def test_long_stretch_that_is_gone_is_one_run():
    assert found([*LEAVES[:100], *LEAVES[1_600:]]) == [Run(Kind.DELETED, 100, 1_500)]


def test_gap_is_deleted_where_it_stands():
    mine: list[bytes | None] = list(LEAVES)
    mine[5:8] = [None] * 3
    assert found(mine) == [Run(Kind.DELETED, 5, 3)]


def test_reversed_stretch_is_reordered():
    first, *more = found([*LEAVES[:10], *reversed(LEAVES[10:20]), *LEAVES[20:]])
    assert (first.kind, first.first) == (Kind.REORDERED, 10)
    assert all(run.kind is Kind.REORDERED and run.first < 20 for run in more)


def test_misfits_beyond_the_limit_are_counted():
    alignment = Alignment()
    leaves = [n.to_bytes(32, "big") for n in range(12_000)]
    alignment.feed(range(12_000), [b"x" + leaf for leaf in leaves], leaves)
    alignment.finish(12_000)
    assert (len(alignment.misfits), alignment.more) == (10_000, 2_000)
