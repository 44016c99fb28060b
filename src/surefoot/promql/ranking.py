"""The order in which Prometheus puts samples, and which of equal ones it keeps: what its heaps and sorts do.

Go's library sorts up to twelve elements by insertion; beyond that the order of equal samples is its own.
"""

from collections.abc import Callable, Sequence
from math import isnan

import numpy as np

from surefoot.promql.series import Mask, Values

_Less = Callable[[int, int], bool]


def kept(values: Values, present: Mask, k: int, *, largest: bool) -> Mask:
    """Tell which samples ``topk`` (or ``bottomk``) keeps in each column.

    Args:
        values: Shape (rows, steps).
        present: Where there is a sample, shape (rows, steps).
        k: How many to keep, at least one.
        largest: Whether the largest are wanted.
    """
    count = present.sum(axis=0)
    if k >= len(values):
        return present
    wanted = np.where(present & ~np.isnan(values), values if largest else -values, -np.inf)
    threshold = -np.partition(-wanted, k - 1, axis=0)[k - 1]
    found: Mask = np.where(count <= k, present, present & (wanted >= threshold))
    for step in np.flatnonzero(found.sum(axis=0) != np.minimum(count, k)):  # ties: the heap decides
        rows = np.flatnonzero(present[:, step])
        found[:, step] = False
        found[rows[_heap(values[rows, step].tolist(), k, largest=largest)], step] = True
    return found


def best_first(values: Sequence[float], k: int, *, largest: bool) -> list[int]:
    """Return the places of the samples that ``topk`` keeps, in the order in which it returns them."""
    heap = _heap(values, k, largest=largest)
    less = _less(values, largest=largest)
    _insertion_sort(heap, lambda a, b: less(b, a))
    return heap


def sorted_places(values: Sequence[float], *, descending: bool) -> list[int]:
    """Return the places of samples in the order of ``sort`` or ``sort_desc``; NaN comes last."""
    places = list(range(len(values)))
    less = _less(values, largest=descending)
    _insertion_sort(places, lambda a, b: less(b, a))
    return places


def _less(values: Sequence[float], *, largest: bool) -> _Less:
    """Compare two samples as Prometheus' heaps do: NaN is always the least wanted, even than NaN."""
    if largest:
        return lambda a, b: isnan(values[a]) or values[a] < values[b]
    return lambda a, b: isnan(values[a]) or values[a] > values[b]


def _heap(values: Sequence[float], k: int, *, largest: bool) -> list[int]:
    """Keep k samples in a heap whose root is the least wanted; an equal one does not push it out."""
    less = _less(values, largest=largest)
    heap: list[int] = []
    for place, value in enumerate(values):
        if len(heap) == k:
            root = values[heap[0]]
            if not (isnan(root) or (root < value if largest else root > value)):
                continue
            if k == 1:
                heap[0] = place
                continue
            heap[0], heap[-1] = heap[-1], heap[0]
            _down(heap, k - 1, less)
            heap.pop()
        heap.append(place)
        _up(heap, less)
    return heap


def _up(heap: list[int], less: _Less) -> None:
    at = len(heap) - 1
    while at:
        parent = (at - 1) // 2
        if not less(heap[at], heap[parent]):
            break
        heap[parent], heap[at] = heap[at], heap[parent]
        at = parent


def _down(heap: list[int], size: int, less: _Less) -> None:
    at = 0
    while (child := 2 * at + 1) < size:
        if child + 1 < size and less(heap[child + 1], heap[child]):
            child += 1
        if not less(heap[child], heap[at]):
            break
        heap[at], heap[child] = heap[child], heap[at]
        at = child


def _insertion_sort(places: list[int], less: _Less) -> None:
    for stop in range(1, len(places)):
        at = stop
        while at and less(places[at], places[at - 1]):
            places[at - 1], places[at] = places[at], places[at - 1]
            at -= 1
