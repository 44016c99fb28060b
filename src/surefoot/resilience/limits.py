"""What deadlines and attempt timeouts share: an end that nested code inherits, and an alarm where one can be heard."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from contextvars import ContextVar, Token

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import DeadlineExceeded
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.guarding import Guard, Passage
from surefoot.resilience.weave import Lines, Site, indent
from surefoot.resilience.wheel import EXACT_BELOW, TICK, WHEEL, Armed, arm, disarm, prepare

End = tuple[float, Callable[[], float]]  # when, by which clock

CURRENT: ContextVar[End | None] = ContextVar("surefoot_deadline", default=None)


def remaining() -> float | None:
    """Give the seconds left, 0 when the time is over, None when nothing limits it.

    It is what a client takes as its timeout: `bank.capture(order, timeout=resilience.remaining())`.
    """
    end = CURRENT.get()
    return None if end is None else max(0.0, end[0] - end[1]())


def patience(seconds: float) -> float:
    """Shorten a wait to what the deadline leaves."""
    left = remaining()
    return seconds if left is None else min(seconds, left)


def translate(end: End, now: Callable[[], float]) -> float:
    """Tell an end by another clock."""
    return now() + end[0] - end[1]()


class Limits(Guard):
    """Limits the time of calls; what it is and which error it makes, the policy says.

    Attributes:
        inherited: Whether async code inside learns the end. To set a context variable and back costs half as much as
            all the rest, so attempts leave it at the deadline: their end comes as a cancellation anyway.
    """

    __slots__ = ("_hooks", "_now", "_policy", "clock", "name", "seconds")

    inherited = True

    def __init__(self, seconds: float, names: tuple[str, str], clock: Clock, hooks: Hooks | None) -> None:
        self.seconds = seconds
        self.name, self._policy = names
        self.clock = clock
        self._now = clock.now
        self._hooks = hooks or Hooks()

    @abstractmethod
    def lapse(self) -> TimeoutError:
        """Count a call that ran out of time, and give its error."""

    def once(self) -> Passage:
        """Limit one call."""
        return Timed(self)

    def start(self) -> Token[End | None]:
        """Begin the time of a call, which ends with an outer one at the latest; `CURRENT.reset` ends it.

        Raises:
            DeadlineExceeded: The outer one has no time left.
        """
        now = self._now
        start = now()
        at = start + self.seconds
        outer = CURRENT.get()
        if outer is not None:
            at = min(at, outer[0] if outer[1] is now else translate(outer, now))
            if at <= start:
                raise self.over()
        return CURRENT.set((at, now))

    def finish(self, token: Token[End | None]) -> None:
        """End the time of a sync call."""
        CURRENT.reset(token)

    def left(self) -> float:
        """Give the seconds until the present end."""
        end = CURRENT.get()
        return self.seconds if end is None else end[0] - end[1]()

    def over(self) -> DeadlineExceeded:
        """Give the error of a call that cannot begin."""
        self._tell()
        return DeadlineExceeded(f"{self.name}: not called, the time of the whole call is over")

    def _tell(self) -> None:
        self._hooks.tell(Event("timeout", self.name, self._policy, self._now(), (("after", self.seconds),)))

    def names(self, site: Site) -> dict[str, object]:
        """Bind what the lines read."""
        return site.names(
            AttributeError=AttributeError,
            Cancelled=asyncio.CancelledError,
            after=self.seconds,
            arm=arm,
            current_task=asyncio.current_task,
            disarm=disarm,
            clock=self.clock,
            finish=self.finish,
            get=CURRENT.get,
            isinstance=isinstance,
            lapse=self.lapse,
            left=self.left,
            now=self._now,
            object=object,
            over=self.over,
            prepare=prepare,
            running_loop=asyncio.get_running_loop,
            set=CURRENT.set,
            start=self.start,
            translate=translate,
        )

    def lines(self, site: Site, inside: Lines) -> Lines:
        """Limit the lines inside, by an alarm if they await."""
        if not site.asynchronous:
            start = site.lines("$token = $start()\ntry:")
            return (*start, *indent(inside), *site.lines("finally:\n    $finish($token)"))
        shared = self.clock is SYSTEM and self.seconds >= EXACT_BELOW
        before, rang = (_ON_THE_WHEEL, _RANG_ON_THE_WHEEL) if shared else (_EXACT, "$disarm($alarm)")
        text = _BEGIN + before + _END.replace("$rang", rang)
        if not self.inherited:
            text = "\n".join(line for line in text.splitlines() if "$set(" not in line)
        begin, end = text.split("$inside")
        return (*site.lines(begin), *indent(inside), *site.lines(end))


# The lines of `Limits.start`, `arm` and `disarm` in one: a call of each costs more than what it does.
_BEGIN = """
$began = $now()
$at = $began + $after
$outer = $get()
if $outer is not None:
    $until = $outer[0] if $outer[1] is $now else $translate($outer, $now)
    if $until < $at:
        $at = $until
        if $at <= $began:
            raise $over()
"""
_ON_THE_WHEEL = f"""
$loop = $running_loop()
$task = $current_task($loop)
try:
    $before = $task.cancelling()
    $alarms = $loop.{WHEEL}[$at // {TICK} + 1.0]
except $AttributeError:
    $before, $alarms = $prepare($loop, $task, $at // {TICK} + 1.0)
$key = $object()
$alarms[$key] = $task
$set(($at, $now))
"""
_EXACT = """
$alarm = $arm($at - $began, $clock)
$set(($at, $now))
"""
_RANG_ON_THE_WHEEL = "$alarms.pop($key, None) is None and $task.uncancel() <= $before"
_END = """
try:
$inside
except BaseException as _error:
    $set($outer)
    if $rang and $isinstance(_error, $Cancelled):
        raise $lapse() from _error
    raise
$set($outer)
$rang
"""


class Timed(Guard):
    """One limited call, or as a decorator any number."""

    __slots__ = ("_alarm", "_limits", "_token")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._alarm: Armed | None = None
        self._token: Token[End | None] | None = None

    def once(self) -> Passage:
        """Limit another call."""
        return Timed(self._limits)

    def __enter__(self) -> None:
        self._token = self._limits.start()

    async def __aenter__(self) -> None:
        self._token = self._limits.start()
        self._alarm = arm(self._limits.left(), self._limits.clock)
        if not self._limits.inherited:
            CURRENT.reset(self._token)
            self._token = None

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        if self._token is not None:
            self._limits.finish(self._token)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        if self._token is not None:
            CURRENT.reset(self._token)
        if self._alarm is not None and disarm(self._alarm) and isinstance(error, asyncio.CancelledError):
            raise self._limits.lapse() from error
