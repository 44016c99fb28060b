"""The parts of a prepared expression: each yields its value at an instant."""

from collections.abc import Callable
from dataclasses import dataclass, field

from surefoot.promql.live.algebra import Vector, unique
from surefoot.promql.live.memory import Buffer, Matched
from surefoot.promql.live.ranges import KEEPS_NAME, OVER_TIME, edges, extrapolated
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Labels


@dataclass(frozen=True, slots=True)
class View:
    """How samples are looked at.

    Attributes:
        lookback: Of instant selectors, milliseconds.
    """

    semantics: Semantics
    lookback: int


@dataclass(slots=True)
class Instant:
    """An instant selector."""

    matched: Matched
    offset: int
    view: View

    def __call__(self, now: int) -> Vector:
        """Return the latest values."""
        at, lookback, left_open = now - self.offset, self.view.lookback, self.view.semantics.left_open
        found: Vector = {}
        for buffer in self.matched.buffers():
            value = buffer.instant(at, lookback, left_open=left_open)
            if value is not None:
                found[buffer.labels] = value
        return found


@dataclass(slots=True)
class Rate:
    """``rate``, ``increase`` or ``delta`` of a selector's window."""

    name: str
    matched: Matched
    length: int
    offset: int
    view: View

    def __call__(self, now: int) -> Vector:
        """Return the rates of the window that ends now."""
        end, counter, per_second = now - self.offset, self.name != "delta", self.name == "rate"
        rows: list[tuple[Labels, float]] = []
        for buffer in self.matched.buffers():
            value = extrapolated(buffer, end, self.length, self.view.semantics, counter=counter, per_second=per_second)
            if value is not None:
                rows.append((buffer.bare, value))
        return unique(rows)


@dataclass(slots=True)
class OverTime:
    """A function of the samples in a window; remembers its value while the window holds the same ones."""

    name: str
    buffers: Callable[[int], list[Buffer]]
    length: int
    offset: int
    view: View
    _known: dict[Labels, tuple[int, int, float]] = field(default_factory=dict)

    def __call__(self, now: int) -> Vector:
        """Return the function's values over the window that ends now."""
        end, compute, named = now - self.offset, OVER_TIME[self.name], self.name in KEEPS_NAME
        rows: list[tuple[Labels, float]] = []
        for buffer in self.buffers(now):
            times = buffer.times
            first, behind = edges(times, end - self.length, end, left_open=self.view.semantics.left_open)
            if first == behind:
                continue
            held = self._known.get(buffer.labels)
            if held is None or held[:2] != (times[first], times[behind - 1]):
                held = times[first], times[behind - 1], compute(buffer.values[first:behind])
                self._known[buffer.labels] = held
            rows.append((buffer.labels if named else buffer.bare, held[2]))
        return unique(rows)


class Grid:
    """What a sub-query of a selector saw at each point of its grid; grows with time, never looks back twice."""

    def __init__(self, matched: Matched, step: int, length: int, view: View) -> None:
        self._matched, self._step, self._length, self._view = matched, step, length, view
        self._reached: int | None = None
        self._found: dict[Labels, Buffer] = {}

    def buffers(self, now: int) -> list[Buffer]:
        """Return the series of the grid, up to now."""
        last = now // self._step * self._step
        sources = self._matched.buffers()
        if self._reached is None:
            oldest = min((buffer.times[0] for buffer in sources if buffer.times), default=last)
            self._reached = (max(oldest, now - self._length) - 1) // self._step * self._step
        for at in range(self._reached + self._step, last + 1, self._step):
            self._look(sources, at)
        self._reached = max(last, self._reached)
        self._forget()
        return sorted(self._found.values(), key=lambda one: one.labels)

    def _look(self, sources: list[Buffer], at: int) -> None:
        lookback, left_open = self._view.lookback, self._view.semantics.left_open
        for source in sources:
            value = source.instant(at, lookback, left_open=left_open)
            if value is not None:
                found = self._found.get(source.labels)
                if found is None:
                    found = self._found[source.labels] = Buffer(source.labels)
                found.append(at, value)
                found.trim(at - self._length - self._step)

    def _forget(self) -> None:
        oldest = (self._reached or 0) - self._length - self._step
        for labels in [one for one, found in self._found.items() if found.last < oldest]:
            del self._found[labels]


def absent(vector: Callable[[int], Vector], labels: Labels) -> Callable[[int], Vector]:
    """Make ``absent``: 1 with these labels where there is nothing."""

    def at(now: int) -> Vector:
        return {} if vector(now) else {labels: 1.0}

    return at


def remembered(node: Callable[[int], Vector]) -> Callable[[int], Vector]:
    """Compute once at each instant: for what reads nothing that rules write at that instant."""
    when, found = -1, {}

    def at(now: int) -> Vector:
        nonlocal when, found
        if now != when:
            when, found = now, node(now)
        return found

    return at
