"""Our own compact file of samples: groups of series one after the other, only ever appended to.

::

    file    magic, then groups
    group   lengths of header and body (u32, u32), CRC-32 of both (u32), header (JSON), body
    header  {"note", "series": [{"labels", "count", "first", "times", "values", "marks", "stale"}]}

``times`` are the differences, ``stale`` the places of stale markers; the columns are packed as in `packing`.
Series of one target mostly have the same times: those stand in the body once.

A group that a killed process left half-written has no valid CRC: reading stops before it and says so, and the
next append cuts it off.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, TypeAlias, TypedDict

import numpy as np

from surefoot.edge.metrics.packing import Column, accumulated, pack_floats, pack_whole, unpack_floats, unpack_whole
from surefoot.errors import MetricsError
from surefoot.promql.series import Series, Times, Values, stale_marker

Note: TypeAlias = Mapping[str, str | int]
_Known: TypeAlias = dict[tuple[int | str, ...], Times]
"""Times by how they are packed, and where."""

MAGIC = b"SUREFOOT-BLOCKS 2\n"
_HEAD = struct.Struct("<III")
_GROUP = 1 << 20  # samples


class _Description(TypedDict):
    labels: Iterable[tuple[str, str]]
    count: int
    first: int
    times: Column
    values: Column
    marks: int
    stale: Column


class _Header(TypedDict):
    note: Note
    series: list[_Description]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Series that were written together.

    Attributes:
        series: As they were written.
        note: What the writer said about them.
        gap: Why nothing behind it can be read; such a group is the last one and has no series.
    """

    series: tuple[Series, ...] = ()
    note: Note = field(default_factory=dict)
    gap: str = ""


def write_blocks(path: Path, series: Iterable[Series]) -> None:
    """Write a new file, in groups of about a million samples; series are taken one by one.

    Raises:
        MetricsError: It cannot be written.
    """
    try:
        with path.open("wb") as file:
            file.write(MAGIC)
            for part in _grouped(series):
                _write(file, part, {})
    except OSError as error:
        raise _unwritten(path, error) from None


def append_blocks(path: Path, series: Sequence[Series], note: Note) -> None:
    """Append one group; a torn end is cut off first. The file is made if it is not there.

    Raises:
        MetricsError: It cannot be written, or is no such file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            sound = _sound(file, path)
            file.truncate(sound)
            if not sound:
                file.write(MAGIC)
            _write(file, series, note)
    except OSError as error:
        raise _unwritten(path, error) from None


def read_blocks(path: Path) -> Iterator[Group]:
    """Go through the groups of a file; no more than one is in memory.

    Raises:
        MetricsError: It cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            yield from _groups(file, path)
    except OSError as error:
        raise MetricsError(f"{path} cannot be read: {error.strerror or error}") from None


def _grouped(series: Iterable[Series]) -> Iterator[list[Series]]:
    part: list[Series] = []
    size = 0
    for one in series:
        part.append(one)
        size += len(one.times)
        if size >= _GROUP:
            yield part
            part, size = [], 0
    if part:
        yield part


def _write(file: IO[bytes], series: Sequence[Series], note: Note) -> None:
    body = bytearray()
    known: dict[bytes, Column] = {}
    header: _Header = {"note": dict(note), "series": [_described(one, body, known) for one in series]}
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    crc = zlib.crc32(body, zlib.crc32(head))
    file.write(b"".join((_HEAD.pack(len(head), len(body), crc), head, body)))
    file.flush()


def _described(series: Series, body: bytearray, known: dict[bytes, Column]) -> _Description:
    count = len(series.times)
    marks = np.flatnonzero(series.stale).astype(np.int64)
    apart = np.diff(series.times)
    key = sha256(apart.tobytes()).digest()
    if key not in known:
        known[key] = pack_whole(apart, body)
    return {
        "labels": series.labels,
        "count": count,
        "first": int(series.times[0]) if count else 0,
        "times": known[key],
        "values": pack_floats(_smooth(series), body),
        "marks": len(marks),
        "stale": pack_whole(marks, body),
    }


def _restored(one: _Description, body: bytes, known: _Known) -> Series:
    labels = tuple((name, value) for name, value in one["labels"])
    count = one["count"]
    times = _times(one, body, known)
    values = unpack_floats(one["values"], count, body)
    stale = np.zeros(count, bool)
    stale[unpack_whole(one["stale"], one["marks"], body)] = True
    return Series(labels, times, np.where(stale, stale_marker(), values) if one["marks"] else values, stale)


def _times(one: _Description, body: bytes, known: _Known) -> Times:
    """Unpack the times of a series; those of one target are often the same, and unpacked once."""
    if not one["count"]:
        return np.zeros(0, np.int64)
    column = one["times"]
    key = (one["count"], one["first"], column["kind"], column.get("start", 0), column.get("at", -1))
    if key not in known:
        known[key] = accumulated(one["first"], unpack_whole(column, one["count"] - 1, body))
    return known[key]


def _smooth(series: Series) -> Values:
    """Put the value before in the place of each stale marker."""
    if not series.stale.any():
        return series.values
    before = np.maximum.accumulate(np.where(series.stale, -1, np.arange(len(series.values))))
    return np.where(before < 0, 0.0, series.values[np.maximum(before, 0)])


def _groups(file: IO[bytes], path: Path) -> Iterator[Group]:
    _check_magic(file, path)
    while True:
        at = file.tell()
        found = _next(file)
        if found is None:
            if file.tell() > at:
                yield Group(gap=f"{path} is torn at byte {at}: what was written behind it is lost")
            return
        header, body = found
        known: _Known = {}
        yield Group(tuple(_restored(one, body, known) for one in header["series"]), header["note"])


def _check_magic(file: IO[bytes], path: Path) -> None:
    begin = file.read(len(MAGIC))
    if begin != MAGIC:
        raise MetricsError(f"{path} is no file of samples of this version; it begins with {begin[:20]!r}")


def _next(file: IO[bytes]) -> tuple[_Header, bytes] | None:
    """Read a group's parts; None at the end, or where it is torn (then something was read)."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    header_size, body_size, crc = _HEAD.unpack(head)
    header, body = file.read(header_size), file.read(body_size)
    if len(header) < header_size or len(body) < body_size or zlib.crc32(body, zlib.crc32(header)) != crc:
        return None
    read: _Header = json.loads(header)
    return read, body


def _sound(file: IO[bytes], path: Path) -> int:
    """Find where the last whole group ends; 0 in a file that was killed before it began."""
    file.seek(0)
    if len(begin := file.read(len(MAGIC))) < len(MAGIC) and MAGIC.startswith(begin):
        return 0
    file.seek(0)
    _check_magic(file, path)
    end = file.tell()
    while _next(file) is not None:
        end = file.tell()
    return end


def _unwritten(path: Path, error: OSError) -> MetricsError:
    return MetricsError(f"{path} cannot be written: {error.strerror or error}")
