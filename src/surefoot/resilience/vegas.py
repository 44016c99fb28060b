"""A limit of concurrent calls that follows what the dependency can take. Pure; the caller holds the lock.

TCP Vegas (L. Brakmo and L. Peterson, 1995): of `limit` calls in flight, `limit * (1 - base / latency)` stand in a queue
somewhere, `base` being the latency without load. Few: the limit grows; many: it shrinks. Both numbers deceive when the
load never pauses (then `base` is taken from full queues) or answers grow larger, so each step is checked against what
raising the load did before: more latency and no more throughput is a queue, whatever Vegas says; more throughput is
none.
"""

import math
from collections import deque
from statistics import fmean

from surefoot.resilience.settings import AdaptiveSettings

WINDOWS = 30  # remembered, for the base and the correlations
LEAST_CALLS = 10  # in a window
LEAST_SECONDS = 0.1
SATURATED = (0.3, 0.5)  # throughput follows the load less than the first, latency more than the second
SCALING = 0.7  # throughput follows the load at least so
DROP = 0.9  # what failures leave of the limit
BUSY = 0.8  # share of the limit that must be used before it grows


class Vegas:
    """Finds the limit from finished calls.

    Attributes:
        limit: The present one.
    """

    __slots__ = ("_began", "_busiest", "_calls", "_dropped", "_past", "_seconds", "limit", "settings")

    def __init__(self, settings: AdaptiveSettings, now: float) -> None:
        self.limit = settings.least
        self.settings = settings
        self._past: deque[tuple[float, float, float]] = deque(maxlen=WINDOWS)  # calls at a time, a second, latency
        self._began = now
        self._calls = 0
        self._seconds = 0.0
        self._busiest = 0
        self._dropped = False

    def configure(self, settings: AdaptiveSettings) -> None:
        """Keep to other bounds; the limit moves only as far as they demand."""
        self.settings = settings
        self.limit = max(settings.least, min(self.limit, settings.most))

    def finish(self, seconds: float, busy: int, now: float) -> bool:
        """Learn from a good answer; `busy` calls were in flight. True when the limit changed."""
        self._calls += 1
        self._seconds += seconds
        self._busiest = max(self._busiest, busy)
        return self._close(now)

    def drop(self, now: float) -> bool:
        """Learn from a failure: too much load, as far as anybody can tell. True when the limit changed."""
        self._dropped = True
        return self._close(now)

    def _close(self, now: float) -> bool:
        elapsed = now - self._began
        if elapsed < LEAST_SECONDS or (self._calls < max(LEAST_CALLS, self.limit) and not self._dropped):
            return False
        old = self.limit
        if self._calls:
            self._past.append((self._busiest, self._calls / elapsed, self._seconds / self._calls))
        self.limit = max(self.settings.least, min(self.settings.most, self._next()))
        self._began = now
        self._calls = 0
        self._seconds = 0.0
        self._busiest = 0
        self._dropped = False
        return self.limit != old

    def _next(self) -> int:
        limit = self.limit
        if self._dropped:
            return math.floor(limit * DROP)
        loads, throughputs, latencies = (list(column) for column in zip(*self._past, strict=True))
        queue = limit * (1 - min(latencies) / latencies[-1]) if latencies[-1] > 0 else 0.0
        few = max(1.0, 3 * math.log10(limit))
        step = max(1, round(math.log10(limit)))
        gain = correlation(loads, throughputs)
        if gain < SATURATED[0] and correlation(loads, latencies) > SATURATED[1]:
            return limit - step
        if queue > 2 * few:
            return limit if gain > SCALING else limit - step
        return limit + step if queue < few and self._busiest >= BUSY * limit else limit


def correlation(xs: list[float], ys: list[float]) -> float:
    """Give Pearson's coefficient; 0 where one of them does not vary.

    >>> correlation([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])
    1.0
    """
    x_mean, y_mean = fmean(xs), fmean(ys)
    xs, ys = [x - x_mean for x in xs], [y - y_mean for y in ys]
    spread = math.sqrt(sum(x * x for x in xs) * sum(y * y for y in ys))
    return sum(x * y for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0
