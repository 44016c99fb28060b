"""The latest samples of the embedded store: a file that is only ever appended to, one frame a batch.

::

    file    magic, then frames
    frame   length of the body (u32), CRC-32 of it (u32), body
    body    "S" and JSON [[number, labels], ...]: which series a number means in this file
            "D" and time (i64), numbers (u32 each), values (f64 each): one sample of each series

A frame that a killed process left half-written ends the file: it is cut off when the file is opened again.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from surefoot.edge.metrics.columns import gathered
from surefoot.errors import MetricsError
from surefoot.promql.series import Labels, Series

MAGIC = b"SUREFOOT-JOURNAL 1\n"
_HEAD = struct.Struct("<II")
_TIME = struct.Struct("<q")
_SERIES, _DATA = b"S", b"D"
_NUMBER, _VALUE = 4, 8


class Journal:
    """A journal that is written; one is made if there is none."""

    def __init__(self, path: Path) -> None:
        """Open it; a torn end is cut off.

        Raises:
            MetricsError: It cannot be written, or is no journal.
        """
        self.path = path
        self._known: set[int] = set()
        try:
            self._file = path.open("ab+", buffering=0)
        except OSError as error:
            raise _unwritten(path, error) from None
        try:
            self._begin()
        except MetricsError:
            self._file.close()
            raise

    def _begin(self) -> None:
        try:
            self._file.seek(0)
            if not _is_journal(self._file, self.path):
                self._file.truncate(0)
                self._file.write(MAGIC)
                return
            for _ in _frames(self._file):
                pass
            self._file.truncate(self._file.tell())
        except OSError as error:
            raise _unwritten(self.path, error) from None

    def append(self, time: int, numbers: Sequence[int], values: Sequence[float], names: Mapping[int, Labels]) -> None:
        """Add one sample of each series.

        Args:
            time: Milliseconds.
            numbers: Of the series.
            values: One each.
            names: The labels of every number.

        Raises:
            MetricsError: The disk refuses.
        """
        fresh = [number for number in numbers if number not in self._known]
        told = _frame(_SERIES + json.dumps([[n, names[n]] for n in fresh]).encode()) if fresh else b""
        body = _DATA + _TIME.pack(time) + np.array(numbers, "<u4").tobytes() + np.array(values, "<f8").tobytes()
        try:
            self._file.write(told + _frame(body))
        except OSError as error:
            raise _unwritten(self.path, error) from None
        self._known.update(fresh)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> list[Series]:
    """Read the samples; those of a torn end are left out.

    Raises:
        MetricsError: It cannot be read, or is no journal.
    """
    labels: list[Labels] = []
    place: dict[int, int] = {}
    which: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    times, values = [], []
    try:
        with path.open("rb") as file:
            _is_journal(file, path)
            for body in _frames(file):
                if body[:1] == _SERIES:
                    for number, pairs in json.loads(body[1:]):
                        place[number] = len(labels)
                        labels.append(tuple((name, value) for name, value in pairs))
                    continue
                (time,) = _TIME.unpack_from(body, 1)
                count = (len(body) - 1 - _TIME.size) // (_NUMBER + _VALUE)
                numbers = np.frombuffer(body, "<u4", count, 1 + _TIME.size)
                which.append(np.array([place[number] for number in numbers.tolist()], np.int64))
                times.append(np.full(count, time, np.int64))
                values.append(np.frombuffer(body, "<f8", count, 1 + _TIME.size + _NUMBER * count))
    except OSError as error:
        raise MetricsError(f"{path} cannot be read: {error.strerror or error}") from None
    if not which:
        return []
    return gathered(labels, np.concatenate(which), np.concatenate(times), np.concatenate(values).astype(np.float64))


def _is_journal(file: IO[bytes], path: Path) -> bool:
    """Read the magic; False if the file ends within it, as one whose making was interrupted does."""
    begin = file.read(len(MAGIC))
    if not MAGIC.startswith(begin):
        raise MetricsError(f"{path} is no journal of this version; it begins with {begin[:20]!r}")
    return begin == MAGIC


def _frame(body: bytes) -> bytes:
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def _frames(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the bodies; the file then stands behind the last whole frame."""
    while True:
        at = file.tell()
        head = file.read(_HEAD.size)
        if len(head) == _HEAD.size:
            length, crc = _HEAD.unpack(head)
            body = file.read(length)
            if len(body) == length and zlib.crc32(body) == crc:
                yield body
                continue
        file.seek(at)
        return


def _unwritten(path: Path, error: OSError) -> MetricsError:
    return MetricsError(f"{path} cannot be written: {error.strerror or error}; is there room, may it be written?")
