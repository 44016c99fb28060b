"""A database in one file, the same from every kind of database: JSON lines under zstd, with a digest at the end.

First a line about the whole; for each table a line that names it, and a line for each row, bytes in base64; for each
sealed file a line that names it, and its bytes in pieces; at last the SHA-256 of all lines before.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import zstandard

from surefoot.errors import PortError
from surefoot.ports.depot import Dump, Known, Rows, Value

FORMAT = 1
_KIND = "surefoot-store"
_LEVEL = 6
_PIECE = 1 << 20
_BYTES = "base64"  # how a value that is bytes is marked


class DumpFile(Dump):
    """A file for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: Iterator[bytes] = iter(())
        self._ahead: dict[str, Any] | None = None

    def write(self, revision: str, tables: Iterable[Rows], files: Iterable[tuple[str, Iterable[bytes]]]) -> int:
        """Write it beside its place first."""
        if self._path.exists():
            raise PortError(f"{self._path}: it is there already: give another name")
        part = self._path.with_name(f"{self._path.name}.part")
        try:
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                _write(file, _lines(revision, tables, files))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            return self._path.stat().st_size
        except OSError as error:
            raise PortError(f"{self._path}: cannot be written ({error.strerror}): free some space") from error
        finally:
            part.unlink(missing_ok=True)

    def examine(self) -> Known:
        """Read all of it once."""
        digest, last, head = sha256(), b"", b""
        for line in self._read():
            if last:
                digest.update(last + b"\n")
            head, last = head or line, line
        begin, end = _object(head), _object(last)
        if begin.get("kind") != _KIND:
            raise PortError(f"{self._path}: it is no backup of a store")
        if begin.get("format") != FORMAT:
            raise PortError(f"{self._path}: it was written by a newer Surefoot: install that version")
        if end.get("sha256") != digest.hexdigest():
            raise self._damaged()
        return Known(str(begin.get("revision")), digest.hexdigest())

    def tables(self) -> Iterator[Rows]:
        """Read the rows."""
        self._lines = self._read()
        next(self._lines, None)
        self._ahead = None
        while (head := self._next()) is not None and "table" in head:
            yield Rows(head["table"], tuple(head["columns"]), self._rows())
        self._ahead = head

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Read the sealed files, which follow the rows."""
        while (head := self._next()) is not None and "file" in head:
            yield head["file"], self._pieces()

    def _next(self) -> dict[str, Any] | None:
        """Return the line that names what comes next."""
        found, self._ahead = self._ahead, None
        if found is None and (line := next(self._lines, b"")):
            found = _object(line)
        return found

    def _rows(self) -> Iterator[tuple[Value, ...]]:
        for line in self._lines:
            if not line.startswith(b"["):
                self._ahead = _object(line)
                return
            yield tuple(b64decode(one[_BYTES]) if isinstance(one, dict) else one for one in orjson.loads(line))

    def _pieces(self) -> Iterator[bytes]:
        for line in self._lines:
            if not line.startswith(b'"'):
                self._ahead = _object(line)
                return
            yield b64decode(line[1:-1])

    def _read(self) -> Iterator[bytes]:
        rest = b""
        try:
            with self._path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
                while piece := stream.read(_PIECE):
                    *lines, rest = (rest + piece).split(b"\n")
                    yield from lines
        except FileNotFoundError as error:
            raise PortError(f"{self._path}: there is no such file") from error
        except zstandard.ZstdError as error:
            raise self._damaged() from error
        except OSError as error:
            raise PortError(f"{self._path}: cannot be read: {error.strerror}") from error

    def _damaged(self) -> PortError:
        return PortError(f"{self._path}: it is damaged, or no backup of a store: take another one")


def _write(file: BinaryIO, lines: Iterable[bytes]) -> None:
    digest = sha256()
    with zstandard.ZstdCompressor(_LEVEL, write_checksum=True).stream_writer(file, closefd=False) as out:
        for line in lines:
            digest.update(line + b"\n")
            out.write(line + b"\n")
        out.write(orjson.dumps({"sha256": digest.hexdigest()}) + b"\n")
        out.flush(zstandard.FLUSH_FRAME)


def _lines(revision: str, tables: Iterable[Rows], files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    yield orjson.dumps({"kind": _KIND, "format": FORMAT, "revision": revision})
    for table in tables:
        yield orjson.dumps({"table": table.table, "columns": table.columns})
        for row in table.rows:
            yield orjson.dumps([_marked(value) for value in row])
    for path, pieces in files:
        yield orjson.dumps({"file": path})
        for piece in pieces:
            yield orjson.dumps(b64encode(piece).decode())


def _marked(value: Value) -> object:
    return {_BYTES: b64encode(value).decode()} if isinstance(value, bytes) else value


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
