"""Gives up calls that would fail anyway, unimportant ones first, so that the dependency can recover.

Client-side throttling (B. Beyer and others, Site Reliability Engineering, chapter 21): of the calls of the last two
minutes, those above what the dependency answered, and some headroom, are shed with probability
max(0, (calls - ok / headroom) / (calls + 1)). Shed calls count as calls, so it holds until answers come again; calls
under way do not count yet, or a burst of slow ones would look like an outage.
"""

import threading
from collections import deque
from collections.abc import Callable
from random import Random  # noqa: TID251  # chance decides who is shed; tests pass their own

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.errors import Shed
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.guarding import Guard, Passage
from surefoot.resilience.priorities import CURRENT, Priority
from surefoot.resilience.settings import ShedSettings
from surefoot.resilience.weave import Fragments, Site

WINDOW = 120.0
SLOT = 10.0
_LEVELS = len(Priority)


class Tally:
    """Calls by priority, and answers, of the last two minutes in slots of ten seconds. Pure.

    Attributes:
        calls: By priority.
        ok: Answers.
    """

    __slots__ = ("_ends", "_slots", "calls", "ok")

    def __init__(self) -> None:
        self.calls = [0] * _LEVELS
        self.ok = 0
        self._ends = 0.0
        self._slots: deque[tuple[float, list[int]]] = deque()

    def move(self, now: float) -> None:
        """Open the present slot (calls by priority, then answers), and forget those that are too old."""
        if now < self._ends and self._slots:
            return
        began = now // SLOT * SLOT
        self._ends = began + SLOT
        while self._slots and self._slots[0][0] <= began - WINDOW:
            _, old = self._slots.popleft()
            self.calls = [total - gone for total, gone in zip(self.calls, old, strict=False)]
            self.ok -= old[_LEVELS]
        self._slots.append((began, [0] * (_LEVELS + 1)))

    def count(self, level: int, now: float, *, ok: bool) -> None:
        """Count a finished or shed call."""
        self.move(now)
        slot = self._slots[-1][1]
        slot[level] += 1
        self.calls[level] += 1
        if ok:
            slot[_LEVELS] += 1
            self.ok += 1


def share_to_shed(calls: int, ok: int, headroom: float) -> float:
    """Give the probability over all calls.

    >>> share_to_shed(99, 0, 0.9), share_to_shed(99, 99, 0.9)
    (0.99, 0.0)
    """
    return max(0.0, (calls - ok / headroom) / (calls + 1))


def probability(level: int, calls: list[int], share: float, most: float) -> float:
    """Give a level's probability when `share` of all calls goes, lower levels first, none of them above `most`.

    >>> [probability(level, [30, 60, 10], 0.3, most=0.9) for level in range(3)]  # 27 low, 3 normal ones
    [0.9, 0.05, 0.0]
    """
    left = share * sum(calls)
    for below in range(level):
        left -= min(left, most * calls[below])
    return min(most, left / calls[level]) if calls[level] else 0.0


class Shedder(Guard):
    """Sheds calls to a dependency that does not answer.

    Attributes:
        calls_shed: By name of the priority.
    """

    __slots__ = ("_clock", "_hooks", "_lock", "_tally", "_uniform", "calls_shed", "name", "settings")

    def __init__(
        self,
        settings: ShedSettings,
        name: str,
        *,
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
        uniform: Callable[[float, float], float] | None = None,
    ) -> None:
        self.settings = settings
        self.name = name
        self.calls_shed = {level.name.lower(): 0 for level in Priority}
        self._clock = clock
        self._hooks = hooks or Hooks()
        self._lock = threading.Lock()
        self._tally = Tally()
        self._uniform = uniform or Random().uniform  # noqa: S311  # no secret

    def configure(self, settings: ShedSettings) -> None:
        """Shed so from now on; what was counted stays."""
        self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell the present share and what was shed."""
        with self._lock:
            self._tally.move(self._clock.now())
            share = share_to_shed(sum(self._tally.calls), self._tally.ok, self.settings.headroom)
        return {"share": share, "shed": dict(self.calls_shed)}

    def admit(self) -> int:
        """Let a call through; gives its level for `finished`.

        Raises:
            Shed: It is given up.
        """
        level, now = CURRENT.get(), self._clock.now()
        with self._lock:
            chance = self._chance(level, now)
        if chance <= 0 or self._uniform(0.0, 1.0) >= chance:
            return level
        self.finished(level, ok=False)
        self.calls_shed[level.name.lower()] += 1
        detail = (("priority", level.name.lower()),)
        self._hooks.tell(Event("rejected", self.name, "shed", now, detail))
        raise Shed(self.name)

    def _chance(self, level: int, now: float) -> float:
        tally, settings = self._tally, self.settings
        tally.move(now)
        total = sum(tally.calls)
        if total * settings.headroom <= tally.ok:
            return 0.0
        return probability(level, tally.calls, share_to_shed(total, tally.ok, settings.headroom), settings.most)

    def finished(self, level: int, *, ok: bool) -> None:
        """Count a call that was answered, or not; one that was cancelled, ignored or refused inside says nothing."""
        with self._lock:
            self._tally.count(level, self._clock.now(), ok=ok)

    def once(self) -> Passage:
        """Let one call through, and learn from it: any `Exception` is no answer."""
        return _Judged(self)

    def weave(self, site: Site) -> Fragments:
        """Ask before the call, and count what comes of it."""
        return Fragments(
            names=site.names(admit=self.admit, finished=self.finished),
            before=site.lines("$level = $admit()"),
            good=site.lines("$finished($level, ok=True)"),
            failed=site.lines("$finished($level, ok=False)"),
        )


class _Judged:
    """One call that was let through."""

    __slots__ = ("_level", "_shed")

    def __init__(self, shed: Shedder) -> None:
        self._shed = shed
        self._level = 0

    def __enter__(self) -> None:
        self._level = self._shed.admit()

    async def __aenter__(self) -> None:
        self._level = self._shed.admit()

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        if error is None or isinstance(error, Exception):
            self._shed.finished(self._level, ok=error is None)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        self.__exit__(kind, error, trace)
