"""What the tree says of a block of 256 leaves, judged from tile, records and the tile above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from surefoot.domain.audit.logreader import LogReader
from surefoot.domain.audit.tiles import HASH, HEIGHT, WIDTH, path, split
from surefoot.domain.audit.tree import Edge, extend, fold, root

_TALLEST: Final = 8  # levels of tiles that 64 bits reach


@dataclass(frozen=True, slots=True)
class Damage:
    """A tile that does not hold what the tree says.

    Attributes:
        level: Of the tile.
        index: Of the tile.
        first: First leaf under the hash that is wrong or missing.
    """

    level: int
    index: int
    first: int

    @property
    def path(self) -> str:
        """Where the tile stands."""
        return path(self.level, self.index)


@dataclass(frozen=True, slots=True)
class Block:
    """The leaves of a tile.

    Attributes:
        index: Of the tile at level 0.
        width: Number of leaves.
        hashes: What the tile holds, cut to `width`; empty if it holds less.
        above: Hash of the whole block in the tile above; empty if it holds none.
    """

    index: int
    width: int
    hashes: bytes
    above: bytes

    @property
    def first(self) -> int:
        """Index of its first leaf."""
        return self.index * WIDTH


@dataclass(slots=True)
class Reference:
    """Reads tiles along the tree, each of the upper ones once."""

    reader: LogReader
    _upper: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def block(self, index: int, width: int) -> Block:
        """Read the tile of a block and the hash above it."""
        data = self.reader.tile(0, index)[: width * HASH]
        return Block(index, width, data if len(data) == width * HASH else b"", self.entry(1, index))

    def entry(self, level: int, index: int) -> bytes:
        """Read one hash of a tile above the leaves, by its index in the level; empty if it is not there."""
        tile, place = divmod(index, WIDTH)
        kept, data = self._upper.get(level, (-1, b""))
        if kept != tile:
            data = self.reader.tile(level, tile)
            self._upper[level] = (tile, data)
        found = data[place * HASH : (place + 1) * HASH]
        return found if len(found) == HASH else b""

    def size(self) -> int:
        """Count the leaves that the tiles speak of, for a log without a good checkpoint."""
        level = max((level for level in range(_TALLEST) if self.reader.tile(level, 0)), default=0)
        count = 0
        for current in range(level, -1, -1):
            count = count * WIDTH + len(self.reader.tile(current, count)) // HASH
        return count


def judged(
    block: Block, mine: Sequence[bytes] | None, edge: Edge | None, newest: bytes | None
) -> tuple[list[bytes] | None, Damage | None]:
    """Decide which leaves a block has, where tile and records do not agree.

    Whatever leads to the hash above is right; in the last block, whatever leads to the newest root.

    Args:
        block: As the tiles have it.
        mine: Leaf hashes of its records; None if they are not complete.
        edge: The tree before the block; None if that is not known.
        newest: Root of the tree that ends with this block; None in all other blocks.

    Returns:
        The leaves, or None if they cannot be known; and the damage if the tile is wrong.
    """
    tile = split(block.hashes)
    if newest is not None and edge is not None:
        tile_fits = bool(tile) and root(extend(edge, tile).edge) == newest
        mine_fits = mine is not None and not tile_fits and root(extend(edge, mine).edge) == newest
    else:
        tile_fits = bool(tile) and block.above in {b"", fold(tile)}
        mine_fits = mine is not None and not tile_fits and fold(mine) == block.above
    if mine is not None and (mine_fits or not tile):
        wrong = next((n for n, leaf in enumerate(mine) if n >= len(tile) or tile[n] != leaf), 0)
        return list(mine), Damage(0, block.index, block.first + wrong)
    return (tile, None) if tile else (None, Damage(0, block.index, block.first))


def misfitting(reference: Reference, levels: Sequence[Sequence[bytes]], size: int) -> list[Damage]:
    """Compare hashes that are new in the tree with the tiles above the leaves."""
    found = []
    for level in range(HEIGHT, len(levels), HEIGHT):
        if levels[level]:
            index = (size >> level) - 1
            if reference.entry(level // HEIGHT, index) != levels[level][-1]:
                found.append(Damage(level // HEIGHT, index // WIDTH, index << level))
    return found
