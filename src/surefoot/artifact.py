"""One file that a build writes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """A file of the build output.

    Attributes:
        path: Relative to the output folder, with forward slashes, never leaving it.
        text: The whole content; the same bytes for the same spec, on every machine.
    """

    path: str
    text: str
