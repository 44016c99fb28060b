"""What happens to an escalation, what follows from it, and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from surefoot.domain.paging.ladder import Means, Target
from surefoot.spec.model.forms import Priority


class Phase(StrEnum):
    """Where an escalation stands.

    ``TOLD`` was told by chat or email alone. ``QUIET`` has no alert that fires, and waits for a person.
    """

    NEW = "new"
    PAGING = "paging"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    QUIET = "quiet"
    CLOSED = "closed"


class TimerKind(StrEnum):
    """What a timer waits for: a step's answer, a late response, progress, the end of a snooze."""

    HOLD = "hold"
    LATE = "late"
    LAPSE = "lapse"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer; an escalation waits for one at most, and one that it does not wait for means nothing."""

    kind: TimerKind
    incident: str
    run: int
    lap: int
    step: int
    due: datetime


@dataclass(frozen=True, slots=True, order=True)
class PageKey:
    """What makes a page the one it is: nothing with the same key is sent twice.

    Attributes:
        run: From 1; a new one begins with each start of the ladder.
        lap: The pass over the ladder, from 0.
        step: From 1; 0 is somebody whom the incident was given to, one more than the steps the last resort.
    """

    incident: str
    run: int
    lap: int
    step: int
    to: Target


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where the escalation of one incident stands.

    Attributes:
        current: Who was paged by the step that holds.
        failed: Those of them whom no channel reached.
        reached: Whether somebody was paged in this lap, and not all channels failed.
        timer: The one timer that is waited for.
        assignee: Whom the incident was given to, in this run.
        by: Who acknowledged; empty if nobody.
        paged: Everybody who ever was; they are told how it ends.
        conference: Whether it was opened.
    """

    incident: str
    priority: Priority
    phase: Phase = Phase.NEW
    run: int = 0
    lap: int = 0
    step: int = 0
    current: tuple[Target, ...] = ()
    failed: frozenset[Target] = frozenset()
    reached: bool = False
    timer: Timer | None = None
    assignee: Target | None = None
    by: str = ""
    paged: tuple[Target, ...] = ()
    conference: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The incident is there."""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer has run down."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A page reached nobody: all channels failed, quiet hours hold it up, or a cap dropped a repeat."""

    key: PageKey
    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody takes care of it."""

    by: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """Whoever acknowledged did something; the acknowledgement counts anew."""

    by: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Somebody wants to be paged again later."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Somebody gives it to another person; the ladder follows from its start."""

    by: str
    to: Target


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert of this priority joined."""

    priority: Priority


@dataclass(frozen=True, slots=True)
class Quieted:
    """No alert fires any more, and the incident stays open until a person resolves it."""


@dataclass(frozen=True, slots=True)
class Refired:
    """An alert fires again in an incident that is open."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """It is over; ``by`` is empty if the system found so."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Reopened:
    """It is not over after all."""

    priority: Priority


Event: TypeAlias = (
    Opened
    | TimerDue
    | Undelivered
    | Acknowledged
    | Progressed
    | Snoozed
    | Reassigned
    | Raised
    | Quieted
    | Refired
    | Resolved
    | Reopened
)


@dataclass(frozen=True, slots=True)
class Page:
    """Reach this person, or this channel.

    Attributes:
        repeat: Whether the same step was paged before in this run: only such a page may be throttled.
    """

    key: PageKey
    priority: Priority
    means: tuple[Means, ...]
    repeat: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """Write about the incident to the team's chat or email address; nobody is woken."""

    incident: str
    run: int
    means: Means


@dataclass(frozen=True, slots=True)
class Inform:
    """Let those who were paged know how it ended."""

    incident: str
    to: tuple[Target, ...]
    text: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Wait for this."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class CancelTimers:
    """Wait for nothing any more."""

    incident: str


@dataclass(frozen=True, slots=True)
class CancelPages:
    """Send none of the pages that wait; one that is being sent may end."""

    incident: str


@dataclass(frozen=True, slots=True)
class OpenConference:
    """Open the call in which all who respond meet."""

    incident: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write it into the timeline."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done, and why."""

    reason: str


Effect: TypeAlias = Page | Tell | Inform | StartTimer | CancelTimers | CancelPages | OpenConference | Note | Refused
