"""A store that did not open yet: what is asked of it fails with the reason, so that records are spooled meanwhile."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from surefoot.errors import StoreError
from surefoot.ports.lease import Lease
from surefoot.ports.store import Store, Work

T = TypeVar("T")

_AGAIN = 1.0  # seconds between two attempts


class AwayStore(Store):
    """Tries to open the real store whenever it is asked for something, and hands everything on once it is there.

    Args:
        place: Where it would be.
        error: Why it did not open.
        again: Opens it.
    """

    def __init__(self, place: str, error: StoreError, again: Callable[[], tuple[Store, Lease]]) -> None:
        self._place = place
        self._error = error
        self._open = again
        self._lock = threading.Lock()
        self._next = time.monotonic() + _AGAIN
        self._real: tuple[Store, Lease] | None = None

    @property
    def place(self) -> str:
        """Where it would be."""
        return self._place

    def write(self, work: Work[T]) -> T:
        """Hand it on, or fail."""
        return self._found()[0].write(work)

    def submit(self, work: Work[T]) -> Future[T]:
        """Hand it on, or fail later."""
        try:
            return self._found()[0].submit(work)
        except StoreError as error:
            return _failed(error)

    def read(self, work: Work[T]) -> T:
        """Hand it on, or fail."""
        return self._found()[0].read(work)

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Hand it on, or fail later."""
        try:
            return self._found()[0].submit_read(work)
        except StoreError as error:
            return _failed(error)

    def close(self) -> None:
        """Let go of the real one."""
        if self._real is not None:
            self._real[0].close()

    def lease(self) -> Lease | None:
        """Return the lease of the real one, once it is there."""
        try:
            return self._found()[1]
        except StoreError:
            return None

    def _found(self) -> tuple[Store, Lease]:
        with self._lock:
            if self._real is None and time.monotonic() >= self._next:
                self._next = time.monotonic() + _AGAIN
                try:
                    self._real = self._open()
                except StoreError as error:
                    self._error = error
            if self._real is None:
                raise self._error
            return self._real


class AwayLease(Lease):
    """The lease of a store that did not open yet: nobody leads until then."""

    def __init__(self, store: AwayStore) -> None:
        self._store = store

    def leads(self) -> bool:
        """Tell whether this process holds it."""
        real = self._store.lease()
        return real is not None and real.leads()

    def epoch(self) -> int | None:
        """Return the number under which it is held."""
        real = self._store.lease()
        return real.epoch() if real is not None else None

    def lost(self) -> None:
        """Give it up."""
        real = self._store.lease()
        if real is not None:
            real.lost()


def _failed(error: StoreError) -> "Future[T]":
    future: Future[T] = Future()
    future.set_exception(error)
    return future
