"""Which runs of records leave the database for a sealed file (AUD-4).

A run begins at a multiple of its length and is 256 times a power of two long, so that one hash of the tree stands
for it, also when it is purged. It is sealed once every record in it is past its time at hand. The usual length is
the policy's `segment`. A log that fills one slowly would keep its oldest records for years after their time, because
a run is purged as a whole; so shorter runs are sealed, too, once the oldest record has waited a tenth of the time
for which its category is kept, and no run holds records whose ages differ by more than that (but one of 256).
Records thus go at most about a tenth of their time late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from surefoot.domain.audit.retention import Ages, Plans
from surefoot.domain.audit.tiles import WIDTH

_SHARE = 10


@dataclass(frozen=True, slots=True)
class Block:
    """256 records that are not sealed yet.

    Attributes:
        number: Index of the first one, over 256.
        ages: By category, for each that occurs in it.
    """

    number: int
    ages: Mapping[str, Ages]


@dataclass(frozen=True, slots=True)
class Run:
    """Records that are sealed together.

    Attributes:
        first: Index of the first one; a multiple of `size`.
        size: How many; 256 times a power of two.
    """

    first: int
    size: int


def runs(blocks: Sequence[Block], plans: Plans, segment: int, now: datetime) -> list[Run]:
    """Choose the runs that are to be sealed now, oldest first.

    Args:
        blocks: Whole blocks, in their order; there may be gaps.
        plans: How long what is kept.
        segment: Usual length of a run; rounded down to 256 times a power of two.
        now: In UTC.
    """
    most = max(1, (1 << segment.bit_length() - 1) // WIDTH)
    ready = [block for block in blocks if _past(block, plans, now, "hot")]
    following = _following(ready)
    found: list[Run] = []
    end = 0
    for at, block in enumerate(ready):
        if block.number < end:
            continue
        count = min(most, block.number & -block.number or most)
        while count > following[block.number]:
            count //= 2
        close = count
        while close > 1 and not _close(ready[at : at + close], plans):
            close //= 2
        if close == most or close < count or _waited(block, plans, now):
            found.append(Run(block.number * WIDTH, close * WIDTH))
            end = block.number + close
    return found


def _following(ready: Sequence[Block]) -> dict[int, int]:
    """Count for each block how many follow it without a gap, itself included."""
    found: dict[int, int] = {}
    for block in reversed(ready):
        found[block.number] = found.get(block.number + 1, 0) + 1
    return found


def _close(blocks: Sequence[Block], plans: Plans) -> bool:
    """Tell whether the ages of blocks are so close that none keeps another much beyond its time."""
    found: dict[str, Ages] = {}
    for block in blocks:
        for name, ages in block.ages.items():
            known = found.get(name, ages)
            found[name] = Ages(min(known.oldest, ages.oldest), max(known.youngest, ages.youngest))
    return all(ages.youngest - ages.oldest <= _share(plans, name) for name, ages in found.items())


def _share(plans: Plans, name: str) -> timedelta:
    plan = plans.of(name)
    return (plan.max or plan.keep) / _SHARE


def _past(block: Block, plans: Plans, now: datetime, bound: Literal["hot", "keep"]) -> bool:
    ends = {name: plans.of(name).keep if bound == "keep" else plans.of(name).hot for name in block.ages}
    return all(ages.youngest + ends[name] <= now for name, ages in block.ages.items())


def _waited(block: Block, plans: Plans, now: datetime) -> bool:
    late = (ages.oldest + plans.of(name).hot + _share(plans, name) <= now for name, ages in block.ages.items())
    return any(late) or _past(block, plans, now, "keep")
