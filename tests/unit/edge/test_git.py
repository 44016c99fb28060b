import subprocess
from pathlib import Path

import pytest

from surefoot.edge.git import GitHistory
from surefoot.errors import PortError


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@shop.example")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "spec").mkdir(parents=True)
    (root / "spec" / "surefoot.yaml").write_text("service: old\n", "utf-8")
    (root / "common.yml").write_text("surefoot: 1\n", "utf-8")
    (root / "large.bin").write_bytes(b"\0")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    (root / "spec" / "surefoot.yaml").write_text("service: new\n", "utf-8")
    (root / "spec" / "added.yaml").write_text("surefoot: 1\n", "utf-8")
    return root


def test_a_workspace_is_laid_out_as_it_was(repository: Path):
    with GitHistory().at("HEAD", repository / "spec") as place:
        assert (place / "surefoot.yaml").read_text("utf-8") == "service: old\n"
        assert not (place / "added.yaml").exists()
        assert (place / ".." / "common.yml").is_file(), "what it includes from elsewhere"
        assert not (place / ".." / "large.bin").exists(), "no workspace reads it"
    assert not place.exists()


def test_links_are_laid_out_unless_they_lead_outside(repository: Path):
    (repository / "spec" / "inside.yaml").symlink_to("../common.yml")
    (repository / "spec" / "outside.yaml").symlink_to("/etc/hostname")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    with GitHistory().at("HEAD", repository / "spec") as place:
        assert (place / "inside.yaml").read_text("utf-8") == "surefoot: 1\n"
        assert not (place / "outside.yaml").is_symlink()


def test_a_single_file_is_laid_out_as_it_was(repository: Path):
    with GitHistory().at("HEAD", repository / "spec" / "surefoot.yaml") as place:
        assert place.read_text("utf-8") == "service: old\n"


def test_a_path_that_the_revision_does_not_hold_is_named(repository: Path):
    with pytest.raises(PortError, match=r"added\.yaml is not in revision HEAD"):
        GitHistory().at("HEAD", repository / "spec" / "added.yaml").__enter__()


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", ""])
def test_an_unknown_revision_is_named_and_never_taken_for_an_option(repository: Path, revision: str):
    with pytest.raises(PortError, match=f"there is no revision `{revision}`"):
        GitHistory().at(revision, repository).__enter__()


def test_a_folder_without_a_repository_is_named(tmp_path: Path):
    with pytest.raises(PortError, match="not a git repository"):
        GitHistory().at("HEAD", tmp_path).__enter__()


def test_a_missing_git_is_named_with_its_cure(repository: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PortError, match="git is not on PATH; install it"):
        GitHistory().at("HEAD", repository).__enter__()
