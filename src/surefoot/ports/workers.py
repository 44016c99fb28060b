"""The port to doing several things at once."""

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Job(Protocol[T_co]):
    """Something that was begun."""

    def done(self) -> bool:
        """Tell whether it has ended."""

    def result(self) -> T_co:
        """Return what came of it."""


class Workers(Protocol):
    """Those who do it."""

    def begin(self, work: Callable[[], T]) -> Job[T]:
        """Begin something; it may have to wait until a worker is free."""

    def wait(self, jobs: Collection[Job[object]], seconds: float) -> None:
        """Wait until all are done, but no longer than this."""

    def close(self) -> None:
        """Begin nothing more; what has not begun is dropped."""
