import pytest

from surefoot.domain.audit.tiles import (
    Coordinates,
    Tile,
    TileReader,
    bundle,
    changed,
    coordinates,
    entries,
    path,
    split,
    width_at,
)
from surefoot.domain.audit.tree import Edge, extend, fold, leaf_hash, root, root_at
from surefoot.errors import NoteError
from tests.auditlogs import log_of

pytestmark = pytest.mark.req("AUD-3")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((0, 1234, 5), "tile/0/x001/234.p/5"),
        ((63, 999, 255), "tile/63/999.p/255"),
        ((None, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_paths_are_those_of_the_specification(place: tuple[int | None, int, int], text: str):
    assert path(*place) == text
    assert coordinates(text) == Coordinates(*place)


@pytest.mark.parametrize(
    "text",
    [
        *("tile/0/0", "tile/00/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/x000/001"),
        *("tile/0/001/234", "tile/0/x001", "tile/entries/", "tile/0/000/", "/tile/0/000", "tile/0/000.p/05"),
    ],
)
def test_other_paths_are_refused(text: str):
    with pytest.raises(NoteError, match="no path of a tile"):
        coordinates(text)


def test_tree_of_seventy_thousand_has_the_tiles_that_the_specification_counts():
    grown = extend(Edge(), [leaf_hash(b"")] * 70_000)
    tiles = changed(0, grown, lambda *_: b"")
    assert len(tiles) == 273 + 1 + 1 + 1 + 1
    partial = {tile.path: tile.width for tile in tiles if tile.width < 256}
    assert partial == {"tile/0/x000/273.p/112".replace("x000/", ""): 112, "tile/1/001.p/17": 17, "tile/2/000.p/1": 1}
    assert [width_at(level, index, 70_000) for level, index in [(0, 272), (0, 273), (0, 274), (1, 1), (2, 0)]] == [
        *(256, 112, 0, 17, 1)
    ]


def test_growing_in_batches_gives_the_tiles_of_growing_at_once():
    slow, fast = log_of(1_500, batch=7), log_of(1_500, batch=1_500)
    assert slow.tiles == fast.tiles


def test_appending_reads_only_the_last_tile_of_each_level():
    log, read = log_of(1_000), list[tuple[int, int, int]]()

    def partial(level: int, index: int, width: int) -> bytes:
        read.append((level, index, width))
        return log.tiles[level, index]

    grown = extend(log.edge, [leaf_hash(b"")] * 100)
    assert [(tile.level, tile.index, tile.width) for tile in changed(1_000, grown, partial)] == [
        *((0, 3, 256), (0, 4, 76), (1, 0, 4))
    ]
    assert read == [(0, 3, 232), (1, 0, 3)]


def test_reader_finds_every_complete_subtree():
    log = log_of(1_000)
    leaves = [leaf_hash(row.body) for row in log.rows]
    reader = TileReader(1_000, lambda level, index, width: log.tile(level, index)[: width * 32])
    for level in range(10):
        for index in range(1_000 >> level):
            assert reader.hash_at(level, index) == fold(leaves[index << level : (index + 1) << level])
    assert root_at(1_000, reader.hash_at) == root(log.edge)
    with pytest.raises(NoteError, match="no complete subtree"):
        reader.hash_at(3, 125)


def test_reader_says_which_tile_is_damaged():
    with pytest.raises(NoteError, match=r"tile/0/000\.p/5 holds 0 bytes instead of 160"):
        TileReader(5, lambda *_: b"").hash_at(0, 1)


def test_bundles_hold_entries_after_their_lengths():
    assert bundle([b"a", b"", b"bcd"]) == b"\x00\x01a\x00\x00\x00\x03bcd"
    assert entries(bundle([b"a", b"", b"bcd"])) == [b"a", b"", b"bcd"]
    assert entries(b"") == []
    with pytest.raises(NoteError, match="fits no bundle"):
        bundle([b"x" * 65_536])
    for cut in (b"\x00", b"\x00\x02a"):
        with pytest.raises(NoteError, match="ends within entry 0"):
            entries(cut)


def test_tile_is_cut_into_its_hashes():
    tile = Tile(0, 0, 2, bytes(32) + b"\x01" * 32)
    assert split(tile.data) == [bytes(32), b"\x01" * 32]
