"""Tiles of the tree and bundles of its entries, as C2SP tlog-tiles lays them out.

A tile of level ``L`` holds up to 256 hashes of complete subtrees of tree level ``8 * L``. Clients of that format read
an exported log without our code.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from surefoot.domain.audit.tree import Grown, fold
from surefoot.errors import NoteError

WIDTH: Final = 256
HEIGHT: Final = 8
HASH: Final = 32
_CACHED: Final = 128  # tiles of 8 KiB that a reader keeps
_PREFIX: Final = 2  # bytes before each entry of a bundle
_LEVELS: Final = 64
_PATH: Final = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)

ReadTile: TypeAlias = Callable[[int, int, int], bytes]  # level, index and width to the hashes, joined


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile that is new or has grown.

    Attributes:
        level: 0 for leaves.
        index: Within the level.
        width: Number of hashes, 1 to 256.
        data: The hashes, joined.
    """

    level: int
    index: int
    width: int
    data: bytes

    @property
    def path(self) -> str:
        """Its path under the log's prefix."""
        return path(self.level, self.index, self.width)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a path leads: `level` is None for a bundle of entries."""

    level: int | None
    index: int
    width: int


def path(level: int | None, index: int, width: int = WIDTH) -> str:
    """Write the path of a tile, or of a bundle of entries where `level` is None.

    >>> path(0, 1234067, 5), path(None, 3)
    ('tile/0/x001/x234/067.p/5', 'tile/entries/003')
    """
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{'entries' if level is None else level}/{place}" + (f".p/{width}" if width < WIDTH else "")


def coordinates(text: str) -> Coordinates:
    """Read what `path` wrote.

    Raises:
        NoteError: The text is no such path.
    """
    match = _PATH.fullmatch(text)
    if match is None:
        raise NoteError(f"{text!r} is no path of a tile, such as tile/0/x001/234.p/5")
    level = None if match[1] == "entries" else int(match[1])
    found = Coordinates(level, int(re.sub(r"[x/]", "", match[2])), int(match[3] or WIDTH))
    if (level or 0) >= _LEVELS or path(found.level, found.index, found.width) != text:
        raise NoteError(f"{text!r} is no path of a tile: a number is out of range or has needless zeros")
    return found


def width_at(level: int, index: int, size: int) -> int:
    """Count the hashes of a tile in a tree of `size` leaves; 0 where the tree does not reach it."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def changed(old_size: int, grown: Grown, partial: ReadTile) -> list[Tile]:
    """List the tiles that appending leaves made or widened.

    Args:
        old_size: Leaves before.
        grown: What `surefoot.domain.audit.tree.extend` returned for them.
        partial: Reads the last tile of a level as it was, at most one for each level.
    """
    tiles = []
    for level, row in enumerate(grown.levels[::HEIGHT]):
        index, width = divmod(old_size >> HEIGHT * level, WIDTH)
        head = partial(level, index, width) if width else b""
        data = head + b"".join(row)
        for at in range(0, len(data), WIDTH * HASH):
            part = data[at : at + WIDTH * HASH]
            tiles.append(Tile(level, index, len(part) // HASH, part))
            index += 1
    return tiles


def split(data: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Join entries into a bundle: each after its length as a big-endian uint16.

    Raises:
        NoteError: An entry is 64 KiB or longer.
    """
    try:
        return b"".join([len(entry).to_bytes(_PREFIX, "big") + entry for entry in entries])
    except OverflowError as error:
        raise NoteError("an entry of 64 KiB or more fits no bundle") from error


def entries(data: bytes) -> list[bytes]:
    """Cut a bundle into its entries.

    Raises:
        NoteError: The bundle ends within an entry.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        begin = at + _PREFIX
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > len(data) or at > len(data):
            raise NoteError(f"the bundle ends within entry {len(found)}")
        found.append(data[begin:at])
    return found


@dataclass(slots=True)
class TileReader:
    """Finds the hash of any complete subtree in the tiles of a tree; keeps the last tiles that it read.

    Attributes:
        size: Leaves of the tree; tells how wide its last tiles are.
        read: Reads a tile by level, index and width.
    """

    size: int
    read: ReadTile
    _kept: OrderedDict[tuple[int, int], list[bytes]] = field(default_factory=OrderedDict)

    def hash_at(self, level: int, index: int) -> bytes:
        """Find the hash of the complete subtree of this level and index.

        Raises:
            NoteError: The tile is missing or has not the length that the size demands.
        """
        rest = level % HEIGHT
        tile, begin = divmod(index << rest, WIDTH)
        row = self._tile(level // HEIGHT, tile)[begin : begin + (1 << rest)]
        if len(row) < 1 << rest:
            raise NoteError(f"a tree of {self.size} leaves has no complete subtree {index} of level {level}")
        return fold(row) if rest else row[0]

    def _tile(self, level: int, index: int) -> list[bytes]:
        place = (level, index)
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        width = width_at(level, index, self.size)
        data = self.read(level, index, width) if width else b""
        if len(data) != width * HASH:
            raise NoteError(f"{path(level, index, width)} holds {len(data)} bytes instead of {width * HASH}")
        self._kept[place] = split(data)
        if len(self._kept) > _CACHED:
            self._kept.popitem(last=False)
        return self._kept[place]
