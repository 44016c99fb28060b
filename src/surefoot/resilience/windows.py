"""Results of late, from which a breaker decides.

A result is a code: 0 good, 1 good but slow, 2 failed, 3 failed and slow.
"""

from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from typing import ClassVar, Protocol

SLOW = 1
FAILED = 2


class Window(Protocol):
    """What an admitted call carries until its result.

    Attributes:
        warm: Whether a good, quick result needs no more than `append(0)`: it cannot open the breaker. Atomic, so that
            such results take no lock; a dead window swallows them.
        streak: Failures in a row.
        append: Adds a result that cannot open the breaker.
        lasting: Whether results stay until others push them out: then, from the minimum on, a good, quick result
            lowers shares or leaves them. Where time passing alone may raise a share, no result is warm.
    """

    warm: bool
    streak: int
    append: Callable[[int], None]
    lasting: ClassVar[bool]

    def add(self, code: int, now: float) -> tuple[int, int, int]:
        """Add any result and give the totals; the breaker holds its lock."""
        ...

    def totals(self) -> tuple[int, int, int]:
        """Count all, failed and slow results."""
        ...

    def full(self) -> bool:
        """Tell whether the next result would push one out."""
        ...

    def expire(self, now: float) -> None:
        """Forget what is too old."""
        ...


class CountWindow:
    """The last `size` results; of size 0 it knows no more than the streak."""

    __slots__ = ("append", "ring", "size", "streak", "warm")

    lasting: ClassVar[bool] = True

    def __init__(self, size: int, results: Iterable[int] = ()) -> None:
        self.size = size
        self.ring: deque[int] = deque(results, maxlen=size)
        self.append: Callable[[int], None] = self.ring.append
        self.streak = 0
        self.warm = False

    def add(self, code: int, now: float) -> tuple[int, int, int]:
        """Add any result and give the totals; `now` is of no interest."""
        del now
        self.ring.append(code)
        return self.totals()

    def totals(self) -> tuple[int, int, int]:
        """Count all, failed and slow results of one moment: the ring changes without the lock."""
        ring = self.ring.copy()
        both = ring.count(FAILED | SLOW)
        return len(ring), ring.count(FAILED) + both, ring.count(SLOW) + both

    def full(self) -> bool:
        """Tell whether the next result would push one out."""
        return len(self.ring) >= self.size

    def expire(self, now: float) -> None:
        """Keep all: age is of no interest."""


class TimeWindow:
    """The results of the last `seconds` whole seconds, the present one included, a bucket for each."""

    __slots__ = ("append", "buckets", "calls", "failed", "newest", "seconds", "slow", "streak", "turns", "warm")

    lasting: ClassVar[bool] = False

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.buckets: deque[list[int]] = deque()
        self.newest: list[int] = []
        self.turns = -inf  # when the newest second is over
        self.calls = self.failed = self.slow = self.streak = 0
        self.warm = False
        self.append: Callable[[int], None] = _nothing

    def add(self, code: int, now: float) -> tuple[int, int, int]:
        """Add any result and give the totals; one a little older than the newest goes to the newest bucket."""
        if now >= self.turns:
            self.expire(now)
            self.newest = [int(now), 0, 0, 0]
            self.buckets.append(self.newest)
            self.turns = float(int(now) + 1)
        newest = self.newest
        newest[1] += 1
        self.calls += 1
        if code:
            newest[2] += code >> 1
            newest[3] += code & 1
            self.failed += code >> 1
            self.slow += code & 1
        return self.calls, self.failed, self.slow

    def totals(self) -> tuple[int, int, int]:
        """Count all, failed and slow results."""
        return self.calls, self.failed, self.slow

    def full(self) -> bool:
        """Deny: it has no size."""
        return False

    def expire(self, now: float) -> None:
        """Forget the seconds that are over."""
        oldest = int(now) - self.seconds
        buckets = self.buckets
        while buckets and buckets[0][0] <= oldest:
            _, calls, failed, slow = buckets.popleft()
            self.calls -= calls
            self.failed -= failed
            self.slow -= slow
        if not buckets:
            self.turns = -inf  # the newest is gone too: the next result needs another


def _nothing(code: int) -> None:
    """Stand where no result comes: the window is never warm."""
