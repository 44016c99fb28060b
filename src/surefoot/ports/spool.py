"""The port to the spool: where records wait on this machine while the store is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames that were read back.

    Attributes:
        name: For `Spool.drop`.
        frames: In the order in which they were put.
        lost: Bytes that could not be read: damage, and not a frame that was half written at a crash.
    """

    name: str
    frames: tuple[bytes, ...]
    lost: int = 0


class Spool(Protocol):
    """A bounded queue on disk."""

    def put(self, frames: Sequence[bytes]) -> None:
        """Keep frames; they are on the disk when this returns.

        Raises:
            SpoolError: They do not fit, or the disk fails; none of them counts as kept.
        """

    def oldest(self) -> Batch | None:
        """Return the oldest frames; None when nothing waits. Later frames go elsewhere from now on."""

    def drop(self, name: str) -> None:
        """Forget a batch that has found its way."""

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
