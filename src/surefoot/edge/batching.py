"""Many callers, one at a time: whatever waits is taken together."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from surefoot.edge.outcome import outcome
from surefoot.errors import PortError, SurefootError

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Item, Answer]):
    item: Item
    future: "Future[Answer]"


class Batches(Generic[Item, Answer]):
    """A thread that hands over what waits, up to a number, and answers everybody.

    While one batch is under way (waiting for a disk, say) the next one gathers; so its size follows the load.

    Args:
        take: Takes a batch; for each item the answer, or the error that is its answer.
        most: Items of a batch.
        name: Of the thread.
        idle: Seconds after which a batch without items is handed over, so that what was kept back finds its way.
    """

    def __init__(
        self,
        take: Callable[[Sequence[Item]], Sequence[Answer | SurefootError]],
        most: int,
        name: str,
        idle: float | None = None,
    ) -> None:
        self._take = take
        self._most = most
        self._idle = idle
        self._closed = False
        self._waiting: queue.SimpleQueue[_Asked[Item, Answer] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> "Future[Answer]":
        """Put an item in line; what comes of it, or the error, comes later.

        Raises:
            PortError: It is closed.
        """
        if self._closed:
            raise PortError(f"{self._thread.name}: it is closed")
        future: Future[Answer] = Future()
        self._waiting.put(_Asked(item, future))
        return future

    def close(self) -> None:
        """Finish what is in line."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._first()) is not None:
            batch, more = [first], True
            while more and len(batch) < self._most and not self._waiting.empty():
                further = self._waiting.get()
                if further is None:
                    self._waiting.put(None)
                    more = False
                else:
                    batch.append(further)
            self._answer([asked for asked in batch if asked.future.set_running_or_notify_cancel()])

    def _first(self) -> "_Asked[Item, Answer] | None":
        while True:
            try:
                return self._waiting.get(timeout=self._idle)
            except queue.Empty:
                outcome(lambda: self._take(()))

    def _answer(self, batch: "list[_Asked[Item, Answer]]") -> None:
        result = outcome(lambda: self._take([asked.item for asked in batch]))
        if result.error is not None:
            for asked in batch:
                asked.future.set_exception(result.error)
            return
        for asked, answer in zip(batch, result.value or (), strict=True):
            if isinstance(answer, SurefootError):
                asked.future.set_exception(answer)
            else:
                asked.future.set_result(answer)
