"""How much a call matters, inherited by every call inside it."""

from contextvars import ContextVar, Token
from enum import IntEnum

from surefoot.resilience.guarding import Guard, Passage


class Priority(IntEnum):
    """The lower, the sooner a call is given up."""

    LOW = 0
    NORMAL = 1
    CRITICAL = 2


CURRENT: ContextVar[Priority] = ContextVar("surefoot_priority", default=Priority.NORMAL)


class Prioritised(Guard):
    """One block of a priority, or as a decorator any number of calls."""

    __slots__ = ("_level", "_token")

    def __init__(self, level: Priority) -> None:
        self._level = level
        self._token: Token[Priority] | None = None

    def once(self) -> Passage:
        """Give another block."""
        return Prioritised(self._level)

    def __enter__(self) -> None:
        self._token = CURRENT.set(self._level)

    async def __aenter__(self) -> None:
        self.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        if self._token is not None:
            CURRENT.reset(self._token)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        self.__exit__(kind, error, trace)


def priority(level: Priority | str) -> Prioritised:
    """Give the calls of a block, or of a function, sync or async, a priority: `low`, `normal` or `critical`.

    Raises:
        ValueError: It is none of these.

    >>> with priority("low"):
    ...     CURRENT.get().name
    'LOW'
    """
    names = {one.name.lower(): one for one in Priority}
    found = level if isinstance(level, Priority) else names.get(level)
    if found is None:
        raise ValueError(f"{level!r} is no priority: write one of {', '.join(names)}")
    return Prioritised(found)
