"""One audit log in use: events go in, and are given their place and their words in the index."""

from collections.abc import Callable
from concurrent.futures import Future
from hashlib import sha256
from typing import Protocol

from surefoot.domain.audit.canonical import parse
from surefoot.domain.audit.record import Event, Target, from_fields
from surefoot.errors import RecordRefused
from surefoot.run.audit.appending import Appending, Means, Receipt, Waiting
from surefoot.run.audit.sequencing import LogIdentity

_FIELD = 200  # characters of a field's path; its names are the sender's
_INDEX = 32  # records that one transaction takes into the index: whoever appends waits for no more than that


class Line(Protocol):
    """Where records wait for their batch."""

    def submit(self, item: Waiting) -> "Future[Receipt]":
        """Put a record in line."""


class AuditLog:
    """The door for events, and the work that follows them.

    Args:
        identity: The log and its key.
        means: What it works with.
        line: Makes the line, given what takes a batch.
    """

    def __init__(self, identity: LogIdentity, means: Means, line: Callable[[Appending], Line]) -> None:
        self._identity = identity
        self._means = means
        self._appending = Appending(identity, means)
        self._line = line(self._appending)

    @property
    def identity(self) -> LogIdentity:
        """The log and its key."""
        return self._identity

    @property
    def means(self) -> Means:
        """What it works with."""
        return self._means

    def record(self, event: Event) -> "Future[Receipt]":
        """Take an event; the receipt comes once it is durable.

        Raises:
            RecordRefused: It does not fit; that itself is recorded. Other errors come out of the future.
        """
        try:
            entry = self._means.preparing.entry(event)
        except RecordRefused as refusal:
            self._refuse(refusal, event.id.encode())
            raise
        return self._line.submit(Waiting(entry, event.action.category))

    def record_raw(self, raw: bytes, admit: Callable[[Event], None] = lambda _: None) -> "Future[Receipt]":
        """Take an event as somebody sent it, as JSON.

        Args:
            raw: One object.
            admit: Refuses what this sender may not send.

        Raises:
            RecordRefused: As for `record`.
        """
        try:
            event = from_fields(parse(raw))
            admit(event)
        except RecordRefused as refusal:
            self._refuse(refusal, raw)
            raise
        return self.record(event)

    def follow(self) -> bool:
        """Sequence what waits in the inbox and index what was sequenced; return whether there may be more.

        Raises:
            StoreError: The database does not answer, or another process leads by now.
        """
        if not self._means.lease.leads():
            return False
        name = self._identity.name
        if not self._means.store.read(lambda transaction: name in transaction.log.logs()):
            return False
        sequenced = self._appending.sequence_inbox()
        indexed = self._means.store.write(lambda transaction: transaction.log.index(name, _INDEX))
        return bool(sequenced or indexed)

    def _refuse(self, refusal: RecordRefused, raw: bytes) -> None:
        """Record that something was refused: where, and the hash of what was sent, never the content."""
        target, field = Target("log", self._identity.name), (refusal.field or "record")[:_FIELD]
        self._line.submit(self._means.own("log.refuse", target, field=field, sha256=sha256(raw).hexdigest()))
