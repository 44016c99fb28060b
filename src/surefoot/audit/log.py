"""The log as users' services see it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Literal, Protocol, Required, Self, TypedDict, Unpack
from uuid import UUID

from surefoot.audit.acting import current, system
from surefoot.domain.audit.canonical import Floating, decimal_floats
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.record import Action, Actor, Change, Event, Outcome, Status, Target
from surefoot.errors import RecordRefused
from surefoot.run.audit.appending import Receipt

_SUCCESS = Outcome(Status.SUCCESS)


class Parts(TypedDict, total=False):
    """What an event says besides its type.

    Attributes:
        target: To what it was done.
        actor: Who did it; otherwise whoever is `acting`, or the service itself.
        detail: What the type captures besides; floats become decimal strings.
        changes: Field by field, as `change` makes them, or as a mapping of a field to its old and new value.
        outcome: ``success`` unless told otherwise, `failure` with a reason.
        id: A UUID that makes sending it again harmless; otherwise a new one.
        at: When it happened, with a time zone; otherwise now.
    """

    target: Required[Target]
    actor: Actor | None
    detail: Mapping[str, Floating]
    changes: Iterable[Change] | Mapping[str, tuple[Floating, Floating]]
    outcome: Outcome | Literal["success", "failure"]
    id: UUID | str | None
    at: datetime | None


class Door(Protocol):
    """Where events go."""

    def record(self, event: Event) -> "Future[Receipt]":
        """Take an event; the receipt comes once it is durable."""


class Surroundings(Protocol):
    """What a log needs of the process."""

    def now(self) -> datetime:
        """Return the time in UTC."""

    def new_id(self) -> str:
        """Return a fresh UUID."""

    @property
    def waiting(self) -> bool:
        """Whether events wait on this machine, because the log is away."""


class Log:
    """An open log; `surefoot.audit.open` makes it. Threads and tasks may share it; processes may not.

    Args:
        door: Where events go.
        catalogue: Types of events.
        around: The process.
        close: Finishes what is in line, and lets go of everything.
        service: In whose name it is opened; ``""`` for none.
    """

    def __init__(
        self, door: Door, catalogue: Catalogue, around: Surroundings, close: Callable[[], None], service: str = ""
    ) -> None:
        self._door = door
        self._catalogue = catalogue
        self._around = around
        self._close = close
        self._service = service

    def record(self, kind: str, /, **parts: Unpack[Parts]) -> Receipt:
        """Record an event of a type, and return once it is durable.

        Raises:
            RecordRefused: It does not fit its type, or the log; names the field.
            PortError: It cannot be kept: the log is away and the catalogue wants that to be known, or the disk is full.

        Example::

            log.record("entity.update", target=audit.thing("order", 7), changes={"state": ("paid", "shipped")})
        """
        return self.submit(kind, **parts).result()

    def submit(self, kind: str, /, **parts: Unpack[Parts]) -> "Future[Receipt]":
        """Put an event in line; the receipt, or a `PortError`, comes later.

        Raises:
            RecordRefused: As for `record`.
        """
        return self._door.record(self._event(kind, parts))

    async def record_async(self, kind: str, /, **parts: Unpack[Parts]) -> Receipt:
        """Record an event, and return once it is durable, without holding up other tasks.

        Raises:
            RecordRefused: As for `record`.
            PortError: As for `record`.
        """
        event = self._event(kind, parts)
        return await asyncio.wrap_future(await asyncio.to_thread(self._door.record, event))

    @property
    def waiting(self) -> bool:
        """Whether events wait on this machine, because the log is away: for a health check."""
        return self._around.waiting

    def close(self) -> None:
        """Finish what is in line."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _event(self, kind: str, parts: Parts) -> Event:
        known = self._catalogue.types.get(kind)
        action = Action(kind, known.category, known.description) if known else Action(kind, "")
        detail = decimal_floats(dict(parts.get("detail") or {}), "detail")
        assert isinstance(detail, dict)
        if self._service:
            detail.setdefault("service", self._service)
        given = parts.get("outcome", _SUCCESS)
        return Event(
            id=str(parts.get("id") or self._around.new_id()),
            timestamp=parts.get("at") or self._around.now(),
            actor=parts.get("actor") or current() or self._itself(),
            action=action,
            target=parts["target"],
            outcome=given if isinstance(given, Outcome) else Outcome(Status(given)),
            changes=tuple(_changes(parts.get("changes", ()))),
            detail=detail,
        )

    def _itself(self) -> Actor:
        if not self._service:
            raise RecordRefused("actor", "nobody acts: give `actor`, or record it within `with audit.acting(...)`")
        return system(self._service)


def thing(kind: str, identifier: object) -> Target:
    """Name what something was done to: ``thing("order", 7)``."""
    return Target(kind, str(identifier))


def change(field: str, old: Floating, new: Floating) -> Change:
    """Tell what a field was and is; floats become decimal strings.

    Raises:
        RecordRefused: A float has no digits.
    """
    return Change(field, decimal_floats(old, field), decimal_floats(new, field))


def failure(reason: str) -> Outcome:
    """Tell that it failed, and why."""
    return Outcome(Status.FAILURE, reason)


def _changes(given: Iterable[Change] | Mapping[str, tuple[Floating, Floating]]) -> Iterable[Change]:
    if isinstance(given, Mapping):
        return [change(field, old, new) for field, (old, new) in given.items()]
    return given
