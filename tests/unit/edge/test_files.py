"""Files of the user's own on disk."""

from pathlib import Path

import pytest

from surefoot.edge.files import DiskFiles
from surefoot.errors import PortError

FILES = {"surefoot.yaml": "surefoot: 1\n", "services/checkout.yaml": "service: checkout\n"}


def test_files_are_written_with_their_folders(tmp_path: Path):
    DiskFiles(tmp_path / "shop").write(FILES)
    assert (tmp_path / "shop/services/checkout.yaml").read_text("utf-8") == "service: checkout\n"
    assert sorted(path.name for path in (tmp_path / "shop").iterdir()) == ["services", "surefoot.yaml"]


def test_what_is_there_is_named_and_nothing_is_written(tmp_path: Path):
    (tmp_path / "surefoot.yaml").write_text("mine\n", "utf-8")
    folder = DiskFiles(tmp_path)
    assert folder.present(FILES) == ("surefoot.yaml",)
    with pytest.raises(PortError, match=r"surefoot\.yaml is there already; nothing was written"):
        folder.write(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["surefoot.yaml"]
    assert (tmp_path / "surefoot.yaml").read_text("utf-8") == "mine\n"


def test_a_file_is_replaced_when_that_was_asked_for(tmp_path: Path):
    folder = DiskFiles(tmp_path)
    folder.write({"a": "old\n"})
    folder.write({"a": "new\n"}, replace=True)
    assert (tmp_path / "a").read_text("utf-8") == "new\n"


def test_when_one_file_cannot_be_written_none_is(tmp_path: Path):
    (tmp_path / "services").write_text("a file, not a folder\n", "utf-8")
    with pytest.raises(PortError, match="cannot be written"):
        DiskFiles(tmp_path).write(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["services"]
