"""The time of one attempt.

Async attempts are cancelled when it is over; `remaining()` tells them the deadline of the whole call. Sync ones cannot
be: the limit shortens `remaining()` for their clients, and one that comes back late is counted. Only on request
(`thread`) does a sync attempt run in a thread that is left behind: the caller goes on, the call cannot be stopped.
"""

import inspect
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Token, copy_context
from typing import TypeVar

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import AttemptTimeout
from surefoot.resilience.events import Hooks
from surefoot.resilience.guarding import F, settle, threaded
from surefoot.resilience.limits import CURRENT, End, Limits
from surefoot.resilience.settings import TimeoutSettings
from surefoot.resilience.weave import Fragments, Lines, Site, function

T = TypeVar("T")


class Timeout(Limits):
    """Limits attempts.

    Attributes:
        calls_timed_out: Attempts that were cancelled or left behind.
        calls_late: Sync attempts that came back, but after their time.
        threads: Attempts left behind that still run.
    """

    inherited = False
    __slots__ = ("_lock", "calls_late", "calls_timed_out", "settings", "threads")

    def __init__(
        self, settings: TimeoutSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None
    ) -> None:
        super().__init__(settings.after, (name, "timeout"), clock, hooks)
        self.settings = settings
        self.calls_timed_out = 0
        self.calls_late = 0
        self.threads = 0
        self._lock = threading.Lock()

    def configure(self, settings: TimeoutSettings) -> None:
        """Limit attempts so from now on."""
        self.settings = settings
        self.seconds = settings.after

    def state(self) -> dict[str, object]:
        """Tell the limit and how many attempts met it."""
        return {
            "timeout": self.seconds,
            "timed_out": self.calls_timed_out,
            "late": self.calls_late,
            "threads": self.threads,
        }

    def __call__(self, function: F) -> F:
        """Limit every call of a function, in a thread of its own where the settings want it."""
        if self.settings.thread and not inspect.iscoroutinefunction(function):
            return threaded(self.run, function)
        return super().__call__(function)

    def finish(self, token: Token[End | None]) -> None:
        """End a sync attempt, and take note when it is late."""
        late = self.left() < 0
        CURRENT.reset(token)
        if late:
            self.calls_late += 1

    def lapse(self) -> AttemptTimeout:
        """Count an attempt that ran out of time, and give its error."""
        self.calls_timed_out += 1
        self._tell()
        return AttemptTimeout(f"{self.name}: no answer within {self.seconds:g} s")

    def run(self, call: Callable[[], T]) -> T:
        """Run a sync attempt in a thread, and leave it behind when its time, by the machine's clock, is over.

        Raises:
            AttemptTimeout: It is. The call goes on in its thread; what it answers is lost.
        """
        token = self.start()
        context, seconds = copy_context(), self.left()
        CURRENT.reset(token)
        answer: Future[T] = Future()
        work = threading.Thread(
            target=context.run, args=(settle, answer, call), name=f"surefoot-{self.name}", daemon=True
        )
        work.start()
        try:
            return answer.result(seconds)
        except TimeoutError:
            if answer.done():  # its own error
                raise
            self._count_threads(1)
            answer.add_done_callback(lambda _: self._count_threads(-1))
        raise self.lapse()

    def _count_threads(self, more: int) -> None:
        with self._lock:
            self.threads += more

    def weave(self, site: Site) -> Fragments:
        """Limit the lines inside, in a thread where the settings want it."""
        threaded = self.settings.thread and not site.asynchronous and site.shape == "function"
        lines = self._threaded_lines if threaded else self.lines
        names = {**self.names(site), **site.names(run=self.run)}
        return Fragments(names=names, surround=lambda inside: lines(site, inside))

    @staticmethod
    def _threaded_lines(site: Site, inside: Lines) -> Lines:
        judge = ("_bad = _judge(_result)",) if site.judged else ()
        return (*function(f"{site.prefix}call", inside, site), *site.lines("_result = $run($call)"), *judge)
