"""Putting rows together: equal labels become one row, and must not meet at any step."""

from collections.abc import Iterable

import numpy as np

from surefoot.promql.error import EvaluationError
from surefoot.promql.series import Block, Labels, Mask, Values, without_name

Row = tuple[Labels, Values, Mask]


def empty(steps: int) -> Block:
    """Return a vector without rows."""
    return Block((), np.zeros((0, steps)), np.zeros((0, steps), bool))


def stack(rows: Iterable[Row], steps: int, *, ordered: bool = False) -> Block:
    """Make a block; rows without any sample are left out, those with equal labels are merged.

    Raises:
        EvaluationError: Two of them have a sample at the same step.
    """
    found: dict[Labels, tuple[Values, Mask]] = {}
    for labels, values, present in rows:
        if not present.any():
            continue
        before = found.get(labels)
        if before is None:
            found[labels] = values, present
            continue
        if (before[1] & present).any():
            raise EvaluationError("vector cannot contain metrics with the same labelset")
        found[labels] = np.where(present, values, before[0]), before[1] | present
    if not found:
        return empty(steps)
    columns = found.values()
    return Block(tuple(found), np.array([v for v, _ in columns]), np.array([p for _, p in columns]), ordered)


def rows(block: Block) -> Iterable[Row]:
    """Go through the rows."""
    return zip(block.labels, block.values, block.present, strict=True)


def renamed(block: Block, values: Values, present: Mask | None = None) -> Block:
    """Give a block new values and drop the metrics' names.

    Raises:
        EvaluationError: Without the names two rows are the same.
    """
    there = block.present if present is None else present
    labels = [without_name(one) for one in block.labels]
    return stack(zip(labels, values, there, strict=True), values.shape[1], ordered=block.ordered)
