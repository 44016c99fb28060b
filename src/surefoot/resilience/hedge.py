"""A second, equal call when the first is late; the first good answer wins, the other call is cancelled.

Only for functions declared idempotent. The first call runs in the caller's own task, so a call that is in time costs a
timer and no task. Sync calls need an executor for both, and a lost one that has begun cannot be stopped.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextvars import copy_context
from typing import Protocol, TypeVar

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.quantile import Quantile
from surefoot.resilience.race import Race
from surefoot.resilience.settings import HedgeSettings
from surefoot.resilience.weave import Fragments, Lines, Site, function

T = TypeVar("T")
Bad = Callable[[T], bool]

WARM_UP = 20  # answers before a quantile is believed


class Budget(Protocol):
    """Who must agree to a second call; see `budget.Budget`."""

    def take(self) -> bool:
        """Take a place."""
        ...

    def give(self) -> None:
        """Give it back."""
        ...


class Hedge:
    """Sends a second call after a quantile of the latency, or a fixed delay.

    Attributes:
        budget: Shared with repetitions; a second call that it refuses is not sent.
        executor: Runs sync calls, both of them.
        calls_hedged: Second calls sent.
        calls_won: Second calls whose answer was taken.
    """

    __slots__ = (
        "_clock",
        "_hooks",
        "_latency",
        "budget",
        "calls_hedged",
        "calls_won",
        "executor",
        "name",
        "running",
        "settings",
    )

    def __init__(
        self,
        settings: HedgeSettings,
        name: str,
        *,
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
        executor: Executor | None = None,
    ) -> None:
        self.settings = settings
        self.name = name
        self.executor = executor
        self.budget: Budget | None = None
        self.calls_hedged = 0
        self.calls_won = 0
        self.running: set[asyncio.Task[object]] = set()  # a loop alone would forget a task that nobody holds
        self._clock = clock
        self._hooks = hooks or Hooks()
        self._latency = Quantile(settings.quantile or 0.5)

    def configure(self, settings: HedgeSettings) -> None:
        """Hedge so from now on; the latency that was learnt stays while its quantile does."""
        if settings.quantile is not None and settings.quantile != self._latency.q:
            self._latency = Quantile(settings.quantile)
        self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell the present delay and how many calls were doubled."""
        return {"delay": self.delay(), "hedged": self.calls_hedged, "won": self.calls_won}

    def delay(self) -> float | None:
        """Give the seconds after which a second call is sent; None while too few answers came."""
        if self.settings.delay is not None:
            return self.settings.delay
        return self._latency.estimate if self._latency.count >= WARM_UP else None

    def observe(self, seconds: float) -> None:
        """Learn how long a first call took, or had taken when it lost: left out, the quantile would sink."""
        if seconds > 0 and self.settings.quantile is not None:
            self._latency.observe(seconds)

    def allow(self) -> bool:
        """Decide on a second call."""
        if self.budget is not None and not self.budget.take():
            return False
        self.calls_hedged += 1
        detail = (("delay", self.delay() or 0.0),)
        self._hooks.tell(Event("hedge", self.name, "hedge", self._clock.now(), detail))
        return True

    def settled(self) -> None:
        """Take note that a second call is over."""
        if self.budget is not None:
            self.budget.give()

    async def run_async(self, call: Callable[[], Coroutine[object, object, T]], bad: Bad[T] | None = None) -> T:
        """Make a call, and another when it is late.

        Args:
            call: Makes it; also at the same time.
            bad: Tells an answer that does not win while the other call may still give one.

        Raises:
            BaseException: What the first call raised, when the second gave no answer either.
        """
        start = self._clock.now()
        delay = self.delay()
        if delay is None:
            result = await call()
        else:
            result = await Race(self, call, bad).run(self._clock, delay)
        self.observe(self._clock.now() - start)
        return result

    def run(self, call: Callable[[], T], bad: Bad[T] | None = None) -> T:
        """Make a sync call, and another when it is late; see `run_async`. Waits by the machine's clock."""
        start = self._clock.now()
        first = self._submit(call)
        second: Future[T] | None = None
        try:
            delay = self.delay()
            wait((first,), delay)
            if not first.done() and self.allow():
                second = self._submit(call)
                second.add_done_callback(lambda _: self.settled())
            result = self._first_good(first, second, bad)
        finally:
            for future in (first, second):
                if future is not None:
                    future.cancel()
        self.observe(self._clock.now() - start)
        return result

    def _first_good(self, first: "Future[T]", second: "Future[T] | None", bad: Bad[T] | None) -> T:
        if second is not None:
            done, others = wait((first, second), return_when=FIRST_COMPLETED)
            if not any(_good(future, bad) for future in done):
                wait(others)
            if not (first.done() and _good(first, bad)) and _good(second, bad):
                self.calls_won += 1
                return second.result()
        return first.result()

    def _submit(self, call: Callable[[], T]) -> "Future[T]":
        if self.executor is None:
            raise ValueError(
                f"{self.name}: hedging a plain function needs an executor: set `executor`, or make it async"
            )
        context = copy_context()
        return self.executor.submit(context.run, call)

    def weave(self, site: Site) -> Fragments:
        """Make the lines a function, and run it up to twice.

        Raises:
            ValueError: The function is not declared idempotent, or is sync and there is no executor.
        """
        if not site.idempotent:
            raise ValueError(f"{self.name}: hedging may send a call twice: declare the function `idempotent=True`")
        if not site.asynchronous and self.executor is None:
            raise ValueError(
                f"{self.name}: hedging a plain function needs an executor: set `executor`, or make it async"
            )
        bad = "_judge" if site.judged else "None"

        def surround(inside: Lines) -> Lines:
            judge = ("_bad = _judge(_result)",) if site.judged else ()
            run = site.lines(f"_result = await$ $run($call, {bad})")
            return (*function(f"{site.prefix}call", inside, site), *run, *judge)

        return Fragments(names=site.names(run=self.run_async if site.asynchronous else self.run), surround=surround)


def _good(future: "Future[T]", bad: Bad[T] | None) -> bool:
    """Tell whether a call is over and has an answer that may win."""
    if not future.done() or future.cancelled() or future.exception() is not None:
        return False
    return bad is None or not bad(future.result())
