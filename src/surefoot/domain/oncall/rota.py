"""One layer of a schedule: people who take turns, perhaps within weekly hours alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import accumulate
from math import gcd

from surefoot.calendar.hours import WeeklyHours
from surefoot.calendar.weekly import Span, common, stretches
from surefoot.domain.oncall.turns import Turns

_WEEK = 7 * 24 * 3600
_DAY = 24 * 3600
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rota:
    """People who take turns.

    Attributes:
        name: Of the layer.
        people: In their order; turn 0 is the first one's.
        hours: Weekly hours to which it is restricted; none for always.
        begins: In UTC; None for ever before.
        until: In UTC, excluded; None for ever after.
        priority: Of two layers at an instant the higher counts; equal ones both do.
        served: Which of the turns of one period, from turn 0 on, meet the hours; empty where every turn
            counts. A rule by the wall clock, so that no clock change moves the order of people.
    """

    name: str
    people: tuple[str, ...]
    turns: Turns
    hours: tuple[WeeklyHours, ...] = ()
    begins: datetime | None = None
    until: datetime | None = None
    priority: int = 0
    served: tuple[bool, ...] = ()
    _before: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_before", (0, *accumulate(self.served)))

    def number(self, turn: int) -> int:
        """Count the served turns before a turn, from turn 0 on: the number by which a swap names it."""
        if not self.served:
            return turn
        periods, rest = divmod(turn, len(self.served))
        return periods * self._before[-1] + self._before[rest]

    def turn(self, number: int) -> int:
        """Find the turn that has a number."""
        if not self.served:
            return number
        periods, rest = divmod(number, self._before[-1])
        return periods * len(self.served) + self._before.index(rest + 1) - 1

    def person(self, number: int) -> str:
        """Name whose turn it is."""
        return self.people[number % len(self.people)]

    def pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """List when somebody serves, with the number of the turn; in order, and none overlaps another."""
        start = max(start, self.begins) if self.begins else start
        end = min(end, self.until) if self.until else end
        if start >= end:
            return
        turns = list(self._turns(start, end))
        if not self.hours:
            yield from turns
            return
        windows = stretches(self.hours, start, end)
        bare = [(first, last) for first, last, _ in turns]
        at = 0
        for first, last in common(bare, windows):
            while turns[at][1] <= first:
                at += 1
            yield first, last, turns[at][2]

    def spans(self, number: int) -> list[Span]:
        """List when a turn is served; empty where the layer's bounds leave nothing of it."""
        turn = self.turn(number)
        start, end = self.turns.begins(turn), self.turns.begins(turn + 1)
        return [(first, last) for first, last, found in self.pieces(start, end) if found == number]

    def _turns(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        turn = self.turns.at(start)
        first = start
        while first < end:
            last = self.turns.begins(turn + 1)
            if last > first:
                yield first, min(last, end), self.number(turn)
                first = last
            turn += 1


def served(turns: Turns, hours: tuple[WeeklyHours, ...]) -> tuple[bool, ...]:
    """Tell which turns of one period meet the weekly hours.

    The wall clock repeats itself after a week, so turns of n hours do after lcm(n hours, a week). A turn
    of a week or longer meets every window.

    Returns:
        One period of turns from turn 0 on; empty where each of them meets the hours.
    """
    length = turns.length
    if length is None or not hours:
        return ()
    seconds = length // _SECOND
    if seconds >= _WEEK:
        return ()
    monday = turns.anchor - timedelta(days=turns.anchor.weekday())
    anchor = (turns.anchor - datetime.combine(monday.date(), time())) // _SECOND
    windows = [window for each in hours for window in _of_week(each)]
    found = tuple(_meets((anchor + k * seconds) % _WEEK, seconds, windows) for k in range(_WEEK // gcd(seconds, _WEEK)))
    return () if all(found) else found


def _of_week(hours: WeeklyHours) -> Iterator[tuple[int, int]]:
    """List the windows of one week in seconds from Monday on; the last may reach into the next week."""
    start, end = _seconds(hours.start), _seconds(hours.end)
    length = end - start if end > start else end - start + _DAY
    yield from ((day * _DAY + start, day * _DAY + start + length) for day in hours.days)


def _meets(start: int, length: int, windows: list[tuple[int, int]]) -> bool:
    return any(
        first + shift < start + length and last + shift > start
        for first, last in windows
        for shift in (-_WEEK, 0, _WEEK)
    )


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60
