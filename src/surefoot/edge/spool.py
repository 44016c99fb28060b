"""Files of frames, on the disk before anybody is told so.

A frame is its length and its CRC-32, four bytes each in big-endian order, and the payload. A process that ends
in the middle of a write leaves half a frame at the end, which nobody was told about; any other damage is counted.
"""

import os
import struct
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path

from surefoot.errors import SpoolError
from surefoot.ports.spool import Batch

FILE = 8 << 20  # bytes of a file, about; replayed as a whole
_HEAD = struct.Struct(">II")
_SUFFIX = ".frames"


class FileSpool:
    """A spool in a folder of its own."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._writing: Path | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"{folder}: the spool cannot be made ({error.strerror}): give another folder") from error

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._files()

    def put(self, frames: Sequence[bytes]) -> None:
        """Keep frames; they are on the disk when this returns.

        Raises:
            SpoolError: They do not fit, or the disk fails.
        """
        data = b"".join(_HEAD.pack(len(frame), zlib.crc32(frame)) + frame for frame in frames)
        with self._lock:
            files = self._files()
            held = sum(file.stat().st_size for file in files)
            if held + len(data) > self._limit:
                raise SpoolError(f"{self._folder}: the spool is full ({held} bytes): bring the store back")
            self._append(self._current(files), data)

    def oldest(self) -> Batch | None:
        """Return the oldest frames; later ones go into another file from now on."""
        with self._lock:
            files = self._files()
            if not files:
                return None
            if self._writing == files[0]:
                self._writing = None
            frames, lost = _read(files[0].read_bytes())
            return Batch(files[0].name, frames, lost)

    def drop(self, name: str) -> None:
        """Forget a batch that has found its way."""
        with self._lock:
            (self._folder / name).unlink(missing_ok=True)
            _flush_folder(self._folder)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    def _current(self, files: Sequence[Path]) -> Path:
        """Return the file to write to: never one of an earlier process, whose end may be half a frame."""
        if self._writing is not None and self._writing.exists() and self._writing.stat().st_size < FILE:
            return self._writing
        number = int(files[-1].name.removesuffix(_SUFFIX)) + 1 if files else 1
        self._writing = self._folder / f"{number:010}{_SUFFIX}"
        return self._writing

    def _append(self, path: Path, data: bytes) -> None:
        new = not path.exists()
        size = 0 if new else path.stat().st_size
        try:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write_all(handle, data)
                os.fdatasync(handle)
            except OSError:
                os.ftruncate(handle, size)  # what was not acknowledged must not come back
                raise
            finally:
                os.close(handle)
            if new:
                _flush_folder(self._folder)
        except OSError as error:
            raise SpoolError(f"{path}: nothing can be spooled ({error.strerror}): free some space") from error


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(data: bytes) -> tuple[tuple[bytes, ...], int]:
    """Return the frames of a file, and how many bytes of damage lay between or after them."""
    frames: list[bytes] = []
    at = lost = 0
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        end = at + _HEAD.size + length
        if end > len(data):
            break
        frame = data[at + _HEAD.size : end]
        if zlib.crc32(frame) == checksum:
            frames.append(frame)
        else:
            lost += end - at
        at = end
    return tuple(frames), lost
