"""The texts of the generated runbooks, read from the package, with gaps for what the spec knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

_GAP = re.compile(r"(?<!%)\{([a-z_]+)\}")  # curl has `%{time_total}`
Language = Literal["promql", "sh", "link"]
_LANGUAGES: tuple[Language, ...] = ("promql", "sh", "link")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to look at: a query, a command, or a link."""

    say: str
    language: Language
    code: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way out; it changes the system."""

    title: str
    when: str
    code: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A runbook before it is filled in.

    Attributes:
        page: Name of the index page that collects such runbooks.
        causes: Each with how to check it and how to mend it.
    """

    page: str
    title: str
    means: str
    symptoms: tuple[str, ...]
    steps: tuple[Step, ...]
    causes: tuple[tuple[str, str, str], ...]
    ways: tuple[Way, ...]
    verify: tuple[str, ...]


@cache
def all_texts() -> Mapping[str, Texts]:
    """Read the texts of every kind of alert."""
    ways = {name: Way(way["title"], way["when"], way["sh"]) for name, way in _read("_ways.yaml").items()}
    return {name: _texts(raw, ways) for name, raw in _read("_runbooks.yaml").items()}


def filled(text: str, facts: Mapping[str, str]) -> str | None:
    """Fill the gaps of a text; None if a fact is missing."""
    if any(name not in facts for name in _GAP.findall(text)):
        return None
    return _GAP.sub(lambda gap: facts[gap[1]], text)


def _read(name: str) -> dict[str, dict]:  # type: ignore[type-arg]  # our own file, taken apart just below
    content = yaml.load(files("surefoot.outputs").joinpath(name).read_bytes(), yaml.CSafeLoader)
    assert isinstance(content, dict)
    return content


def _texts(raw: dict, ways: Mapping[str, Way]) -> Texts:  # type: ignore[type-arg]  # as above
    return Texts(
        raw["page"],
        raw["title"],
        raw["means"],
        tuple(raw["symptoms"]),
        tuple(_step(step) for step in raw["steps"]),
        tuple((cause, check, fix) for cause, check, fix in raw["causes"]),
        tuple(ways[name] for name in raw["ways"]),
        tuple(raw["verify"]),
    )


def _step(raw: Mapping[str, str]) -> Step:
    language = next(language for language in _LANGUAGES if language in raw)
    return Step(raw["say"], language, raw[language])
