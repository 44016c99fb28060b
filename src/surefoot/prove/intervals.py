"""From evaluations at which an alert is active to the intervals in which it fires, all at once.

The same as `surefoot.promql.alerts.AlertState` step by step, for an alert whose labels do not change.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surefoot.promql.series import Mask, Times


def runs(mask: Mask) -> NDArray[np.int64]:
    """Find the stretches in which a mask is true: first index and the one behind the last, shape (runs, 2)."""
    padded = np.zeros(len(mask) + 2, np.int8)
    padded[1:-1] = mask
    return np.flatnonzero(np.diff(padded)).reshape(-1, 2)


def firings(active: Mask, times: Times, hold: int, keep: int) -> Iterator[tuple[int, int | None]]:
    """Yield each firing: index of the evaluation at which it begins, and at which it is over (None: not yet).

    Args:
        active: At which evaluations the alert is active, shape (evaluations,).
        times: Of the evaluations, milliseconds.
        hold: How long it must be active until it fires (``for``), milliseconds.
        keep: How long it fires on when it is no longer active (``keep_firing_for``), milliseconds.
    """
    fired: int | None = None
    over = 0
    for begin, end in runs(active).tolist():
        if fired is not None and over < begin:
            yield fired, over
            fired = None
        if fired is None:
            at = int(np.searchsorted(times, times[begin] + hold))
            fired = at if at < end else None
        over = int(np.searchsorted(times, times[end] + keep)) if end < len(times) else end
    if fired is not None:
        yield fired, over if over < len(times) else None
