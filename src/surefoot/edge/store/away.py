"""A store that could not be opened: whatever is asked of it fails with the reason, so that records are spooled."""

from concurrent.futures import Future
from typing import TypeVar

from surefoot.errors import StoreError
from surefoot.ports.store import Store, Work

T = TypeVar("T")


class AwayStore(Store):
    """Answers everything with one error."""

    def __init__(self, place: str, error: StoreError) -> None:
        self._place = place
        self._error = error

    @property
    def place(self) -> str:
        """Where it would be."""
        return self._place

    def write(self, work: Work[T]) -> T:  # noqa: ARG002  # nothing is done
        """Fail."""
        raise self._error

    def submit(self, work: Work[T]) -> Future[T]:  # noqa: ARG002  # as above
        """Fail later."""
        future: Future[T] = Future()
        future.set_exception(self._error)
        return future

    def read(self, work: Work[T]) -> T:
        """Fail."""
        return self.write(work)

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Fail later."""
        return self.submit(work)

    def close(self) -> None:
        """Do nothing."""
