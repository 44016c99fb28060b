"""What to do about a page that waits: which way next, what may be held back, what leaves together (ALR-4).

Nothing is ever taken for sent: a try without a known end is made again, or the next way is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias

from surefoot.domain.paging.contact import Contact, Way, quiet_until, ways
from surefoot.domain.paging.happening import Page, PageKey
from surefoot.domain.paging.ladder import Target

Dedupe: TypeAlias = Literal["dedupe", "lookup", "none"]
"""What an adapter can do about a try whose end is unknown: send again with the same key, ask, or neither."""

_TRIES = 2  # of one way, when the end of the first is unknown


class Result(StrEnum):
    """How a try ended. ``ABSENT``: the provider was asked about an unknown one, and never saw it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to reach somebody; written down before the call.

    Attributes:
        way: Index into the ways.
        number: From 1, over all ways of the page.
        result: None while there is none.
        asked: Whether the provider was asked what became of it; it is asked once.
    """

    way: int
    number: int
    at: datetime
    result: Result | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Try this way now; ``repeat`` says so in the message, as the one before may have arrived."""

    way: int
    by: Way
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the provider what became of the last try."""

    way: int
    by: Way


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody's channel took the page, and no further way is due."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No way worked: the escalation is told, and goes on at once."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Quiet hours last until then: the escalation is told and goes on at once, and the page is looked at again."""

    until: datetime


Move: TypeAlias = Send | Ask | Wait | Held | Reached | Failed


@dataclass(frozen=True, slots=True)
class Pace:
    """The numbers of paging.

    Attributes:
        silent: How long a way may give no answer.
        batch: How long an update waits for others.
        dedupe: What adapters can, by the way's name; ``none`` where missing.
    """

    silent: timedelta
    batch: timedelta
    dedupe: dict[str, Dedupe]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A page on its way to one person, or to one channel.

    Attributes:
        since: When it was decided to page.
        attempts: Tries so far, in their order.
    """

    contact: Contact
    page: Page
    since: datetime
    attempts: tuple[Attempt, ...]
    pace: Pace

    def move(self, now: datetime) -> Move:
        """Decide what to do now; deterministic, so that a restarted process goes on the same way."""
        if not self._ways:
            return Failed("there is no way to reach them: add `reach:` to the person")
        if not self.attempts:
            return self._first(now)
        last = self.attempts[-1]
        match last.result:
            case Result.ACCEPTED | Result.DELIVERED:
                return self._further(last, now)
            case Result.REFUSED:
                return self._over(last, "refused")
            case Result.UNKNOWN | Result.ABSENT:
                return self._again(last)
            case None:
                if now < last.at + self.pace.silent:
                    return Wait(last.at + self.pace.silent)
                # A try without an answer is left behind if there is another way, and made again if there is none.
                return self._again(last) if last.way + 1 == len(self._ways) else self._over(last, "silent")

    @property
    def _ways(self) -> tuple[Way, ...]:
        return ways(self.contact, self.page.priority, self.page.means)

    def _first(self, now: datetime) -> Move:
        quiet = quiet_until(self.contact, self.page.priority, now)
        if quiet > now:
            return Held(quiet)
        due = self.since + (self._ways[0].after or timedelta())
        return Send(0, self._ways[0]) if due <= now else Wait(due)

    def _further(self, last: Attempt, now: datetime) -> Move:
        """Go on to the next way that is wanted though one has worked."""
        for index, way in enumerate(self._ways):
            if index > last.way and way.after is not None:
                due = last.at + way.after
                return Send(index, way) if due <= now else Wait(due)
        return Reached()

    def _again(self, last: Attempt) -> Move:
        if sum(1 for attempt in self.attempts if attempt.way == last.way) >= _TRIES:
            return self._over(last, "unknown")
        way = self._ways[last.way]
        can = self.pace.dedupe.get(str(way), "none")
        if can == "lookup" and last.result is not Result.ABSENT and not last.asked:
            return Ask(last.way, way)
        return Send(last.way, way, repeat=can != "dedupe" and last.result is not Result.ABSENT)

    def _over(self, last: Attempt, why: str) -> Move:
        """Leave a way that did not work."""
        following = last.way + 1
        if following < len(self._ways):
            return Send(following, self._ways[following])
        if any(attempt.result in {Result.ACCEPTED, Result.DELIVERED} for attempt in self.attempts):
            return Reached()
        return Failed(f"all ways failed, the last was {why}: {', '.join(map(str, self._ways))}")


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many messages to one person within a time."""

    count: int
    within: timedelta


def dropped(page: Page, sent: Iterable[datetime], cap: Cap, now: datetime) -> str:
    """Say why a repeat is not sent; empty if it is. A first page never is held back.

    What is dropped goes into the timeline and to the escalation as `Undelivered`, which goes on at once.
    """
    if not page.repeat:
        return ""
    recent = sum(1 for at in sent if now - cap.within < at <= now)
    return f"dropped: {recent} messages within {cap.within}, at most {cap.count}" if recent >= cap.count else ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that has not left; ``key`` is None of an update, which nobody has to answer."""

    id: str
    to: Target
    way: Way
    since: datetime
    key: PageKey | None = None


def batches(waiting: Iterable[Waiting], hold: timedelta, now: datetime) -> tuple[tuple[Waiting, ...], ...]:
    """Choose what leaves now; what waits for one person and one way is one message.

    A page leaves at once and takes along all that waits. Updates alone leave when the oldest has waited long enough.
    """
    groups: dict[tuple[Target, str], list[Waiting]] = {}
    for each in sorted(waiting, key=lambda one: (one.since, one.id)):
        groups.setdefault((each.to, str(each.way)), []).append(each)
    return tuple(
        tuple(group)
        for _, group in sorted(groups.items())
        if any(each.key is not None for each in group) or now - group[0].since >= hold
    )
