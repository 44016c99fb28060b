"""Plug-ins are found by their files, loudly when they are unusable."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from surefoot import registry


@dataclass(frozen=True)
class Tool:
    name: str


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Offer an empty package into which a test writes modules."""
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("shelf")
    for name in [name for name in sys.modules if name.split(".")[0] == "shelf"]:
        del sys.modules[name]


def put(package: ModuleType, module: str, text: str) -> None:
    Path(package.__path__[0], f"{module}.py").write_text(f"from {__name__} import Tool\n{text}\n", "utf-8")
    importlib.invalidate_caches()


def test_every_module_is_an_instance_sorted_by_its_key(package: ModuleType):
    put(package, "a", "TOOL = Tool('saw')")
    put(package, "b", "TOOL = Tool('axe')")
    assert list(registry.discover(package, Tool, lambda tool: tool.name)) == ["axe", "saw"]


def test_an_underscore_and_a_sub_package_are_private(package: ModuleType):
    put(package, "_shared", "")
    Path(package.__path__[0], "inner").mkdir()
    Path(package.__path__[0], "inner/__init__.py").touch()
    put(package, "a", "TOOL = Tool('saw')")
    assert registry.modules(package) == ["a"]
    assert list(registry.discover(package, Tool, lambda tool: tool.name)) == ["saw"]


@pytest.mark.parametrize("text", ["", "TOOL = 'saw'"])
def test_a_module_without_an_instance_is_refused_by_its_name(package: ModuleType, text: str):
    put(package, "broken", text)
    with pytest.raises(LookupError, match=r"shelf\.broken defines no TOOL of type Tool"):
        registry.discover(package, Tool, lambda tool: tool.name)


def test_two_instances_with_one_key_are_refused(package: ModuleType):
    put(package, "a", "TOOL = Tool('saw')")
    put(package, "b", "TOOL = Tool('saw')")
    with pytest.raises(LookupError, match=r"shelf\.b defines a second Tool 'saw'"):
        registry.discover(package, Tool, lambda tool: tool.name)


def test_third_parties_add_theirs_through_entry_points(package: ModuleType, monkeypatch: pytest.MonkeyPatch):
    class Entry:
        value = "elsewhere:TOOL"

        def load(self) -> Tool:
            return Tool("plane")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()] if group == "shelf" else [])
    assert list(registry.discover(package, Tool, lambda tool: tool.name)) == ["plane"]
