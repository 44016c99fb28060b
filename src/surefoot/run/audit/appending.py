"""Append batches of records, whatever happens to the store meanwhile (AUD-3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.errors import RecordRefused, SpoolError, StaleEpochError, StoreError, SurefootError
from surefoot.ports.auditlog import Entry
from surefoot.ports.lease import Lease
from surefoot.ports.spool import Batch, Spool
from surefoot.ports.store import Store, Transaction
from surefoot.run.audit.frames import packed, unpacked
from surefoot.run.audit.preparing import Preparing
from surefoot.run.audit.sequencing import LogIdentity, sequence, taken

_SELF = Actor(ActorType.SYSTEM, "surefoot")
_CHUNK = 1024  # records that replaying sequences at a time


class Kept(StrEnum):
    """What an acknowledged record is by now: durable in each case, and provable once sequenced."""

    SEQUENCED = "sequenced"
    INBOX = "inbox"
    SPOOLED = "spooled"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a record.

    Attributes:
        index: In the log; None before it is sequenced.
    """

    id: str
    kept: Kept
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record on its way, and the category that says what happens when the store is away."""

    entry: Entry
    category: str


Answer = Receipt | SurefootError


@dataclass(frozen=True, slots=True)
class Means:
    """What appending works with.

    Attributes:
        store: Where the log is.
        spool: Where records wait while the store is away.
        preparing: For the log's own events.
        now: The time in UTC.
        new_id: A fresh UUID.
        lease: Whether this process sequences; otherwise records go to the inbox.
    """

    store: Store
    spool: Spool
    preparing: Preparing
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    lease: Lease

    @property
    def catalogue(self) -> Catalogue:
        """Types of events."""
        return self.preparing.catalogue

    def own(self, kind: str, target: Target, **detail: str | int) -> Waiting:
        """Make a record of something that the log itself did."""
        known = self.catalogue.types[kind]
        event = Event(
            id=self.new_id(),
            timestamp=self.now(),
            actor=_SELF,
            action=Action(kind, known.category, known.description),
            target=target,
            outcome=Outcome(Status.SUCCESS),
            detail=dict(detail),
        )
        return Waiting(self.preparing.entry(event), known.category)


class Appending:
    """Takes batches, one at a time; nothing that it answered for is ever lost.

    While the store is away a record is spooled, refused, or dropped and counted, as the catalogue says for its
    category. The first batch after that brings the spool in, in order, and a record that tells of the gap.
    """

    def __init__(self, identity: LogIdentity, means: Means) -> None:
        self._identity = identity
        self._means = means
        self._away_since: datetime | None = None
        self._dropped: dict[str, int] = {}

    def take(self, batch: Sequence[Waiting]) -> list[Answer]:
        """Append records; for each a receipt, or why it was not taken. Without any, bring in what was spooled."""
        try:
            if self._away_since is not None or not self._means.spool.empty:
                self._bring_in()
            return self._write(batch) if batch else []
        except StoreError as error:
            return self._without_store(batch, error)

    def sequence_inbox(self, most: int = _CHUNK) -> int:
        """Take what others put into the inbox; return how many. Only for the process that leads.

        Raises:
            StoreError: The database does not answer, or another process leads by now; then the lease is given up.
        """
        name, means = self._identity.name, self._means

        def work(transaction: Transaction) -> int:
            rows = transaction.log
            entries = rows.inbox(name, most)
            if entries:
                places = sequence(transaction, self._identity, entries, means.lease.epoch())
                refused = [one for one, place in zip(entries, places, strict=True) if isinstance(place, RecordRefused)]
                notes = [self._refusal(entry) for entry in refused]
                sequence(transaction, self._identity, notes, means.lease.epoch())
                rows.taken(name, [entry.id for entry in entries])
            return len(entries)

        try:
            return means.store.write(work)
        except StaleEpochError:
            means.lease.lost()
            raise

    def _write(self, batch: Sequence[Waiting]) -> list[Answer]:
        entries = [waiting.entry for waiting in batch]
        name, means = self._identity.name, self._means
        if means.lease.leads():
            epoch = means.lease.epoch()
            try:
                found = means.store.write(lambda transaction: sequence(transaction, self._identity, entries, epoch))
            except StaleEpochError:
                means.lease.lost()
            else:
                return [
                    place if isinstance(place, RecordRefused) else Receipt(entry.id, Kept.SEQUENCED, place)
                    for entry, place in zip(entries, found, strict=True)
                ]
        other = means.store.write(lambda transaction: transaction.log.offer(name, entries))
        return [taken("another record") if entry.id in other else Receipt(entry.id, Kept.INBOX) for entry in entries]

    def _refusal(self, entry: Entry) -> Entry:
        """Make the record of one that came through the inbox and cannot be taken, since its id is."""
        target = Target("log", self._identity.name)
        return self._means.own("log.refuse", target, field="id", sha256=sha256(entry.body).hexdigest()).entry

    def _without_store(self, batch: Sequence[Waiting], error: StoreError) -> list[Answer]:
        spooled = [one for one in batch if self._means.catalogue.unavailable(one.category) == "spool"]
        full: SurefootError = error
        if spooled:
            try:
                self._spool(spooled)
            except SpoolError as reason:
                full, spooled = reason, []
        ids = {one.entry.id for one in spooled}
        return [self._answer(one, error, full, spooled=one.entry.id in ids) for one in batch]

    def _answer(self, one: Waiting, error: StoreError, full: SurefootError, *, spooled: bool) -> Answer:
        if spooled:
            return Receipt(one.entry.id, Kept.SPOOLED)
        match self._means.catalogue.unavailable(one.category):
            case "drop+count":
                self._dropped[one.category] = self._dropped.get(one.category, 0) + 1
                self._away_since = self._away_since or self._means.now()
                return Receipt(one.entry.id, Kept.DROPPED)
            case "spool":
                return full
            case _:
                return error

    def _spool(self, batch: Sequence[Waiting]) -> None:
        means = self._means
        opening = []
        if self._away_since is None:
            opening = [means.own("log.spool", Target("log", self._identity.name), state="opened")]
        means.spool.put([packed(one.entry) for one in (*opening, *batch)])
        self._away_since = self._away_since or means.now()

    def _bring_in(self) -> None:
        """Sequence what waits in the spool, oldest first, then tell of the gap."""
        means, told = self._means, _Gap()
        while (found := means.spool.oldest()) is not None:
            entries = list(_readable(found, told))
            for at in range(0, len(entries), _CHUNK):
                answers = self._write([Waiting(entry, "") for entry in entries[at : at + _CHUNK]])
                told.refused += sum(isinstance(answer, SurefootError) for answer in answers)
            told.records += len(entries)
            means.spool.drop(found.name)
        told.dropped = sum(self._dropped.values())
        if counts := told.counts():
            self._write([means.own("log.spool", Target("log", self._identity.name), state="closed", **counts)])
        self._away_since, self._dropped = None, {}


@dataclass(slots=True)
class _Gap:
    """What the time without the store came to."""

    records: int = 0
    refused: int = 0
    dropped: int = 0
    damaged_bytes: int = 0

    def counts(self) -> dict[str, int]:
        """Return what is not zero."""
        found = {"records": self.records, "refused": self.refused, "dropped": self.dropped}
        return {name: count for name, count in (found | {"damaged_bytes": self.damaged_bytes}).items() if count}


def _readable(batch: Batch, told: _Gap) -> Iterator[Entry]:
    told.damaged_bytes += batch.lost
    for frame in batch.frames:
        try:
            yield unpacked(frame)
        except SpoolError:
            told.damaged_bytes += len(frame)
