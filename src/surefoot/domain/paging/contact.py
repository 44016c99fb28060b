"""How a person is reached: the ways in their order, and the hours that are not disturbed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from surefoot.calendar.hours import WeeklyHours, parse_hours
from surefoot.calendar.opening import first_inside, first_outside
from surefoot.domain.paging.ladder import Means
from surefoot.spec.model.contact import Reach
from surefoot.spec.model.contact import Way as By
from surefoot.spec.model.forms import Priority
from surefoot.spec.model.oncall import Person

_PER_WAY = 3  # times of silence at most: a try whose end is unknown, the question what became of it, a second try


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach somebody.

    Attributes:
        by: Push, phone, …, or ``channel``.
        channel: The channel's name, with ``channel`` alone.
        after: How long after the way before this one is tried, though that one worked; None if only when it failed.
    """

    by: By
    channel: str = ""
    after: timedelta | None = None

    def __str__(self) -> str:
        return f"channel:{self.channel}" if self.channel else self.by


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known about reaching somebody, or a channel that stands for somebody.

    Attributes:
        ways: In the person's order.
        own: Other orders, by priority.
        phone: Whether there is a number to call.
        quiet: Hours in which only some priorities disturb.
        wake: Those priorities.
    """

    ways: tuple[Way, ...]
    own: Mapping[Priority, tuple[Way, ...]]
    phone: bool = False
    quiet: tuple[WeeklyHours, ...] = ()
    wake: tuple[Priority, ...] = ()


def contact_of(person: Person, wake: tuple[Priority, ...], zone: str) -> Contact:
    """Read how a person is reached.

    Args:
        person: Without ``reach``, whatever the person has is used: push, phone, chat, email.
        wake: Priorities that disturb in quiet hours, where the person names none.
        zone: IANA name, where the person has none.
    """
    quiet = person.quiet
    return Contact(
        tuple(map(_way, person.reach)) or tuple(_known(person)),
        {priority: tuple(map(_way, ways)) for priority, ways in person.contact.items()},
        person.phone is not None,
        (parse_hours(quiet.hours, person.timezone or zone),) if quiet else (),
        (quiet.wake or wake) if quiet else (),
    )


def channel_contact(name: str) -> Contact:
    """Reach a channel that a step pages itself."""
    return Contact((Way("channel", name),), {})


def ways(contact: Contact, priority: Priority, means: tuple[Means, ...]) -> tuple[Way, ...]:
    """Order the ways for a page; where the priority demands a call, the phone is among them."""
    chosen = contact.own.get(priority) or contact.ways
    calls = any(way.by == "phone" for way in chosen)
    return chosen if calls or "call" not in means or not contact.phone else (*chosen, Way("phone"))


def quiet_until(contact: Contact, priority: Priority, now: datetime) -> datetime:
    """Find when a page of this priority may disturb: now, or when the quiet hours end.

    Quiet hours that never end hold nothing up: a page is not lost because of them.
    """
    if not contact.quiet or priority in contact.wake or first_inside(contact.quiet, now) != now:
        return now
    return first_outside(contact.quiet, now) or now


def longest_wait(
    contact: Contact, priority: Priority, means: tuple[Means, ...], silent: timedelta, at: datetime
) -> timedelta | None:
    """Bound the time from a page until the last way took it, if all ways before failed.

    Args:
        contact: Whom to reach.
        priority: Of the page.
        means: What the priority demands.
        silent: How long a way may give no answer.
        at: When the page is decided.

    Returns:
        None if there is no way at all, or quiet hours hold the page up: the escalation goes on without this person.
    """
    chosen = ways(contact, priority, means)
    if not chosen or quiet_until(contact, priority, at) > at:
        return None
    tries = (len(chosen) - 1) * _PER_WAY + 1
    return (chosen[0].after or timedelta()) + tries * silent


def _way(reach: Reach) -> Way:
    return Way(reach.by, reach.channel or "", reach.after)


def _known(person: Person) -> Iterator[Way]:
    if "ntfy" in person.accounts:
        yield Way("push")
    if person.phone is not None:
        yield Way("phone")
    if person.accounts.keys() & {"slack", "teams", "telegram"}:
        yield Way("chat")
    if person.email is not None:
        yield Way("email")
