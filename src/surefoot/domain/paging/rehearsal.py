"""An escalation played through on a clock that stands still: what would have gone out, and who would have been reached.

The same functions decide as in operation; only channels and people are made up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import TypeAlias, assert_never

from surefoot.domain.paging.contact import Contact, Way
from surefoot.domain.paging.escalation import advance
from surefoot.domain.paging.happening import (
    Acknowledged,
    Effect,
    Escalation,
    Event,
    Opened,
    Page,
    PageKey,
    Phase,
    StartTimer,
    Timer,
    TimerDue,
    Undelivered,
)
from surefoot.domain.paging.ladder import Target, Terms, Who
from surefoot.domain.paging.sending import (
    Ask,
    Attempt,
    Delivery,
    Failed,
    Held,
    Pace,
    Reached,
    Result,
    Send,
    Wait,
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays.

    Attributes:
        contacts: How people and channels are reached.
        channel: How a try of somebody's way ends, and after which time; None for no answer at all.
        answers: How long after a page arrived its receiver acknowledges; None for never.
    """

    who: Who
    contacts: Callable[[Target], Contact]
    channel: Callable[[PageKey, Way, int], tuple[Result | None, timedelta]]
    answers: Callable[[PageKey], timedelta | None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it.

    Attributes:
        state: Where the escalation stands at the end.
        pages: Every page in order, with the time of its decision.
        reached: When a page first arrived at somebody who answers.
        acknowledged: When somebody did.
    """

    state: Escalation
    pages: tuple[tuple[datetime, PageKey], ...]
    reached: datetime | None
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class _Look:
    """A page is to be looked at again."""

    key: PageKey


@dataclass(frozen=True, slots=True)
class _End:
    """A try ends."""

    key: PageKey
    number: int
    result: Result


_Item: TypeAlias = Timer | _Look | _End | Acknowledged


@dataclass(slots=True)
class _Stage:
    terms: Terms
    pace: Pace
    cast: Cast
    state: Escalation
    queue: list[tuple[datetime, int, _Item]] = field(default_factory=list)
    deliveries: dict[PageKey, Delivery] = field(default_factory=dict)
    pages: list[tuple[datetime, PageKey]] = field(default_factory=list)
    order: int = 0
    reached: datetime | None = None
    acknowledged: datetime | None = None

    def later(self, at: datetime, item: _Item) -> None:
        self.order += 1
        heappush(self.queue, (at, self.order, item))

    def happen(self, event: Event, now: datetime) -> None:
        self.state, effects = advance(self.state, event, self.terms, self.cast.who, now)
        for effect in effects:
            self.follow(effect, now)

    def follow(self, effect: Effect, now: datetime) -> None:
        match effect:
            case StartTimer(timer):
                self.later(timer.due, timer)
            case Page(key):
                self.pages.append((now, key))
                self.deliveries[key] = Delivery(self.cast.contacts(key.to), effect, now, (), self.pace)
                self.later(now, _Look(key))
            case _:
                pass

    def play(self, item: _Item, now: datetime) -> None:
        match item:
            case Timer():
                self.happen(TimerDue(item), now)
            case _Look(key):
                self.look(key, now)
            case _End():
                self.end(item, now)
            case Acknowledged():
                self.acknowledged = self.acknowledged or now
                self.happen(item, now)
            case _:
                assert_never(item)

    def look(self, key: PageKey, now: datetime) -> None:
        delivery = self.deliveries[key]
        if self.state.phase is not Phase.PAGING:
            return
        move = delivery.move(now)
        match move:
            case Send(way, by):
                number = len(delivery.attempts) + 1
                self.change(key, replace(delivery, attempts=(*delivery.attempts, Attempt(way, number, now))))
                result, length = self.cast.channel(key, by, number)
                if result is not None:
                    self.later(now + length, _End(key, number, result))
                self.later(now + self.pace.silent, _Look(key))
            case Ask():
                last = replace(delivery.attempts[-1], asked=True)
                self.change(key, replace(delivery, attempts=(*delivery.attempts[:-1], last)))
                self.later(now + self.pace.silent, _Look(key))
            case Wait(until):
                self.later(until, _Look(key))
            case Held(until):
                self.later(until, _Look(key))
                self.happen(Undelivered(key, f"quiet hours until {until.isoformat()}"), now)
            case Failed(reason):
                self.happen(Undelivered(key, reason), now)
            case Reached():
                pass
            case _:
                assert_never(move)

    def end(self, ended: _End, now: datetime) -> None:
        delivery = self.deliveries[ended.key]
        attempts = tuple(
            replace(attempt, result=ended.result) if attempt.number == ended.number else attempt
            for attempt in delivery.attempts
        )
        self.change(ended.key, replace(delivery, attempts=attempts))
        if ended.result in {Result.ACCEPTED, Result.DELIVERED}:
            length = self.cast.answers(ended.key)
            if length is not None:
                self.reached = self.reached or now
                self.later(now + length, Acknowledged(str(ended.key.to)))
        self.look(ended.key, now)

    def change(self, key: PageKey, delivery: Delivery) -> None:
        self.deliveries[key] = delivery


def rehearse(first: Escalation, terms: Terms, pace: Pace, cast: Cast, begin: datetime, end: datetime) -> Rehearsal:
    """Play an incident from its opening until somebody acknowledges, or until the end.

    Args:
        first: A new escalation.
        terms: The ladder and the numbers.
        pace: The numbers of paging.
        cast: Channels and people.
        begin: When the incident opens, aware.
        end: When the play stops if nobody acknowledges.
    """
    stage = _Stage(terms, pace, cast, first)
    stage.happen(Opened(), begin)
    while stage.queue and stage.queue[0][0] <= end and stage.acknowledged is None:
        at, _, item = heappop(stage.queue)
        stage.play(item, at)
    return Rehearsal(stage.state, tuple(stage.pages), stage.reached, stage.acknowledged)
