"""The last good answer of each key, for the time when there is no better one."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

SIZE = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer and its age in seconds."""

    value: object
    age: float


class Stale:
    """Keeps answers, at most `size`; who was neither given nor renewed longest goes first.

    A key holds what it is made of, so no later object can be mistaken for it, as with `id()`. Answers are kept as they
    are, not copied: whoever changes one changes what others are given.
    """

    __slots__ = ("_answers", "_lock", "size")

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self._answers: OrderedDict[Hashable, tuple[object, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def keep(self, key: Hashable, value: object, now: float) -> None:
        """Keep the newest answer of a key."""
        with self._lock:
            self._answers[key] = (value, now)
            self._answers.move_to_end(key)
            if len(self._answers) > self.size:
                self._answers.popitem(last=False)

    def find(self, key: Hashable, oldest: float, now: float) -> Answer | None:
        """Give the answer of a key, unless it is older than `oldest` seconds; then it is forgotten."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is None:
                return None
            value, since = kept
            if now - since > oldest:
                del self._answers[key]
                return None
            self._answers.move_to_end(key)
        return Answer(value, now - since)


def key_of(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> Hashable | None:
    """Make the key of a call from the function and its arguments, 1 and True being two; None when one has no hash.

    >>> key_of(print, (1,), {}) == key_of(print, (True,), {})
    False
    """
    key: tuple[object, ...] = (function, args, *map(type, args))
    if kwargs:
        named = sorted(kwargs.items())
        key = (*key, tuple(named), *(type(value) for _, value in named))
    try:
        hash(key)
    except TypeError:
        return None
    return key
