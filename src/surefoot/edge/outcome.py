"""Carry what a piece of somebody's work came to, over to whoever waits for it in another thread."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of a call: a value, or the error that it raised."""

    value: T | None
    error: Exception | None

    def into(self, future: "Future[T]") -> None:
        """Tell whoever waits."""
        if self.error is not None:
            future.set_exception(self.error)
        else:
            future.set_result(self.value)  # type: ignore[arg-type]  # a call that raised nothing returned a T


def outcome(call: Callable[[], T]) -> Outcome[T]:
    """Run a call; whatever it raises is its outcome, for the thread that runs it serves others too."""
    try:
        return Outcome(call(), None)
    except Exception as error:  # noqa: BLE001  # as above
        return Outcome(None, error)
