"""What decoding yields: every entry of every section, typed, with the place where it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from surefoot.spec.source import Document, Origin

M = TypeVar("M")
M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[M_co]):
    """One entry of a section.

    Attributes:
        name: Its name; of a single section, the section's.
        model: The validated value.
        origin: Where it was written.
        format: In which format, such as ``surefoot/1`` or ``prometheus/v1`` (Sloth).
        places: Where its objectives stand, if not below ``slos`` (foreign formats).
    """

    name: str
    model: M_co
    origin: Origin
    format: str = "surefoot/1"
    places: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook written by hand: a Markdown file, named by its path without the ending."""

    name: str
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that was read.

    Attributes:
        documents: The YAML documents, in the order of the files.
        single: Section to entry.
        named: Section to name to entry.
        runbooks: The Markdown files of the workspace, by name.
    """

    documents: tuple[Document, ...]
    single: Mapping[str, Entry[object]]
    named: Mapping[str, Mapping[str, Entry[object]]]
    runbooks: Mapping[str, Runbook]

    def one(self, section: str, kind: type[M]) -> M | None:
        """Return the value of a single section, if it was written."""
        entry = self.single.get(section)
        return entry.model if entry and isinstance(entry.model, kind) else None

    def all(self, section: str, kind: type[M]) -> dict[str, Entry[M]]:
        """Return the entries of a named section."""
        return {
            name: Entry(name, entry.model, entry.origin, entry.format, entry.places)
            for name, entry in self.named.get(section, {}).items()
            if isinstance(entry.model, kind)
        }
