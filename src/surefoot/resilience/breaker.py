"""The circuit breaker: lets calls through while their results are good, and refuses them for a while when not.

::

    closed ──share or streak reached──> open ──break over──> half-open ──all trial calls in──> closed or open

Each transition raises the generation and starts a new window. An admitted call carries the window it was admitted
under; a result of a dead window is counted in the totals and decides nothing.
"""

import threading
from enum import StrEnum
from math import ceil, inf

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import BreakerOpen
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.settings import BreakerSettings, Mode
from surefoot.resilience.weave import Fragments, Site
from surefoot.resilience.windows import FAILED, SLOW, CountWindow, TimeWindow, Window

_SLOW_CALLS = 100  # window of a breaker that counts slow calls beside a streak and names no window


class Phase(StrEnum):
    """Whether all calls pass, none, or a few on trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """The state machine; locked only where a call may change the state, and never while a call runs.

    Attributes:
        seat: The window that calls enter without asking; None where they must ask.
        phase: Closed, open or half-open; closed in the modes that do not decide.
        generation: Transitions so far.
        lends: Whether the end of a break gives the trial calls; False where a shared store does, by `grant`.
        slow_over: Seconds from which a call is slow; infinite when slowness is of no interest.
        calls_ok: Good results; `seconds_ok` their time.
        calls_failed: Counted failures; `seconds_failed` their time.
        calls_neutral: Ignored errors, cancellations, and refusals from inside.
        calls_rejected: Calls refused.
    """

    def __init__(
        self, settings: BreakerSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None
    ) -> None:
        self.name = name
        self.clock = clock
        self.hooks = Hooks() if hooks is None else hooks
        self.generation = 0
        self.lends = True
        self.calls_ok = self.calls_failed = self.calls_neutral = self.calls_rejected = 0
        self.seconds_ok = self.seconds_failed = 0.0
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._uncounted = CountWindow(0)
        self._break = settings.reset
        self._trial_began = 0.0
        self._permits = 0
        self._lent = False
        self._apply(settings)
        self._start()

    def _apply(self, settings: BreakerSettings) -> None:
        self.settings = settings
        self.slow_over = inf if settings.slow_over is None else settings.slow_over
        self._share = inf if settings.share is None else settings.share
        self._slow_share = inf if settings.slow_share is None else settings.slow_share
        self._consecutive = inf if settings.consecutive is None else settings.consecutive
        kind, size = _shape(settings)
        self._least = min(settings.min_calls, size) if kind == "count" else settings.min_calls

    def _start(self) -> None:
        """Enter the mode of the settings with an empty window."""
        mode = self.settings.mode
        self.phase = Phase.CLOSED
        self._trying = False
        self._would_open = False
        self._until = inf if mode is Mode.FORCED_OPEN else 0.0  # end of the break; compared without the lock
        self._window: Window = self._uncounted if mode is Mode.DISABLED else _window(self.settings)
        self.seat: Window | None = None if mode is Mode.FORCED_OPEN else self._window

    @property
    def shown(self) -> str:
        """The mode, or in normal mode the state."""
        mode = self.settings.mode
        return str(self.phase if mode is Mode.NORMAL else mode)

    def admit(self) -> Window:
        """Let a call in, or refuse it.

        Returns:
            The window, to be given back with the result to exactly one of `good`, `failed` and `neutral`.

        Raises:
            BreakerOpen: With the seconds left of the break; None in half-open, where nobody knows.
        """
        now = self.clock.now()
        if now >= self._until:  # else it is the common refusal, for which no lock is due
            with self._lock:
                seat = self.seat or self._admit(now)
            self._tell()
            if seat is not None:
                return seat
        self.calls_rejected += 1
        until = self._until
        if self.hooks.listening:
            self.hooks.tell(Event("rejected", self.name, "circuit_breaker", now, (("state", self.shown),)))
        raise BreakerOpen(self.name, until - now if now < until < inf else None)

    def _admit(self, now: float) -> Window | None:
        if self._trial_over(now):
            self._open(now)
        if self.phase is Phase.OPEN and now >= self._until:
            self._trial_began = now
            self._change(Phase.HALF_OPEN, CountWindow(self.settings.half_open), now)
        if self._trying and self._permits:
            self._permits -= 1
            return self._window
        return None

    def _trial_over(self, now: float) -> bool:
        return self._trying and now - self._trial_began >= self.settings.half_open_wait

    def good(self, window: Window, seconds: float, now: float) -> None:
        """Take a good result; slow ones, and those of a window that is not warm, may change the state."""
        if window is self._uncounted:
            return
        with self._lock:
            self.calls_ok += 1
            self.seconds_ok += seconds
            if window is self._window:
                window.streak = 0
                calls, failed, slow = window.add(SLOW if seconds >= self.slow_over else 0, now)
                if failed or slow or self._trying or window.lasting:
                    self._judge(window, (calls, failed, slow), now)
        if self._events:
            self._tell()

    def failed(self, window: Window, seconds: float, now: float) -> None:
        """Take a counted failure."""
        if window is self._uncounted:
            return
        with self._lock:
            self.calls_failed += 1
            self.seconds_failed += seconds
            if window is self._window:
                window.streak += 1
                window.warm = False
                totals = window.add(FAILED | SLOW if seconds >= self.slow_over else FAILED, now)
                self._judge(window, totals, now)
        self._tell()

    def neutral(self, window: Window) -> None:
        """Take a result that says nothing of the dependency: a trial call gives its permit back."""
        if window is self._uncounted:
            return
        with self._lock:
            self.calls_neutral += 1
            if window is self._window and self._trying:
                self._permits += 1

    def _judge(self, window: Window, totals: tuple[int, int, int], now: float) -> None:
        calls, failed, slow = totals
        if self._trying:
            self._try(calls, failed, slow, now)
        elif window.streak >= self._consecutive or (
            calls >= self._least and calls and (failed / calls >= self._share or slow / calls >= self._slow_share)
        ):
            self._trip(now)
        else:
            window.warm = window.lasting and not window.streak and calls >= self._least

    def _try(self, calls: int, failed: int, slow: int, now: float) -> None:
        if self._trial_over(now) or (failed and self.settings.consecutive is not None):
            self._open(now)
        elif self._window.full():
            if failed / calls >= self._share or slow / calls >= self._slow_share:
                self._open(now)
            else:
                self._change(Phase.CLOSED, _window(self.settings), now)

    def _trip(self, now: float) -> None:
        if self.settings.mode is not Mode.METRICS_ONLY:
            self._open(now)
        elif not self._would_open:
            self._would_open = True
            self._events.append(Event("would_open", self.name, "circuit_breaker", now))

    def _open(self, now: float) -> None:
        settings = self.settings
        grown = self._break * settings.reset_factor if self.phase is Phase.HALF_OPEN else settings.reset
        self._break = min(grown, settings.reset_longest)
        self._change(Phase.OPEN, CountWindow(0), now, until=now + self._break)

    def _change(self, phase: Phase, window: Window, now: float, until: float = 0.0) -> None:
        before, self.phase = self.phase, phase
        self._trying = phase is Phase.HALF_OPEN
        self._permits, self._lent = 0, False
        if self._trying and self.lends:
            self._lend()
        self._window = window
        self.seat = window if phase is Phase.CLOSED else None
        self._until = until
        self._note(before, now)

    def _lend(self) -> None:
        """Give the trial calls of this half-open state, once."""
        self._permits, self._lent = self.settings.half_open, True

    def _note(self, before: str, now: float) -> None:
        """Raise the generation; the caller holds the lock, and tells the events when it has let it go."""
        self.generation += 1
        detail = (("from", str(before)), ("to", self.shown), ("generation", self.generation))
        self._events.append(Event("state_change", self.name, "circuit_breaker", now, detail))

    def _tell(self) -> None:
        while self._events:
            try:
                event = self._events.pop(0)
            except IndexError:  # another thread told it
                return
            self.hooks.tell(event)

    def configure(self, settings: BreakerSettings) -> None:
        """Go on with other settings: state, break, trial and results stay; a new mode or kind of window starts anew."""
        with self._lock:
            before, old = self.shown, self.settings
            self._apply(settings)
            if settings.mode is not old.mode:
                self._start()
                self._note(before, self.clock.now())
            elif self.seat is not None and self.seat is not self._uncounted:
                self.seat.warm = False  # the next result decides by the new shares
                if _shape(settings) != _shape(old):
                    self.seat = self._window = _window(settings, self.seat)
        self._tell()

    def reset(self) -> None:
        """Close with an empty window; in the other modes, empty the window."""
        with self._lock:
            before = self.shown
            self._start()
            if self.shown != before:
                self._note(before, self.clock.now())
        self._tell()

    def adopt(
        self, phase: Phase, generation: int, seconds: float = 0.0, length: float = 0.0, *, lost: bool = False
    ) -> bool:
        """Follow a transition made elsewhere, if it is newer than ours.

        Args:
            phase: To go to.
            generation: That the other process has reached.
            seconds: Left of the break.
            length: Of the whole break, from which the next one grows.
            lost: Whether it also counts if it has the number of ours, having been the first.
        """
        with self._lock:
            now = self.clock.now()
            newer = generation > self.generation - lost and self.settings.mode is Mode.NORMAL
            if newer and phase is Phase.OPEN:
                self._break = max(length, self.settings.reset)
            if newer and phase is not self.phase:
                window = _window(self.settings) if phase is Phase.CLOSED else CountWindow(self.settings.half_open)
                self._trial_began = now
                self.generation = generation - 1
                self._change(phase, window, now, until=now + seconds if phase is Phase.OPEN else 0.0)
            elif newer:
                if generation > self.generation and not self.lends:
                    self._permits, self._lent = 0, False  # the same state, but another's trial
                self.generation = generation
        self._tell()
        return newer

    def grant(self, generation: int) -> None:
        """Give the trial calls that a shared store gave this process, if the trial is still the same."""
        with self._lock:
            if self._trying and self.generation == generation and not self._lent:
                self._lend()

    def circuit(self) -> tuple[Phase, int, float, float]:
        """Tell phase, generation, seconds left of the break and its whole length, all of one moment."""
        with self._lock:
            left = max(0.0, self._until - self.clock.now()) if self.phase is Phase.OPEN else 0.0
            return self.phase, self.generation, left, self._break

    def refuses(self, now: float) -> bool:
        """Tell whether a call at this time would be refused for an open breaker."""
        return now < self._until

    def state(self) -> dict[str, object]:
        """Tell state, window and totals; shares are None below the minimum of calls."""
        with self._lock:
            now = self.clock.now()
            self._window.expire(now)
            calls, failed, slow = self._window.totals()
            enough = calls and calls >= self._least
            return {
                "state": self.shown,
                "generation": self.generation,
                "retry_after": self._until - now if now < self._until < inf else None,
                "buffered": {"calls": calls, "failed": failed, "slow": slow},
                "failure_share": failed / calls if enough else None,
                "slow_share": slow / calls if enough else None,
                "streak": self._window.streak,
                "calls": {
                    "ok": self.calls_ok,
                    "failed": self.calls_failed,
                    "neutral": self.calls_neutral,
                    "rejected": self.calls_rejected,
                },
                "seconds": {"ok": self.seconds_ok, "failed": self.seconds_failed},
            }

    def weave(self, site: Site) -> Fragments:
        """Give lines that take no lock for good, quick results of a warm window."""
        return Fragments(
            names=site.names(breaker=self, admit=self.admit, good=self.good, failed=self.failed, neutral=self.neutral),
            before=site.lines("$seat = $breaker.seat or $admit()"),
            good=site.lines(
                "if $seat.warm and _seconds < $breaker.slow_over:\n"
                "    $seat.append(0)\n"
                "    $breaker.calls_ok += 1\n"
                "    $breaker.seconds_ok += _seconds\n"
                "else:\n"
                "    $good($seat, _seconds, _ended)"
            ),
            failed=site.lines("$failed($seat, _seconds, _ended)"),
            neutral=site.lines("$neutral($seat)"),
            times=True,
        )


def _shape(settings: BreakerSettings) -> tuple[str, int]:
    if settings.window is not None:
        return "time", ceil(settings.window)
    return "count", settings.calls or (0 if settings.slow_share is None else _SLOW_CALLS)


def _window(settings: BreakerSettings, old: Window | None = None) -> Window:
    kind, size = _shape(settings)
    if kind == "time":
        return TimeWindow(size)
    window = CountWindow(size, old.ring if isinstance(old, CountWindow) else ())
    window.streak = old.streak if old is not None else 0
    return window
