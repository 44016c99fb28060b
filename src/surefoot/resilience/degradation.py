"""Which answers are substitutes.

A result of the user's own type takes no mark, so the mark stands beside it, in the context: `degraded()` tells the
latest one, and a block of `degradations()` gathers all of a request, those of its child tasks too, to show what users
shall see. Each also comes as an event `fallback`.

>>> with degradations() as marks:
...     pass  # calls that may fall back
>>> marks
[]
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Degraded:
    """That an answer is a substitute.

    Attributes:
        name: Of the dependency.
        kind: `stale`, `value`, `queue` or `alternative`.
        user_sees: What the spec says that users are told.
        error: What failed; a class's name, or `bad result`.
        age: Of a stale answer, in seconds.
    """

    name: str
    kind: str
    user_sees: str
    error: str
    age: float | None = None


_GATHERED: ContextVar[list[Degraded] | None] = ContextVar("surefoot_degradations", default=None)
_LATEST: ContextVar[Degraded | None] = ContextVar("surefoot_degraded", default=None)


def degraded() -> Degraded | None:
    """Give the mark of the latest substitute in this context, or since the block of `degradations()` began."""
    marks = _GATHERED.get()
    return _LATEST.get() if marks is None else (marks[-1] if marks else None)


@contextmanager
def degradations() -> Iterator[list[Degraded]]:
    """Gather the marks of a block; a surrounding block gets them too, when it ends."""
    outer = _GATHERED.get()
    marks: list[Degraded] = []
    token = _GATHERED.set(marks)
    try:
        yield marks
    finally:
        _GATHERED.reset(token)
        if outer is not None:
            outer.extend(marks)


def mark(one: Degraded) -> None:
    """Tell that the answer about to be given is a substitute."""
    marks = _GATHERED.get()
    if marks is None:
        _LATEST.set(one)
    else:
        marks.append(one)
