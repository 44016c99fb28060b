"""Faults on purpose, innermost in the pipeline: latency, error, wrong result, abort.

Every experiment has an end of its own: it ends unless renewed within `expires` (a dead man's switch), and after `cap`
calls. While none is armed, nothing of this is in the compiled function. What a fault touched is known to `touched`,
and never enters the stale cache.
"""

import threading
from collections.abc import Callable
from contextvars import Context, ContextVar
from dataclasses import dataclass
from random import Random  # noqa: TID251  # seeded: an experiment can be repeated call for call

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.weave import Fragments, Lines, Site

TOUCHED: ContextVar[str | None] = ContextVar("surefoot_chaos", default=None)


def touched(name: str) -> bool:
    """Tell whether a fault touched the latest attempt, in this context, at a call to this dependency."""
    return TOUCHED.get() == name


def carry(context: Context) -> None:
    """Adopt what another context knows of it, with its answer."""
    TOUCHED.set(context.get(TOUCHED))


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to which calls.

    Attributes:
        expires: Seconds after arming, or the latest renewal, at which the experiment ends.
        cap: Calls that it touches at most.
        latency: Seconds before the call.
        error: Raised instead of the call; a class or a function that makes one.
        result: Makes a wrong result of the right one.
        abort: The call is made, and its answer lost: `ConnectionAbortedError`. It finds calls that may not be repeated.
        rate: Share of the calls.
        when: Chooses calls by their arguments.
        seed: The same seed strikes the same calls.
    """

    expires: float
    cap: int
    latency: float = 0.0
    error: Callable[[], BaseException] | None = None
    result: Callable[[object], object] | None = None
    abort: bool = False
    rate: float = 1.0
    when: Callable[..., bool] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.expires < float("inf"):
            raise ValueError(f"expires is {self.expires}: write seconds above 0, so that the experiment ends by itself")
        if self.cap < 1:
            raise ValueError(f"cap is {self.cap}: write the number of calls that may suffer, from 1")
        if not 0 < self.rate <= 1:
            raise ValueError(f"rate is {self.rate}: write a share above 0 and at most 1")
        if self.latency < 0:
            raise ValueError(f"latency is {self.latency}: write seconds, 0 or more")
        if not self.kinds:
            raise ValueError("a fault needs `latency`, `error`, `result` or `abort`")

    @property
    def kinds(self) -> str:
        """Name what it does, as in events."""
        does = {"latency": self.latency, "error": self.error, "result": self.result, "abort": self.abort}
        return "+".join(kind for kind, wanted in does.items() if wanted)


class Chaos:
    """Injects one fault at a time.

    Attributes:
        allowed: Whether experiments may be armed, as the settings say.
        on_change: Called after arming and disarming; the pipeline compiles anew.
        calls_touched: Calls touched by all experiments so far.
    """

    __slots__ = (
        "_clock",
        "_draw",
        "_fault",
        "_hooks",
        "_left",
        "_lock",
        "_until",
        "allowed",
        "calls_touched",
        "name",
        "on_change",
    )

    def __init__(self, settings: bool, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None) -> None:  # noqa: FBT001  # the settings are that
        self.allowed = settings
        self.name = name
        self.on_change: Callable[[], None] | None = None
        self.calls_touched = 0
        self._clock = clock
        self._hooks = hooks or Hooks()
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._draw = Random(0).random  # noqa: S311  # no secret
        self._until = 0.0
        self._left = 0

    def configure(self, settings: bool) -> None:  # noqa: FBT001  # as above
        """Allow experiments or not; a running one ends when they are not."""
        self.allowed = settings
        if not settings:
            self.disarm()

    @property
    def armed(self) -> bool:
        """Whether an experiment runs."""
        return self._fault is not None

    def state(self) -> dict[str, object]:
        """Tell what runs, how long yet, and how many calls it may still touch."""
        with self._lock:
            fault = self._fault
            seconds = self._until - self._clock.now()
        running = None if fault is None else {"fault": fault.kinds, "seconds": seconds, "calls": self._left}
        return {"allowed": self.allowed, "running": running, "touched": self.calls_touched}

    def arm(self, fault: Fault) -> None:
        """Begin an experiment.

        Raises:
            ValueError: The settings do not allow any, or one runs.
        """
        if not self.allowed:
            raise ValueError(f"{self.name}: experiments are not allowed: write `chaos: true` for this dependency")
        with self._lock:
            if self._fault is not None:
                raise ValueError(f"{self.name}: an experiment runs: disarm it first")
            self._draw = Random(fault.seed).random  # noqa: S311  # no secret
            self._until = self._clock.now() + fault.expires
            self._left = fault.cap
            self._fault = fault
        self._changed("armed")

    def renew(self) -> bool:
        """Let the experiment go on for another `expires` seconds; False when it is over."""
        with self._lock:
            if self._fault is None or self._clock.now() >= self._until:
                return False
            self._until = self._clock.now() + self._fault.expires
        return True

    def disarm(self) -> None:
        """End the experiment, if one runs."""
        with self._lock:
            ended, self._fault = self._fault, None
        if ended is not None:
            self._changed("disarmed")

    def _changed(self, what: str) -> None:
        self._hooks.tell(Event("chaos", self.name, "chaos", self._clock.now(), (("change", what),)))
        if self.on_change is not None:
            self.on_change()

    def strike(self, /, *args: object, **kwargs: object) -> Fault | None:
        """Choose what happens to a call; None: nothing."""
        TOUCHED.set(None)
        fault = self._fault
        if fault is None or (fault.when is not None and not fault.when(*args, **kwargs)):
            return None
        with self._lock:
            over = self._clock.now() >= self._until or self._left < 1
            struck = not over and self._fault is fault and self._draw() < fault.rate
            if struck:
                self._left -= 1
                self.calls_touched += 1
        if over:
            self.disarm()
        if not struck:
            return None
        TOUCHED.set(self.name)
        detail = (("fault", fault.kinds),)
        self._hooks.tell(Event("chaos", self.name, "chaos", self._clock.now(), detail))
        return fault

    def hit(self, fault: Fault) -> None:
        """Do what comes before a call."""
        if fault.latency:
            self._clock.sleep(fault.latency)
        self._raise(fault)

    async def hit_async(self, fault: Fault) -> None:
        """Do what comes before a call."""
        if fault.latency:
            await self._clock.pause(fault.latency)
        self._raise(fault)

    def _raise(self, fault: Fault) -> None:
        if fault.error is not None:
            error = fault.error()
            error.add_note(f"injected: an experiment runs on {self.name}")
            raise error

    def twist(self, fault: Fault, result: object) -> object:
        """Do what comes after a call: give another result, or lose it."""
        if fault.abort:
            error = ConnectionAbortedError(f"{self.name}: the answer was lost")
            error.add_note(f"injected: an experiment runs on {self.name}")
            raise error
        return result if fault.result is None else fault.result(result)

    def weave(self, site: Site) -> Fragments:
        """Strike before the call and twist after it."""
        hit = self.hit_async if site.asynchronous else self.hit
        names = site.names(strike=self.strike, hit=hit, twist=self.twist)
        arguments = site.arguments if site.shape == "function" else ""
        before = f"$fault = $strike({arguments})\nif $fault is not None:\n    await$ $hit($fault)"
        after = "if $fault is not None:\n    _result = $twist($fault, _result)"
        if site.shape != "function":
            after = "if $fault is not None:\n    $twist($fault, None)"
        elif site.judged:
            after += "\n    _bad = _judge(_result)"

        def surround(inside: Lines) -> Lines:
            return (*site.lines(before), *inside, *site.lines(after))

        return Fragments(names=names, surround=surround)
