"""One attempt as a block: `with pipeline.attempt() as attempt: …`, or `async with`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from surefoot.resilience.outcome import Counted

T = TypeVar("T")


class Attempt:
    """A block that the policies protect; good for one use.

    The block's errors and the result it names decide about the dependency; a block that ends without either is good.
    """

    __slots__ = ("_async", "_bad", "_counted", "_start", "_sync", "_value")

    def __init__(
        self, start: Callable[[str], Callable[..., Any]], counted: Counted, bad: Callable[[Any], bool] | None
    ) -> None:
        self._start = start
        self._counted = counted
        self._bad = bad
        self._value: tuple[object] | None = None
        self._sync: AbstractContextManager[object] | None = None
        self._async: AbstractAsyncContextManager[object] | None = None

    def result(self, value: T) -> T:
        """Name the result, so that `bad` may judge it; gives it back."""
        self._value = (value,)
        return value

    def _is_bad(self) -> bool:
        """Judge the result."""
        return self._bad is not None and self._value is not None and self._bad(self._value[0])

    def __enter__(self) -> Self:
        self._sync = contextmanager(self._start("attempt"))(self, self._counted, self._is_bad)
        self._sync.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sync is not None:
            self._sync.__exit__(kind, error, trace)

    async def __aenter__(self) -> Self:
        self._async = asynccontextmanager(self._start("aattempt"))(self, self._counted, self._is_bad)
        await self._async.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._async is not None:
            await self._async.__aexit__(kind, error, trace)
