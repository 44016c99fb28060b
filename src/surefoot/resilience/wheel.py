"""One timer wheel per event loop: alarms of many calls share a timer of the loop each 50 ms.

A loop's own timer costs an object, a place in a heap and a handle that lies there until its time, though hardly any
call needs it. Here a call enters a dictionary and leaves it. An alarm rings up to a tick late, never early; limits for
which that is much get a timer of their own.

The wheel lives in its loop as an attribute and dies with it: no table of loops to leak, no loop mistaken for another.
It turns only while some call is under way.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from surefoot.resilience.clock import SYSTEM, Clock

TICK = 0.05
EXACT_BELOW = 5 * TICK  # at most a fifth late
WHEEL = "_surefoot_wheel"  # the attribute of the loop

Task = asyncio.Task[object]
Alarms = dict[object, Task]
Armed = tuple[Alarms, object, Task, int, Callable[[], object] | None]


@runtime_checkable
class Schedules(Protocol):
    """A clock that keeps timers of its own, such as a virtual one."""

    def later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        """Call once after so many seconds of this clock; the answer calls it off."""
        ...


def later(
    loop: asyncio.AbstractEventLoop, clock: Clock, seconds: float, call: Callable[[], object]
) -> Callable[[], object]:
    """Call once, at the exact time, by the clock's own timers or the loop's; the answer calls it off."""
    if clock is not SYSTEM and isinstance(clock, Schedules):
        return clock.later(seconds, call)
    return loop.call_later(seconds, call).cancel


class Wheel(dict[float, Alarms]):
    """Alarms by the number of the tick that rings them; reading a tick opens it."""

    __slots__ = ("_loop", "_next", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._next = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def __missing__(self, tick: float) -> Alarms:
        """Open a tick, and turn in time for it."""
        alarms = self[tick] = {}
        if tick < self._next:
            self._turn_at(tick)
        return alarms

    def _turn_at(self, tick: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._next = tick
        self._timer = self._loop.call_later(max(0.0, tick * TICK - SYSTEM.now()), self._turn)

    def _turn(self) -> None:
        """Ring what is due, forget what is empty, and sleep until the next alarm."""
        now = SYSTEM.now() / TICK
        self._timer, self._next = None, float("inf")
        due = sorted(tick for tick, alarms in self.items() if tick <= now or not alarms)
        for tick in due:
            ring(self.pop(tick))
        if self:
            self._turn_at(min(self))


def ring(alarms: Alarms) -> None:
    """Cancel the tasks; that an alarm is gone from its dictionary tells its call that it rang."""
    tasks = list(alarms.values())
    alarms.clear()
    for task in tasks:
        task.cancel()


def wheel(loop: asyncio.AbstractEventLoop) -> Wheel:
    """Give the wheel of a loop; one that takes no attributes gets a new one for each alarm."""
    found = getattr(loop, WHEEL, None)
    if isinstance(found, Wheel):
        return found
    made = Wheel(loop)
    with contextlib.suppress(AttributeError):
        setattr(loop, WHEEL, made)
    return made


def prepare(loop: asyncio.AbstractEventLoop, task: Task | None, tick: float) -> tuple[int, Alarms]:
    """Give the task's cancellations so far and the alarms of a tick.

    Raises:
        RuntimeError: No task is running.
    """
    return _taskful(task).cancelling(), wheel(loop)[tick]


def _taskful(task: Task | None) -> Task:
    if task is None:
        raise RuntimeError("a timeout needs a task to cancel: call this from a coroutine that a task runs")
    return task


def arm(seconds: float, clock: Clock = SYSTEM) -> Armed:
    """Cancel the current task after so many seconds, unless disarmed before.

    Raises:
        RuntimeError: No task is running.
    """
    loop = asyncio.get_running_loop()
    task = _taskful(asyncio.current_task(loop))
    shared = clock is SYSTEM and seconds >= EXACT_BELOW
    alarms: Alarms
    before, alarms = prepare(loop, task, (clock.now() + seconds) // TICK + 1.0) if shared else (task.cancelling(), {})
    key = object()
    alarms[key] = task
    cancel = None if shared else later(loop, clock, seconds, lambda: ring(alarms))
    return alarms, key, task, before, cancel


def disarm(armed: Armed) -> bool:
    """Put an alarm off; True when it rang and no cancellation from elsewhere came too.

    To be called exactly once. Only then may a `CancelledError` become a timeout: the count that the alarm added to
    the task's cancellations is taken back, and what remains above the count at its arming came from outside.
    """
    alarms, key, task, before, cancel = armed
    if alarms.pop(key, None) is not None:
        if cancel is not None:
            cancel()
        return False
    return task.uncancel() <= before
