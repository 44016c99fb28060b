"""So many calls in a time.

A token is taken at the moment a call goes, never reserved: a wait that is cancelled has nothing to give back. Those who
wait stand in line; the first of them sleeps until its token has grown, the others until they are first. Locks are held
for the arithmetic alone.
"""

import threading
from collections import OrderedDict

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import RateLimited
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.guarding import Stateless
from surefoot.resilience.limits import patience
from surefoot.resilience.pace import GRAIN, Bucket, Pace, pace, succeed
from surefoot.resilience.settings import RateSettings
from surefoot.resilience.waiting import TaskWaiter, ThreadWaiter, Waiter
from surefoot.resilience.weave import Fragments, Site

GRACE = 1.0  # seconds after its patience in which a waiter must have stirred; then its loop is taken for dead


class RateLimiter(Stateless):
    """Lets so many calls through in a time; a call waits at most `wait` seconds.

    Attributes:
        calls_waited: Calls that waited and went.
        calls_rejected: Calls that would have waited too long.
    """

    __slots__ = ("_clock", "_hooks", "_line", "_lock", "_pace", "calls_rejected", "calls_waited", "name", "settings")

    def __init__(self, settings: RateSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None) -> None:
        self.settings = settings
        self.name = name
        self.calls_waited = 0
        self.calls_rejected = 0
        self._clock = clock
        self._hooks = hooks or Hooks()
        self._lock = threading.Lock()
        self._line: OrderedDict[Waiter, None] = OrderedDict()
        self._pace: Pace = pace(settings)

    def configure(self, settings: RateSettings) -> None:
        """Change the rate; what was used stays used."""
        with self._lock:
            self._pace = succeed(self._pace, settings, self._clock.now())
            self._pace.narrow(shut=bool(self._line))
            self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell what is left and who waits."""
        with self._lock:
            available = self._pace.available(self._clock.now())
        return {
            "available_permissions": available,
            "waiting_threads": len(self._line),
            "waited": self.calls_waited,
            "rejected": self.calls_rejected,
        }

    def take(self, now: float) -> float:
        """Take a token at a time: 0, or the seconds until one may be there (none is taken then)."""
        with self._lock:
            if self._line:
                return max(GRAIN, self._pace.due(now, len(self._line)) - now)
            return self._pace.take(now)

    def enter(self) -> None:
        """Take a token, waiting for it.

        Raises:
            RateLimited: None grows within `wait` or the deadline; told at once, without waiting.
        """
        now = self._clock.now()
        if self.take(now):
            self.line_up(now)

    async def enter_async(self) -> None:
        """Take a token, as `enter`."""
        now = self._clock.now()
        if self.take(now):
            await self.line_up_async(now)

    def line_up(self, now: float) -> float:
        """Wait for a token; gives the time at which it was taken. See `enter`."""
        seconds = patience(self.settings.wait)
        waiter = ThreadWaiter(now + seconds)
        first = self._join(waiter, now)
        try:
            if not first:
                waiter.wait(seconds + GRACE)
            while (delay := self._turn(waiter)) > 0:
                self._clock.sleep(delay)
        except BaseException:
            self._give_up(waiter)
            raise
        return self._clock.now()

    async def line_up_async(self, now: float) -> float:
        """Wait for a token, as `line_up`."""
        seconds = patience(self.settings.wait)
        waiter = TaskWaiter(now + seconds)
        first = self._join(waiter, now)
        try:
            if not first:
                await waiter.wait(seconds + GRACE, self._clock)
            while (delay := self._turn(waiter)) > 0:
                await self._clock.pause(delay)
        except BaseException:
            self._give_up(waiter)
            raise
        return self._clock.now()

    def _join(self, waiter: Waiter, now: float) -> bool:
        """Stand in line; True for who is the first. Those who cannot be alive any more are passed over."""
        with self._lock:
            while self._line and (first := next(iter(self._line))).until + GRACE < now:
                self._drop(first)
            due = self._pace.due(now, len(self._line))
            if due - waiter.until <= GRAIN:
                self._line[waiter] = None
                self._pace.narrow(shut=True)
                return len(self._line) == 1
        raise self._refused(due - now)

    def _turn(self, waiter: Waiter) -> float:
        """Take a token for the first in line: 0, or the seconds until there is one."""
        with self._lock:
            now = self._clock.now()
            if waiter is next(iter(self._line), None):
                delay = self._pace.take(now)
                if not delay:
                    self._drop(waiter)
                    self.calls_waited += 1
                if now + delay - waiter.until <= GRAIN or not delay:
                    return delay
            due = self._pace.due(now, len(self._line))
        raise self._refused(due - now)

    def _give_up(self, waiter: Waiter) -> None:
        with self._lock:
            if waiter in self._line:
                self._drop(waiter)

    def _drop(self, waiter: Waiter) -> None:
        """Take a waiter out of the line; when it was the first, the next one is called."""
        was_first = waiter is next(iter(self._line))
        del self._line[waiter]
        while was_first and self._line and not (following := next(iter(self._line))).call():
            del self._line[following]
        if not self._line:
            self._pace.narrow(shut=False)

    def _refused(self, seconds: float) -> RateLimited:
        self.calls_rejected += 1
        detail = (("retry_after", seconds),)
        self._hooks.tell(Event("rejected", self.name, "rate_limiter", self._clock.now(), detail))
        return RateLimited(self.name, seconds)

    def weave(self, site: Site) -> Fragments:
        """Take a token within the lines when the bucket has one; ask for everything else."""
        line_up = self.line_up_async if site.asynchronous else self.line_up
        names = site.names(line_up=line_up)
        if not isinstance(self._pace, Bucket):
            lines = site.lines("if $take(_now):\n    _now = await$ $line_up(_now)")
            return Fragments(names={**names, **site.names(take=self.take)}, before=lines, times=True)
        full_at = self._pace.full_at
        names |= site.names(bucket=self._pace, pop=full_at.pop, push=full_at.append, IndexError=IndexError)
        return Fragments(names=names, before=site.lines(_TAKE), times=True)


_TAKE = """
try:
    $old = $pop()
except $IndexError:
    $go = False
else:
    try:
        $full = $old
        if $full < _now:
            $full = _now
        $go = $full - _now <= $bucket.gate
        if $go:
            $old = $full + $bucket.step
    finally:
        $push($old)
if not $go:
    _now = await$ $line_up(_now)
"""
