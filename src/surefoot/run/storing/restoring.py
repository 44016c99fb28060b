"""Restore a store from a backup: erased people stay erased, and the log says that it was restored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.note import parse_note, verified
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Json, Outcome, Status, Target, stamp
from surefoot.errors import NoteError, PortError
from surefoot.ports.auditlog import Entry, LogRows
from surefoot.ports.depot import Depot, Dump
from surefoot.ports.erasures import Erased
from surefoot.ports.store import Transaction
from surefoot.ports.subjects import SubjectKeys
from surefoot.run.storing.backing import Progress, counted
from surefoot.run.storing.roots import proved

_ACTOR = Actor(ActorType.SYSTEM, "command-line")
_ERASED = Action("log.erase", "operation", "A person was erased")
_RESTORED = Action("log.restore", "operation", "The log was restored from a backup")
_NAMESPACE = UUID("3b0e0f39-7a0e-4f0c-8f43-0d6f7b1f2c55")  # of ids that follow from a backup
_MOST = 1_000_000  # records that wait in an inbox; there are never so many


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        sizes: Of the logs, by name.
        erased: Personal values in the backup that had been erased since, and are again.
    """

    sizes: dict[str, int]
    erased: int


@dataclass(frozen=True, slots=True)
class Restoring:
    """What restoring works with.

    Attributes:
        log: Name of the log that tells of it.
        erasures: All that were ever carried out.
        now: In UTC.
    """

    log: str
    erasures: Sequence[Erased]
    now: datetime

    def restore(self, depot: Depot, dump: Dump, progress: Progress) -> Restored:
        """Fill an empty place with a backup; on any failure it is empty again.

        Raises:
            PortError: The backup is damaged, the place is not empty, or it is full.
            NoteError: The log is signed by another key than the one here.
            ProofError: A log in the backup is not whole.
        """
        known = dump.examine()
        put: list[str] = []

        def finish(transaction: Transaction) -> Restored:
            done = self._finish(transaction, depot, known.digest)
            for path, pieces in dump.files():
                depot.archive.put(path, pieces)
                put.append(path)
            return done

        try:
            return depot.fill(known.revision, counted(dump.tables(), 0, progress), finish)
        except BaseException:
            for path in put:
                depot.archive.delete(path)
            raise

    def _finish(self, transaction: Transaction, depot: Depot, digest: str) -> Restored:
        rows, sizes = transaction.log, proved(transaction)
        events, total = [], 0
        for one in self.erasures:
            count = sum(rows.erase(log, one.subject) for log in sizes)
            count += sum(_waiting(rows, log, one.subject) for log in sizes)
            total += count
            if self.log in sizes and not rows.known(self.log, [one.record]):
                detail: dict[str, Json] = {"subject": one.subject, "openings": count, "why": one.reason}
                events.append(self._event(one.record, one.at, _ERASED, detail))
        if self.log in sizes:
            self._demand_key(rows.head(self.log).checkpoint, depot)
            own = str(uuid5(_NAMESPACE, f"{digest} {stamp(self.now)}"))
            detail = {"size": sizes[self.log], "erased": total, "backup": digest}
            events.append(self._event(own, self.now, _RESTORED, detail))
            rows.offer(self.log, [Entry(record.id, record.body) for record in map(sealed, events)])
        return Restored(sizes, total)

    def _event(self, identifier: str, at: datetime, action: Action, detail: Mapping[str, Json]) -> Event:
        return Event(identifier, at, _ACTOR, action, Target("log", self.log), Outcome(Status.SUCCESS), (), detail)

    def _demand_key(self, checkpoint: str, depot: Depot) -> None:
        if not checkpoint:
            return
        key = depot.key()
        try:
            verified(parse_note(checkpoint), [key])
        except NoteError as error:
            raise PortError(
                f"the log `{self.log}` in this backup is signed by another key than the one here ({key.id.hex()}): "
                "give the folder of keys that belongs to it (--keys)"
            ) from error


def _waiting(rows: LogRows, log: str, subject: str) -> int:
    """Take the values of an erased person out of what waits to be sequenced; return how many."""
    count = 0
    for entry in rows.inbox(log, _MOST):
        left = tuple(one for one in entry.openings if one.pseudonym != subject)
        if left != entry.openings:
            count += len(entry.openings) - len(left)
            rows.taken(log, [entry.id])
            rows.offer(log, [replace(entry, openings=left)])
    return count


def forgotten(subjects: SubjectKeys, erasures: Sequence[Erased]) -> None:
    """Destroy the keys of erased people, which a folder of keys that was restored, too, may hold again."""
    for one in erasures:
        known = subjects.by_pseudonym(one.subject)
        if known is not None:
            subjects.destroy(known[0])
