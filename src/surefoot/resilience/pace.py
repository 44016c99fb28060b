"""When a call may go: the two ways to count a rate. The caller holds a lock; a bucket does without.

Times are exact to a microsecond, the grain at which a sleep of exactly `retry_after` must be enough.
"""

import math
from collections import deque

from surefoot.resilience.clock import SYSTEM
from surefoot.resilience.settings import RateSettings

GRAIN = 1e-6
NEVER = -math.inf
_PATIENCE = 5_000  # tries, each some 60 microseconds: a thread that stopped this long does not go on


class Bucket:
    """A token bucket, kept as one number (generic cell rate algorithm, ITU-T I.371): when it will be full again.

    The number lies in a deque of one. Who calculates takes it out and puts the new one back, both atomic: the empty
    deque is the lock, at a third of the price of one.

    Attributes:
        full_at: Holds the number, the theoretical arrival time.
        step: Seconds in which a token grows.
        slack: How far the number may lie ahead of a call that goes.
        gate: How far for a call that asks nobody: `slack`, or `NEVER` while others wait.
    """

    __slots__ = ("burst", "full_at", "gate", "slack", "step")

    def __init__(self, settings: RateSettings) -> None:
        self.full_at: deque[float] = deque([NEVER], maxlen=1)
        self._grow(settings)

    def configure(self, settings: RateSettings, now: float) -> None:
        """Grow tokens at another rate; as many as were missing are."""
        full_at = self._hold(now)
        missing = max(0.0, full_at - now) / self.step
        self._grow(settings)
        self.full_at.append(now + missing * self.step)

    def _grow(self, settings: RateSettings) -> None:
        self.burst = settings.burst or settings.count
        self.step = settings.per / settings.count
        self.slack = (self.burst - 1) * self.step
        self.narrow(shut=False)

    def due(self, now: float, ahead: int) -> float:
        """Give the time at which a call may go when so many go before it; at most `now`: at once."""
        full_at = self._hold(now)
        self.full_at.append(full_at)
        return max(full_at, now) + ahead * self.step - self.slack

    def narrow(self, *, shut: bool) -> None:
        """Shut the way for calls that ask nobody, or open it again."""
        self.gate = NEVER if shut else self.slack + GRAIN

    def take(self, now: float) -> float:
        """Let a call go: 0, or the seconds until one may (none goes then)."""
        full_at = self._hold(now)
        wait = max(full_at, now) - now - self.slack
        self.full_at.append(full_at if wait > GRAIN else max(full_at, now) + self.step)
        return wait if wait > GRAIN else 0.0

    def available(self, now: float) -> int:
        """Give the number of calls that may go at once."""
        return max(0, math.floor((now - self.due(now, 0) + GRAIN) / self.step) + 1)

    def _hold(self, now: float) -> float:
        """Take the number out, waiting for a thread that stopped while it held it.

        One that was killed there (Ctrl-C) never puts it back; then the bucket is taken to be empty.
        """
        for _ in range(_PATIENCE):
            try:
                return self.full_at.pop()
            except IndexError:
                SYSTEM.sleep(GRAIN)
        return now + self.burst * self.step


class Window:
    """A sliding window: the times of the latest calls, as many as the limit."""

    __slots__ = ("count", "per", "times")

    def __init__(self, settings: RateSettings) -> None:
        self.count, self.per = settings.count, settings.per
        self.times: deque[float] = deque(maxlen=settings.count)

    def configure(self, settings: RateSettings) -> None:
        """Count with another limit; the latest calls are remembered."""
        self.count, self.per = settings.count, settings.per
        self.times = deque(self.times, maxlen=settings.count)

    def due(self, now: float, ahead: int) -> float:
        """Give the time at which a call may go when so many go before it; at most `now`: at once."""
        index = len(self.times) + ahead - self.count
        if index < 0:
            return now
        if index < len(self.times):
            return self.times[index] + self.per
        return max(now, self.due(now, index - len(self.times))) + self.per

    def narrow(self, *, shut: bool) -> None:
        """Do nothing: every call asks."""

    def take(self, now: float) -> float:
        """Let a call go: 0, or the seconds until one may (none goes then)."""
        wait = self.due(now, 0) - now
        if wait > GRAIN:
            return wait
        self.times.append(now)
        return 0.0

    def available(self, now: float) -> int:
        """Give the number of calls that may go at once."""
        return self.count - sum(1 for time in self.times if now - time < self.per - GRAIN)


Pace = Bucket | Window


def pace(settings: RateSettings) -> Pace:
    """Start counting as the settings say."""
    return Window(settings) if settings.sliding else Bucket(settings)


def succeed(old: Pace, settings: RateSettings, now: float) -> Pace:
    """Count by new settings and remember what was used by the old ones."""
    if isinstance(old, Bucket) and not settings.sliding:
        old.configure(settings, now)
        return old
    if isinstance(old, Window) and settings.sliding:
        old.configure(settings)
        return old
    limit = old.count if isinstance(old, Window) else old.burst
    new = pace(settings)
    for _ in range(limit - old.available(now)):
        new.take(now)
    old.narrow(shut=True)
    return new
