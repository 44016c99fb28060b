"""What verifying a log finds, and what it cannot find."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Weight(IntEnum):
    """How much a verdict weighs: recorded and allowed, worth a look, or the log is not what it was."""

    FINE = 0
    WARNING = 1
    BROKEN = 2


class Kind(StrEnum):
    """What is the matter with a record, a tile or a checkpoint."""

    EDITED = "edited"
    INSERTED = "inserted"
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled back"
    FORKED = "forked"
    KEY_SWAPPED = "key swapped"
    BAD_SIGNATURE = "bad signature"
    DAMAGED_TILE = "damaged tile"
    SEGMENT_MISSING = "segment missing"
    PURGED = "purged"
    VALUE_MISMATCH = "value mismatch"
    ERASED = "erased"
    DUPLICATE_ID = "duplicate id"
    STALE_EPOCH = "stale epoch"
    CLOCK_BACK = "clock went back"
    INDEX_INCOMPLETE = "index incomplete"
    UNANCHORED = "unanchored"

    @property
    def weight(self) -> Weight:
        """How much it weighs."""
        if self in {Kind.PURGED, Kind.ERASED}:
            return Weight.FINE
        return Weight.WARNING if self in {Kind.UNANCHORED, Kind.CLOCK_BACK} else Weight.BROKEN


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was found.

    Attributes:
        kind: What it is.
        index: First record that it concerns; None where it concerns none.
        checkpoint: Such as ``checkpoint 12`` or ``pin 1``; None where it concerns none.
        message: What was found, in one sentence.
    """

    kind: Kind
    index: int | None
    checkpoint: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result for one log.

    Attributes:
        size: Number of records that the newest good checkpoint states.
        verdicts: Heaviest first, then by index.
        cannot_know: What this could not check, in sentences.
    """

    size: int
    verdicts: tuple[Verdict, ...]
    cannot_know: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Tell whether nothing is broken; what was purged, erased or not yet pinned is no break."""
        return all(verdict.kind.weight < Weight.BROKEN for verdict in self.verdicts)


def ordered(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    """Sort verdicts: heaviest first, then by index and kind."""
    return tuple(
        sorted(verdicts, key=lambda found: (-found.kind.weight, -1 if found.index is None else found.index, found.kind))
    )
