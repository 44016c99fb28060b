"""Sealed files: whole or not there, never overwritten by a copy, damage told with its cure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.edge.archive import FileArchive
from surefoot.errors import ArchiveError

pytestmark = pytest.mark.req("AUD-4")
PATH = "main/000000000000-256.jsonl.zst"
BODIES = [b'{"a":%d}' % number for number in range(256)]


@pytest.fixture
def archive(tmp_path: Path) -> FileArchive:
    return FileArchive(tmp_path)


def test_records_come_back_byte_for_byte(archive: FileArchive, tmp_path: Path):
    assert archive.write(PATH, BODIES) == (tmp_path / PATH).stat().st_size
    assert list(archive.read(PATH)) == BODIES
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o600


def test_what_fails_on_the_way_leaves_no_file(archive: FileArchive, tmp_path: Path):
    def broken() -> Iterator[bytes]:
        yield b"{}"
        raise OSError(28, "No space left on device")

    with pytest.raises(ArchiveError, match="free some space"):
        archive.write(PATH, broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_copy_is_the_same_and_overwrites_nothing(archive: FileArchive, tmp_path: Path):
    archive.write(PATH, BODIES)
    other = FileArchive(tmp_path / "other")
    other.put(PATH, archive.pieces(PATH))
    assert list(other.read(PATH)) == BODIES
    with pytest.raises(ArchiveError, match="it is there already"):
        other.put(PATH, [b""])


@pytest.mark.parametrize("damage", [b"", b"hello"])
def test_damage_and_absence_are_told_with_their_cure(archive: FileArchive, tmp_path: Path, damage: bytes):
    with pytest.raises(ArchiveError, match="take it from a backup"):
        list(archive.read(PATH))
    with pytest.raises(ArchiveError, match="take it from a backup"):
        list(archive.pieces(PATH))
    archive.write(PATH, BODIES)
    whole = (tmp_path / PATH).read_bytes()
    (tmp_path / PATH).write_bytes(damage or whole[:100])
    with pytest.raises(ArchiveError, match=r"damaged|cut off"):
        list(archive.read(PATH))


def test_deleting_twice_is_no_error(archive: FileArchive, tmp_path: Path):
    archive.write(PATH, BODIES)
    (tmp_path / PATH.replace(".jsonl.zst", ".parquet")).touch()
    archive.delete(PATH)
    archive.delete(PATH)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
