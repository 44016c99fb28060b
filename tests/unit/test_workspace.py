"""Which files belong to a workspace."""

from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.workspace import Reader


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop/services").mkdir(parents=True)
    (tmp_path / "shop/surefoot.yaml").write_text("include: [services/*.yaml, '*.md']\n", "utf-8")
    (tmp_path / "shop/services/b.yaml").write_text("service: b\ninclude: [../surefoot.yaml]\n", "utf-8")
    (tmp_path / "shop/services/a.yaml").write_text("service: a\n", "utf-8")
    (tmp_path / "shop/slow.md").write_text("\n# Why it is slow\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return Path("shop")


def read(*paths: Path) -> Reader:
    reader = Reader()
    for path in paths:
        reader.add(path)
    return reader


def test_a_folder_is_its_first_file_and_what_that_includes(shop: Path):
    reader = read(shop)
    assert [document.file for document in reader.documents] == [
        "shop/surefoot.yaml",
        "shop/services/a.yaml",
        "shop/services/b.yaml",
    ]
    assert reader.findings == []


def test_a_file_that_is_named_twice_is_read_once(shop: Path):
    assert len(read(shop, shop / "services/a.yaml", shop).documents) == 3


def test_a_runbook_is_found_from_the_workspace_wherever_that_is_named_from(shop: Path, monkeypatch: pytest.MonkeyPatch):
    (book,) = read(shop).runbooks
    assert (book.name, book.path, book.title) == ("slow", "slow.md", "Why it is slow")
    monkeypatch.chdir(shop)
    assert read(Path()).runbooks == [book]


@pytest.mark.req("DOC-1")
def test_the_same_bytes_are_built_wherever_the_workspace_is_named_from(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def built(path: Path) -> object:
        system = api.check([path], today=date(2026, 11, 1)).system
        assert system is not None
        return api.build(system)

    outside = built(shop)
    assert outside == built(tmp_path / shop)
    monkeypatch.chdir(shop)
    assert outside == built(Path())


@pytest.mark.parametrize(
    ("include", "severity", "message"),
    [
        ("nothing.yaml", "error", "`nothing.yaml` matches no file"),
        ("'*.yml'", "warning", "`*.yml` matches no file"),
        ("/etc/passwd", "error", "`/etc/passwd` is absolute"),
    ],
)
def test_an_include_that_leads_nowhere_is_told_at_its_place(shop: Path, include: str, severity: str, message: str):
    (shop / "surefoot.yaml").write_text(f"include: [{include}]\n", "utf-8")
    (finding,) = read(shop).findings
    assert (finding.rule, finding.severity, finding.message) == ("S10", severity, message)
    assert str(finding.span) == "shop/surefoot.yaml:1:11"


def test_what_is_not_there_is_named(tmp_path: Path):
    messages = [finding.message for finding in read(tmp_path / "no.yaml", tmp_path).findings]
    assert messages == [
        f"there is no file `{tmp_path}/no.yaml`",
        f"there is no surefoot.yaml in the folder `{tmp_path}`",
    ]


def test_an_empty_file_is_told(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("# nothing yet\n", "utf-8")
    (finding,) = read(tmp_path / "a.yaml").findings
    assert finding.message == "the file is empty"
