"""The file of a backup: everything comes back, in order, with every kind of value."""

from pathlib import Path

import pytest

from surefoot.edge.dump import DumpFile
from surefoot.errors import PortError
from surefoot.ports.depot import Rows, Value

pytestmark = pytest.mark.req("PLT-7")
FIRST: list[tuple[Value, ...]] = [(1, "text\nwith a line", b"\x00\xff", None), ((1 << 63) - 1, "", b"", True)]
SECOND: list[tuple[Value, ...]] = [("[", False)]


def test_rows_and_files_come_back(tmp_path: Path):
    dump = DumpFile(tmp_path / "backup.zst")
    tables = [
        Rows("one", ("a", "b", "c", "d"), FIRST),
        Rows("empty", ("a",), []),
        Rows("two", ("a", "b"), SECOND),
    ]
    files = [("main/1", [b"abc", b"\x00" * 10]), ("main/2", [])]
    size = dump.write("0002", tables, files)
    assert size == (tmp_path / "backup.zst").stat().st_size
    read = DumpFile(tmp_path / "backup.zst")
    assert read.examine().revision == "0002"
    found = [(table.table, table.columns, list(table.rows)) for table in read.tables()]
    assert found == [("one", ("a", "b", "c", "d"), FIRST), ("empty", ("a",), []), ("two", ("a", "b"), SECOND)]
    assert [(path, b"".join(pieces)) for path, pieces in read.files()] == [
        ("main/1", b"abc" + b"\x00" * 10),
        ("main/2", b""),
    ]


def test_a_backup_without_anything_is_one(tmp_path: Path):
    dump = DumpFile(tmp_path / "backup.zst")
    dump.write("0002", [], [])
    assert dump.examine().revision == "0002"
    assert list(dump.tables()) == []
    assert list(dump.files()) == []


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(PortError, match="no such file"):
        DumpFile(tmp_path / "backup.zst").examine()
