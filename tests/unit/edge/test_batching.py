"""A line whose keeper looks after what was kept back."""

import queue
from collections.abc import Sequence
from contextlib import closing

import pytest

from surefoot.edge.batching import Batches
from surefoot.errors import PortError, StoreError


def test_without_items_an_empty_batch_is_handed_over_and_its_errors_end_nothing():
    taken: queue.SimpleQueue[int] = queue.SimpleQueue()

    def take(batch: Sequence[int]) -> list[int]:
        taken.put(len(batch))
        if not batch:
            raise StoreError("away")
        return list(batch)

    with closing(Batches(take, 10, "test", idle=0.01)) as line:
        assert [taken.get(timeout=5) for _ in range(2)] == [0, 0]
        assert line.submit(7).result(5) == 7


def test_an_error_of_an_item_is_its_own():
    def take(batch: Sequence[int]) -> list[int | StoreError]:
        return [StoreError("no") if one else one for one in batch]

    line: Batches[int, int] = Batches(take, 10, "test")
    with closing(line):
        good, bad = line.submit(0), line.submit(1)
        assert good.result(5) == 0
        with pytest.raises(StoreError, match="no"):
            bad.result(5)


def test_what_comes_after_the_end_is_refused_and_does_not_wait_for_ever():
    line: Batches[int, int] = Batches(list, 10, "test")
    line.close()
    with pytest.raises(PortError, match="closed"):
        line.submit(1)
