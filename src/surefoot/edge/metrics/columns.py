"""Samples that come one by one, in any order, gathered into series."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from surefoot.ports.metrics import within
from surefoot.promql.selector import Selector
from surefoot.promql.series import Labels, Series, Storage, Times, Values, is_stale

_SECONDS_BELOW = 1e11  # as milliseconds that would be 1973


def milliseconds(times: Values) -> Times:
    """Read times that are seconds or milliseconds since 1970, which their size tells apart.

    Raises:
        ValueError: One of them is no number.
    """
    if not np.isfinite(times).all():
        raise ValueError("a time is NaN or infinite")
    seconds = bool(len(times)) and bool(np.max(np.abs(times)) < _SECONDS_BELOW)
    return np.rint(times * 1000 if seconds else times).astype(np.int64)


def gathered(labels: Sequence[Labels], which: Times, times: Times, values: Values) -> list[Series]:
    """Sort samples into their series; of several at one time the last one stays.

    Args:
        labels: Of the series; the same may stand there twice.
        which: Index into `labels` for each sample, shape (n,).
        times: Milliseconds, shape (n,).
        values: Shape (n,).
    """
    if not len(which):
        return []
    first = {one: place for place, one in reversed([*enumerate(labels)])}
    numbers = np.array([first[one] for one in labels], np.int64)[which]
    steps = np.diff(numbers)
    if not np.all((steps > 0) | ((steps == 0) & (np.diff(times) > 0))):
        order = np.lexsort((times, numbers))
        numbers, times, values = numbers[order], times[order], values[order]
    last = np.append((np.diff(numbers) != 0) | (np.diff(times) != 0), [True])
    numbers, times, values = numbers[last], times[last], values[last]
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    parts = (slice(start, stop) for start, stop in pairwise(edges))
    found = [Series(labels[numbers[p.start]], times[p], values[p], is_stale(values[p])) for p in parts]
    return sorted(found, key=lambda one: one.labels)


def selected(series: Iterable[Series], selectors: Sequence[Selector], start: int, end: int) -> list[Series]:
    """Keep what selectors mean, within a stretch of time; see `MetricsSource.fetch`."""
    storage = Storage(list(series))
    found = {one.labels: one for selector in selectors for one in storage.select(selector)}
    cut = (within(found[labels], start, end) for labels in sorted(found))
    return [one for one in cut if one is not None]


def named(labels: Mapping[str, str]) -> Labels:
    """Sort labels; an empty one is none."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))
