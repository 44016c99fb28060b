"""So many calls at a time, and a short line for the rest: first come, first served, threads and tasks alike.

A place is a token in a deque, whose `pop` and `append` are atomic: a call that finds one takes no lock, and no lock is
held while it runs. Whoever leaves puts the token back *before* it looks whether anybody waits, and whoever comes too
late stands in line *before* it looks for a token again: one of the two sees the other, and none waits beside a free
place.
"""

import threading
from collections import OrderedDict, deque

from surefoot.resilience.clock import Clock
from surefoot.resilience.errors import BulkheadFull
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.guarding import Stateless
from surefoot.resilience.limits import patience
from surefoot.resilience.waiting import TaskWaiter, ThreadWaiter, Waiter
from surefoot.resilience.weave import Fragments, Site

_HELD: None = None  # what a place is; only their number matters


class Places:
    """The places of a bulkhead and the line for them.

    Attributes:
        limit: How many there are.
        longest: How many may stand in line.
        attend: Whether leaving takes more than putting the token back: somebody waits, or places are to be given up.
    """

    __slots__ = ("_debt", "_line", "_lock", "attend", "free", "limit", "longest")

    def __init__(self, limit: int, longest: int) -> None:
        self.limit = limit
        self.longest = longest
        self.free: deque[None] = deque([_HELD] * limit)
        self.attend = False
        self._debt = 0
        self._line: OrderedDict[Waiter, None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """Calls inside; after the limit fell, possibly more than it."""
        return self.limit + self._debt - len(self.free)

    @property
    def waiting(self) -> int:
        """Calls in line."""
        return len(self._line)

    def full(self) -> bool:
        """Tell, at a glance, whether there is neither a place nor a place in line."""
        return len(self._line) >= self.longest and len(self.free) <= self._debt

    def take(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        if self.attend:
            return False
        try:
            self.free.pop()
        except IndexError:
            return False
        return True

    def leave(self) -> None:
        """Give a place back: to who waits longest, if anybody does."""
        self.free.append(_HELD)
        if self.attend:
            self.serve()

    def serve(self) -> None:
        """Give up places that are too many, and call as many from the line as there are left."""
        with self._lock:
            self._serve()

    def join(self, waiter: Waiter) -> bool:
        """Stand in line, or be called at once; False when the line is full."""
        with self._lock:
            if len(self._line) >= self.longest and not self._at_once():
                return False
            self._line[waiter] = None
            self.attend = True
            self._serve()
        return True

    def withdraw(self, waiter: Waiter) -> bool:
        """Leave the line; False when the waiter was called before and holds a place."""
        with self._lock:
            if waiter.called:
                return False
            self._line.pop(waiter, None)
            self._serve()
        return True

    def resize(self, limit: int, longest: int) -> None:
        """Change the number of places. Calls inside stay; places above the limit vanish as they are left."""
        with self._lock:
            self._debt += self.limit - limit
            self.limit = limit
            self.longest = longest
            if self._debt < 0:
                self.free.extend([_HELD] * -self._debt)
                self._debt = 0
            self.attend = True
            self._serve()

    def _at_once(self) -> bool:
        return not self._line and len(self.free) > self._debt

    def _serve(self) -> None:
        while self._debt and self._grab():
            self._debt -= 1
        while self._line and self._grab():
            waiter, _ = self._line.popitem(last=False)
            if not waiter.call():
                self.free.append(_HELD)
        self.attend = bool(self._line or self._debt)

    def _grab(self) -> bool:
        try:
            self.free.pop()
        except IndexError:
            return False
        return True


class Door(Stateless):
    """What a fixed and an adaptive limit share: the way in and out.

    Waiting threads are timed by the machine's clock, whatever clock the policy has.

    Attributes:
        calls_waited: Calls that stood in line and got in.
        calls_rejected: Calls that found the line full, or stood in it too long.
    """

    __slots__ = ("_clock", "_hooks", "_policy", "calls_rejected", "calls_waited", "name", "places", "wait")

    def __init__(self, places: Places, wait: float, names: tuple[str, str], clock: Clock, hooks: Hooks | None) -> None:
        self.places = places
        self.wait = wait
        self.name, self._policy = names
        self.calls_waited = 0
        self.calls_rejected = 0
        self._clock = clock
        self._hooks = hooks or Hooks()

    def state(self) -> dict[str, object]:
        """Tell how full it is."""
        return {
            "max_allowed_concurrent_calls": self.places.limit,
            "available_concurrent_calls": max(0, self.places.limit - self.places.busy),
            "in_flight": self.places.busy,
            "waiting": self.places.waiting,
            "waited": self.calls_waited,
            "rejected": self.calls_rejected,
        }

    def enter(self) -> None:
        """Take a place, waiting in line for one.

        Raises:
            BulkheadFull: The line is full, or `wait` or the deadline ended first.
        """
        if not self.places.take():
            self.line_up()

    async def enter_async(self) -> None:
        """Take a place, as `enter`."""
        if not self.places.take():
            await self.line_up_async()

    def leave(self) -> None:
        """Give the place back."""
        self.places.leave()

    def line_up(self) -> None:
        """Wait for a place; see `enter`."""
        if self.places.full():
            raise self._full()
        seconds = patience(self.wait)
        waiter = ThreadWaiter(seconds)
        if not self.places.join(waiter):
            raise self._full()
        try:
            called = waiter.wait(seconds)
        except BaseException:
            self._give_up(waiter)
            raise
        if not called and self.places.withdraw(waiter):
            raise self._full()
        self.calls_waited += 1

    async def line_up_async(self) -> None:
        """Wait for a place; see `enter`."""
        if self.places.full():
            raise self._full()
        seconds = patience(self.wait)
        waiter = TaskWaiter(seconds)
        if not self.places.join(waiter):
            raise self._full()
        try:
            called = await waiter.wait(seconds, self._clock)
        except BaseException:
            self._give_up(waiter)
            raise
        if not called and self.places.withdraw(waiter):
            raise self._full()
        self.calls_waited += 1

    def _give_up(self, waiter: Waiter) -> None:
        if not self.places.withdraw(waiter):
            self.places.leave()

    def _full(self) -> BulkheadFull:
        self.calls_rejected += 1
        self._hooks.tell(Event("rejected", self.name, self._policy, self._clock.now()))
        return BulkheadFull(self.name)

    def weave(self, site: Site) -> Fragments:
        """Take a token, and put it back."""
        places = self.places
        names = site.names(
            places=places,
            pop=places.free.pop,
            push=places.free.append,
            serve=places.serve,
            line_up=self.line_up_async if site.asynchronous else self.line_up,
            IndexError=IndexError,
        )
        before = """
$full = $places.attend
if not $full:
    try:
        $pop()
    except $IndexError:
        $full = True
if $full:
    await$ $line_up()
"""
        always = """
$push(None)
if $places.attend:
    $serve()
"""
        return Fragments(names=names, before=site.lines(before), always=site.lines(always))
