"""What shows that a promise holds, or that it does not: measured, bounded, dated."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a proof found; a promise without a proof is unproven, one with an old proof stale."""

    PROVEN = "proven"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence for one promise.

    Attributes:
        promise: Id of the promise, such as ``checkout/availability/page/fires``.
        verdict: Proven or broken.
        measured: The figure that was measured, with its unit.
        bound: What it had to keep, with its unit.
        how: By which means, in one sentence.
        at: When, in UTC.
        version: Of Surefoot.
        digest: SHA-256 of what was proved: the rule, the data, the numbers.
        detail: More of what was found, by name; figures as text.
    """

    promise: str
    verdict: Verdict
    measured: str
    bound: str
    how: str
    at: datetime
    version: str
    digest: str
    detail: tuple[tuple[str, str], ...] = ()
