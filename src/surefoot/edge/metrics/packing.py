"""Numbers as few bytes: differences, cut into bytes of equal weight, compressed by zstd.

Whole numbers become deltas; other floats are XORed with the one before, so that what stays the same
becomes zeros. Nothing is lost: a NaN keeps its bits.
"""

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

import numpy as np
import zstandard
from numpy.typing import NDArray

from surefoot.promql.series import Times, Values

Column: TypeAlias = Mapping[str, int | str]
"""How packed numbers are unpacked: ``kind``, and by kind ``start``, ``width``, ``at`` and ``size`` in the body."""

Cell = TypeVar("Cell", bound=np.integer)

_LEVEL = 12  # from here on columns are smaller than zlib would make them; read ten times as fast
_EXACT = 2.0**53
_FLOAT = 8


def pack_floats(values: Values, body: bytearray) -> Column:
    """Append floats to a body; as whole numbers if they all are."""
    with np.errstate(invalid="ignore"):
        whole = bool(np.all(np.abs(values) < _EXACT) and np.all(values == np.floor(values)))
    if whole and not np.any((values == 0) & np.signbit(values)):
        return pack_whole(values.astype(np.int64), body)
    bits = values.view(np.uint64)
    changed = bits.copy()
    changed[1:] ^= bits[:-1]
    return {"kind": "float", **_pack(changed.view(np.uint8).reshape(-1, _FLOAT), body)}


def pack_whole(numbers: Times, body: bytearray) -> Column:
    """Append whole numbers to a body: their differences, each in as many bytes as the largest needs."""
    if not len(numbers):
        return {"kind": "none"}
    deltas = np.diff(numbers)
    first = int(numbers[0])
    if not deltas.any():
        return {"kind": "same", "start": first}
    largest = int(np.abs(deltas).max())
    width = next(size for size in (1, 2, 4, 8) if largest < 1 << (8 * size - 1))
    cells = deltas.astype(f"<i{width}").view(np.uint8).reshape(-1, width)
    return {"kind": "whole", "start": first, "width": width, **_pack(cells, body)}


def unpack_floats(column: Column, count: int, body: bytes) -> Values:
    """Read floats back."""
    if column["kind"] != "float":
        return unpack_whole(column, count, body).astype(np.float64)
    bits = _unpack(column, np.dtype("<u8"), body)
    values: Values = np.bitwise_xor.accumulate(bits).view(np.float64)
    return values


def unpack_whole(column: Column, count: int, body: bytes) -> Times:
    """Read whole numbers back."""
    if column["kind"] == "none":
        return np.zeros(0, np.int64)
    start = int(column["start"])
    if column["kind"] == "same":
        return np.full(count, start, np.int64)
    deltas = _unpack(column, np.dtype(f"<i{column['width']}"), body)
    return accumulated(start, deltas)


def accumulated(start: int, deltas: NDArray[np.signedinteger]) -> Times:
    """Add up differences, one number more than there are of them."""
    numbers = np.empty(len(deltas) + 1, np.int64)
    numbers[0], numbers[1:] = start, deltas
    return np.cumsum(numbers, out=numbers)


def _pack(cells: NDArray[np.uint8], body: bytearray) -> dict[str, int]:
    packed = zstandard.compress(np.ascontiguousarray(cells.T).tobytes(), _LEVEL)
    place = {"at": len(body), "size": len(packed)}
    body += packed
    return place


def _unpack(column: Column, kind: np.dtype[Cell], body: bytes) -> NDArray[Cell]:
    at, width = int(column["at"]), kind.itemsize
    plain = zstandard.decompress(body[at : at + int(column["size"])])
    if width == 1:
        return np.frombuffer(plain, kind)
    weights = np.frombuffer(plain, np.uint8).reshape(width, -1)
    cells = np.empty(weights.shape[::-1], np.uint8)
    for place, weight in enumerate(weights):  # far faster than a transposed copy, whose rows are this short
        cells[:, place] = weight
    return cells.view(kind).ravel()
