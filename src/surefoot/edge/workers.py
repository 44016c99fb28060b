"""Workers that are threads."""

from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from surefoot.ports.workers import Job

T = TypeVar("T")


class Threads:
    """A few threads, started as they are needed."""

    def __init__(self, most: int) -> None:
        self._pool = ThreadPoolExecutor(most)

    def begin(self, work: Callable[[], T]) -> Job[T]:
        """Begin something; it may have to wait until a thread is free."""
        return self._pool.submit(work)

    def wait(self, jobs: Collection[Job[object]], seconds: float) -> None:
        """Wait until all are done, but no longer than this."""
        wait([job for job in jobs if isinstance(job, Future)], seconds)

    def close(self) -> None:
        """Begin nothing more; what has not begun is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
