"""Foreign formats, read as they are: one file = one format, defining ``FORMAT``."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from surefoot import registry
from surefoot.finding import Finding
from surefoot.spec.entry import Entry
from surefoot.spec.model.service import Service
from surefoot.spec.source import Document, Value


@dataclass(frozen=True, slots=True)
class Foreign:
    """What documents of a foreign format say, in Surefoot's own terms.

    Attributes:
        services: Each with its objectives; `Entry.places` tells where each objective stands.
        policy: Changes of the policy that they bring, such as burn windows.
        findings: What is wrong in them, or cannot be carried over.
    """

    services: tuple[Entry[Service], ...] = ()
    policy: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format.

    Attributes:
        name: As users call it: ``sloth``, ``openslo``.
        matches: Tells whether a document (its plain value) is of this format, known version or not.
        read: Reads all documents of this format in a workspace together, as they may refer to each other.
    """

    name: str
    matches: Callable[[Value], bool]
    read: Callable[[Sequence[Document]], Foreign]


@cache
def all_formats() -> dict[str, Format]:
    """Return every format by its name."""
    return registry.discover(sys.modules[__name__], Format, lambda found: found.name)
