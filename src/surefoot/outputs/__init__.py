"""Outputs: one file = one kind of artifact, rendered from the resolved spec, the same bytes every time.

A module defines ``OUTPUT``.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from surefoot import registry
from surefoot.artifact import Artifact
from surefoot.spec.system import System


@dataclass(frozen=True, slots=True)
class Output:
    """One kind of artifact.

    Attributes:
        name: Such as ``prometheus-rules``.
        describes: What it writes, in one sentence for the reference.
        render: System to artifacts; pure.
    """

    name: str
    describes: str
    render: Callable[[System], Iterator[Artifact]]


@cache
def all_outputs() -> dict[str, Output]:
    """Return every output by its name, sorted."""
    return registry.discover(sys.modules[__name__], Output, lambda output: output.name)


def render(system: System) -> Iterator[Artifact]:
    """Render everything, output by output.

    Raises:
        LookupError: Two outputs write the same path.
    """
    seen: set[str] = set()
    for output in all_outputs().values():
        for artifact in output.render(system):
            if artifact.path in seen:
                raise LookupError(f"two outputs write {artifact.path}")
            seen.add(artifact.path)
            yield artifact
