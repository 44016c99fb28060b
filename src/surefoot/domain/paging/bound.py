"""How long it takes at worst until a human is reached, for each hour of the week, and whether that keeps the promise.

At worst means: of each person only the last way works. People may sleep as well: of the first ``deaf`` steps that find
somebody nobody answers, though the page arrives.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import TypeAlias

from surefoot.calendar.opening import first_inside, first_outside
from surefoot.calendar.wallclock import wall_clock
from surefoot.domain.paging.ladder import Step, Target, Terms, Who, people_of
from surefoot.spec.model.forms import Priority

Delay: TypeAlias = Callable[[Target, datetime], timedelta | None]
"""Says how long after a page at an instant somebody's last way took it; None if there is no way, or not now."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is asked about: incidents of one priority of one service.

    Attributes:
        changes: Every instant at which ``who``, ``delay`` or the business hours of the terms may change.
    """

    service: str
    priority: Priority
    terms: Terms
    who: Who
    delay: Delay
    changes: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """The worst of an hour of the week.

    Attributes:
        hour: From 0 (Monday 00:00) to 167, on the wall.
        longest: From the incident until a human is reached; None if somewhere in this hour nobody ever is.
        at: When an incident would have to begin for it.
        promised: The response that the priority promises; None where it is no length of time.
    """

    hour: int
    longest: timedelta | None
    at: datetime
    promised: timedelta | None

    @property
    def kept(self) -> bool:
        """Tell whether the promise holds."""
        return self.promised is None or (self.longest is not None and self.longest <= self.promised)


def reached_at(watch: Watch, start: datetime, deaf: int = 0) -> datetime | None:
    """Bound when a human is reached about an incident that begins at an instant.

    Returns:
        None if that cannot be promised: no page goes out at all, or whoever the ladder finds sleeps. The last resort
        does not help then, as it is paged only when no page arrives anywhere.
    """
    at = _first_page(watch, start)
    if at is None:
        return None
    rule, ladder = watch.terms.rules[watch.priority], watch.terms.ladder
    asleep: set[int] = set()
    for _ in range(ladder.passes if rule.pages else 1):
        before = at
        for number, step in _steps(watch):
            soonest = _soonest(watch, people_of(step, watch.who, at)[0], at)
            if soonest is None:
                continue
            if number not in asleep and len(asleep) == deaf:
                return soonest
            asleep.add(number)
            at += step.hold
            if not rule.pages:
                return None
        if at == before:
            return _soonest(watch, ladder.last_resort, at)
    return _unanswered(watch, at, asleep)


def worst_case(watch: Watch, begin: datetime, end: datetime, zone: str, deaf: int = 0) -> tuple[Bound, ...]:
    """Bound the time until a human is reached, for each hour of the week.

    Between two changes the time stays, or it shrinks towards the opening of business hours. So it is enough to look at
    the beginning of each hour, and at whatever instants bring a step upon a change.

    Args:
        watch: Whose timeline covers the span and the holds of a ladder beyond.
        begin: First incident, aware.
        end: No incident from here on.
        zone: IANA name of the wall that shows the hours.
        deaf: How many steps do not answer.

    Returns:
        One for each hour that the span meets, in their order.
    """
    promised = watch.terms.rules[watch.priority].respond
    worst: dict[int, Bound] = {}
    for start in _starts(watch, begin.astimezone(UTC), end.astimezone(UTC), deaf):
        day, shown = wall_clock(start, zone)
        hour = day.weekday() * 24 + shown.hour
        reached = reached_at(watch, start, deaf)
        found = Bound(hour, None if reached is None else reached - start, start, promised)
        worst[hour] = max(worst.get(hour, found), found, key=_length)
    return tuple(bound for _, bound in sorted(worst.items()))


def _first_page(watch: Watch, start: datetime) -> datetime | None:
    """Find when the first page goes out; None if none does."""
    rule = watch.terms.rules[watch.priority]
    if rule.pages:
        return start
    if rule.late == "never" or rule.respond is None:
        return None
    over = start + rule.respond
    return over if rule.late == "always" else watch.terms.opens(over)


def _unanswered(watch: Watch, at: datetime, asleep: AbstractSet[int]) -> datetime | None:
    """Bound when the first repeat of the last step reaches somebody; None if that step sleeps."""
    for number, step in reversed(_steps(watch)):
        people, _ = people_of(step, watch.who, at)
        if number in asleep and people:
            return None
        if people and (soonest := _soonest(watch, people, at)) is not None:
            return soonest
        if people:
            break
    return _soonest(watch, watch.terms.ladder.last_resort, at)


def _length(bound: Bound) -> timedelta:
    return timedelta.max if bound.longest is None else bound.longest


def _soonest(watch: Watch, people: Sequence[Target], at: datetime) -> datetime | None:
    found = [delay for person in people if (delay := watch.delay(person, at)) is not None]
    return at + min(found) if found else None


def _steps(watch: Watch) -> list[tuple[int, Step]]:
    """List the steps for the priority, with their numbers."""
    numbered = enumerate(watch.terms.ladder.steps, 1)
    return [(number, step) for number, step in numbered if not step.priorities or watch.priority in step.priorities]


def _starts(watch: Watch, begin: datetime, end: datetime, deaf: int) -> list[datetime]:
    rule = watch.terms.rules[watch.priority]
    base = timedelta() if rule.pages or rule.respond is None else rule.respond
    offsets = {base + passed for passed in _held(watch, deaf)}
    steps = [step for _, step in _steps(watch)]
    borders = {*watch.changes, *(at for step in steps for at in _gates(step, begin, end + max(offsets)))}
    hours = {begin, *_hours(begin, end)}
    return sorted(hours | {at for border in borders for offset in offsets if begin <= (at := border - offset) < end})


def _held(watch: Watch, deaf: int) -> Iterator[timedelta]:
    """Give every time that can have passed when a step is looked at: holds of the steps that sleep, pass by pass."""
    holds = [step.hold for _, step in _steps(watch)]
    for count in range(min(deaf, len(holds)) + 1):
        for chosen in combinations(holds, count):
            for times in product(range(watch.terms.ladder.passes + 1), repeat=count):
                yield sum((hold * each for hold, each in zip(chosen, times, strict=True)), timedelta())


def _hours(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Give every quarter hour: zones whose offset is no whole hour begin their hours there."""
    at = begin.replace(minute=0, second=0, microsecond=0)
    while at < end:
        if at >= begin:
            yield at
        at += _HOUR / 4


def _gates(step: Step, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Give the instants at which a step's hours begin or end."""
    at: datetime | None = begin
    while step.only and at is not None and at < end:
        opened = first_inside(step.only, at)
        if opened is None:
            return
        yield opened
        at = first_outside(step.only, opened)
        if at is not None:
            yield at
