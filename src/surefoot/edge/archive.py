"""Sealed records as files: one canonical record a line, compressed with zstd."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import zstandard

from surefoot.domain.audit.record import Event
from surefoot.errors import ArchiveError
from surefoot.ports.archive import Archive

LEVEL = 19  # a file is written once and kept for years
_PIECE = 1 << 16


class FileArchive(Archive):
    """Files under a folder, readable for their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder.absolute())

    def write(self, path: str, bodies: Iterable[bytes]) -> int:
        """Write canonical records; the file appears whole, or not at all."""
        target = self._folder / path
        with (
            _whole(target) as file,
            zstandard.ZstdCompressor(LEVEL, write_checksum=True).stream_writer(file, closefd=False) as out,
        ):
            for body in bodies:
                out.write(body + b"\n")
            out.flush(zstandard.FLUSH_FRAME)
        return target.stat().st_size

    def read(self, path: str) -> Iterator[bytes]:
        """Read the records back, a piece at a time."""
        target, rest = self._folder / path, b""
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            with target.open("rb") as file:
                while piece := file.read(_PIECE):
                    *lines, rest = (rest + frame.decompress(piece)).split(b"\n")
                    yield from lines
        except FileNotFoundError as error:
            raise ArchiveError(f"{target}: the sealed file is missing: take it from a backup") from error
        except (OSError, zstandard.ZstdError) as error:
            raise ArchiveError(f"{target}: the sealed file is damaged ({error}): take it from a backup") from error
        if rest or not frame.eof:
            raise ArchiveError(f"{target}: the sealed file was cut off: take it from a backup")

    def beside(self, path: str, events: Iterable[Event]) -> None:
        """Write records once more as a Parquet table, which appears whole or not at all."""
        from surefoot.edge.archivetable import write_table  # noqa: PLC0415  # few archives have tables

        target = _table(self._folder / path)
        part = target.with_name(f"{target.name}.part")
        try:
            write_table(part, events)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def pieces(self, path: str) -> Iterator[bytes]:
        """Read a file as it is."""
        target = self._folder / path
        try:
            with target.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except FileNotFoundError as error:
            raise ArchiveError(f"{target}: the sealed file is missing: take it from a backup") from error
        except OSError as error:
            raise ArchiveError(f"{target}: cannot be read: {error.strerror}") from error

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file as it was; it appears whole, or not at all."""
        target = self._folder / path
        if target.exists():
            raise ArchiveError(f"{target}: it is there already: give an empty place")
        with _whole(target) as file:
            for piece in pieces:
                file.write(piece)

    def delete(self, path: str) -> None:
        """Delete a file and its table."""
        try:
            (self._folder / path).unlink(missing_ok=True)
            _table(self._folder / path).unlink(missing_ok=True)
        except OSError as error:
            raise ArchiveError(f"{self._folder / path}: cannot be deleted: {error.strerror}") from error


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write; it takes its place, and is durable, once it is whole."""
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ArchiveError(f"{target}: cannot be written ({error.strerror}): free some space") from error


def _table(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.jsonl.zst')}.parquet")


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
