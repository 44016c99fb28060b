from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.edge.handover import DiskHandover
from surefoot.errors import PortError


def failing() -> Iterator[bytes]:
    yield b"half"
    raise PortError("the log is damaged")


def test_a_file_appears_whole_and_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "new" / "out.jsonl"
    DiskHandover(path).write([b"a\n", b"b\n"])
    assert path.read_bytes() == b"a\nb\n"
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_left_of_an_export_that_fails(tmp_path: Path):
    with pytest.raises(PortError, match="damaged"):
        DiskHandover(tmp_path / "out").write(failing())
    with pytest.raises(PortError, match="damaged"):
        DiskHandover(tmp_path / "out").write_all(("part", piece) for piece in failing())
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(PortError, match="is there already"):
        DiskHandover(tmp_path / "out").write([b"new"])
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_a_folder_comes_back_file_by_file(tmp_path: Path):
    out = DiskHandover(tmp_path / "tiles")
    out.write_all([("checkpoint", b"note"), ("tile/0/000.p/3", b"hashes")])
    assert (out.read("checkpoint"), out.read("tile/0/000.p/3"), out.read("tile/0/001")) == (b"note", b"hashes", None)


def test_a_pin_is_added_at_the_end(tmp_path: Path):
    out = DiskHandover(tmp_path / "pins")
    assert out.read() is None
    out.append("a\n")
    out.append("b\n")
    assert out.read() == b"a\nb\n"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(PortError, match="cannot be written"):
        DiskHandover(tmp_path / "file" / "out").write([b""])
    with pytest.raises(PortError, match="cannot be written"):
        DiskHandover(tmp_path / "nowhere" / "pins").append("")
    with pytest.raises(PortError, match="cannot be read"):
        DiskHandover(tmp_path).read()
