"""How much a call matters, inherited by every call inside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """The lower, the sooner a call is given up."""

    LOW = 0
    NORMAL = 1
    CRITICAL = 2


CURRENT: ContextVar[Priority] = ContextVar("surefoot_priority", default=Priority.NORMAL)


@contextmanager
def priority(level: Priority | str) -> Iterator[None]:
    """Give the calls of a block, or of a function when used as a decorator of a plain one, a priority.

    Raises:
        ValueError: It is none of `low`, `normal`, `critical`.

    >>> with priority("low"):
    ...     CURRENT.get().name
    'LOW'
    """
    if isinstance(level, str):
        names = {one.name.lower(): one for one in Priority}
        if level not in names:
            raise ValueError(f"{level!r} is no priority: write one of {', '.join(names)}")
        level = names[level]
    token = CURRENT.set(level)
    try:
        yield
    finally:
        CURRENT.reset(token)
