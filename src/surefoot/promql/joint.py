"""Windows of several series reduced at once: over a short range, numpy's calls would cost more than its sums."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from surefoot.promql import sliding
from surefoot.promql.series import Mask, Values
from surefoot.promql.windows import Windows

Reduced = tuple[Values, Mask]
Reduce = Callable[[Windows], Reduced]


def together(how: Reduce, windows: Iterable[Windows]) -> Iterator[tuple[Windows, Reduced]]:
    """Reduce windows in the order given; those of a series with wild values apart, since they take the slow way.

    Args:
        how: Treats each window by itself, whatever its step.
        windows: One series each, all of the same steps.
    """
    waiting: list[Windows] = []
    for w in windows:
        tame = sliding.tame(w)
        if waiting and not (tame and (len(waiting) + 1) * len(w.first) <= sliding.WIDTH):
            yield from _at_once(how, waiting)
            waiting = []
        if tame:
            waiting.append(w)
        else:
            yield w, how(w)
    if waiting:
        yield from _at_once(how, waiting)


def _at_once(how: Reduce, parts: Sequence[Windows]) -> Iterator[tuple[Windows, Reduced]]:
    values, present = how(_joined(parts))
    steps = len(parts[0].first)
    for start, w in zip(range(0, len(values), steps), parts, strict=True):
        yield w, (values[start : start + steps], present[start : start + steps])


def _joined(parts: Sequence[Windows]) -> Windows:
    """Lay series end to end; no window reaches from one into the next."""
    if len(parts) == 1:
        return parts[0]
    sizes = [len(w.values) for w in parts]
    shift = np.repeat(np.cumsum([0, *sizes[:-1]]), len(parts[0].first))
    return Windows(
        parts[0].labels,
        np.concatenate([w.times for w in parts]),
        np.concatenate([w.values for w in parts]),
        np.concatenate([w.first for w in parts]) + shift,
        np.concatenate([w.last for w in parts]) + shift,
        np.concatenate([w.starts for w in parts]),
        np.concatenate([w.ends for w in parts]),
    )
