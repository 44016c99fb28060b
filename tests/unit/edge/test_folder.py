"""The output folder on disk."""

from pathlib import Path

import pytest

from surefoot.artifact import Artifact
from surefoot.edge.folder import MANIFEST, DiskFolder
from surefoot.errors import PortError

ONE, TWO = Artifact("a.yml", "one\n"), Artifact("rules/b.yml", "two\n")


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "below/build"


def test_a_folder_that_is_not_there_lacks_everything(place: Path):
    state = DiskFolder(place).compare([ONE, TWO])
    assert (state.missing, state.outdated, state.edited, state.stale) == (("a.yml", "rules/b.yml"), (), (), ())
    assert not state.current


def test_what_was_written_is_current(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE, TWO])
    assert contents(place) == {"a.yml": "one\n", "rules/b.yml": "two\n"}
    assert folder.compare([ONE, TWO]).current


def test_another_build_finds_its_files_outdated(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE])
    changed = Artifact("a.yml", "other\n")
    assert folder.compare([changed]).outdated == ("a.yml",)
    folder.replace([changed])
    assert contents(place) == {"a.yml": "other\n"}


def test_an_edit_is_found_and_told_from_an_outdated_file(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE, TWO])
    (place / "a.yml").write_text("mine\n", "utf-8")
    state = folder.compare([Artifact("a.yml", "new\n"), Artifact("rules/b.yml", "new\n")])
    assert (state.edited, state.outdated) == (("a.yml",), ("rules/b.yml",))


def test_an_edit_that_says_what_would_be_built_is_none(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE])
    (place / "a.yml").write_text("new\n", "utf-8")
    assert folder.compare([Artifact("a.yml", "new\n")]).current


def test_a_file_that_stood_there_before_counts_as_edited(place: Path):
    place.mkdir(parents=True)
    (place / "a.yml").write_text("theirs\n", "utf-8")
    assert DiskFolder(place).compare([ONE]).edited == ("a.yml",)


def test_files_that_no_build_made_stay(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE])
    (place / "notes").mkdir()
    (place / "notes/mine.md").write_text("keep me\n", "utf-8")
    folder.replace([TWO])
    assert contents(place) == {"notes/mine.md": "keep me\n", "rules/b.yml": "two\n"}
    assert folder.compare([TWO]).current


def test_a_file_that_is_built_no_more_is_removed(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE, TWO])
    assert folder.compare([TWO]).stale == ("a.yml",)
    folder.replace([TWO])
    assert contents(place) == {"rules/b.yml": "two\n"}


def test_an_edited_file_that_is_built_no_more_is_not_called_stale(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE, TWO])
    (place / "a.yml").write_text("mine\n", "utf-8")
    state = folder.compare([TWO])
    assert (state.edited, state.stale) == (("a.yml",), ())


def test_when_writing_fails_midway_the_old_folder_stands_untouched(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE])
    collision = [Artifact("b", "file\n"), Artifact("b/c", "below a file\n")]
    with pytest.raises(PortError, match=r"cannot be written: .*; nothing in it was changed"):
        folder.replace(collision)
    assert contents(place) == {"a.yml": "one\n"}
    assert [path.name for path in place.parent.iterdir()] == ["build"], "the room beside is cleaned up"


def test_a_parent_that_is_a_file_is_told_as_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(PortError, match="cannot be written"):
        DiskFolder(tmp_path / "file/build").replace([ONE])


def test_when_the_swap_fails_the_old_folder_comes_back(place: Path, monkeypatch: pytest.MonkeyPatch):
    folder = DiskFolder(place)
    folder.replace([ONE])
    rename = Path.rename

    def fail_for_the_new(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new)
    with pytest.raises(PortError, match="No space left on device"):
        folder.replace([TWO])
    assert contents(place) == {"a.yml": "one\n"}


def test_a_broken_manifest_is_told_with_its_cure(place: Path):
    folder = DiskFolder(place)
    folder.replace([ONE])
    (place / MANIFEST).write_text("{", "utf-8")
    with pytest.raises(PortError, match="delete it to start afresh"):
        folder.compare([ONE])
