"""A log at the hands of somebody: what they do with it is recorded, and before they get an answer (AUD-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.domain.audit.note import VerifierKey
from surefoot.domain.audit.record import Action, Actor, Event, Json, Outcome, Status, Target
from surefoot.ports.archive import Archive
from surefoot.ports.auditlog import Head
from surefoot.ports.keyring import KeyRing
from surefoot.ports.store import Store, Transaction
from surefoot.ports.subjects import SubjectKeys
from surefoot.run.audit.log import AuditLog
from surefoot.run.audit.stored import StoredLog


@dataclass(frozen=True, slots=True)
class Desk:
    """An open log and who works with it.

    Attributes:
        archive: Where its sealed runs lie.
        ring: The keys that sign it.
        actor: Who works with it.
    """

    log: AuditLog
    archive: Archive
    ring: KeyRing
    actor: Actor

    @property
    def name(self) -> str:
        """Of the log."""
        return self.log.identity.name

    @property
    def store(self) -> Store:
        """Where it is."""
        return self.log.means.store

    @property
    def subjects(self) -> SubjectKeys:
        """Keys of the people in it."""
        return self.log.means.preparing.keys

    @property
    def key(self) -> VerifierKey:
        """Its first key; later ones are followed through the log."""
        return next(iter(self.ring.past()), self.log.identity.signer.key)

    def note(self, kind: str, **detail: Json) -> None:
        """Record what is about to be done with the log.

        Raises:
            RecordRefused: The type of event demands more.
            PortError: It cannot be recorded; then it must not be done.
        """
        self.log.record(self.deed(kind, Target("log", self.name), **detail)).result()

    def deed(self, kind: str, target: Target, **detail: Json) -> Event:
        """Make an event of something that the one who works here does."""
        known, means = self.log.means.catalogue.types[kind], self.log.means
        action = Action(kind, known.category, known.description)
        return Event(means.new_id(), means.now(), self.actor, action, target, Outcome(Status.SUCCESS), (), detail)

    def catch_up(self) -> None:
        """Sequence what waits in the inbox, and take all records into the search index.

        Raises:
            StoreError: The database does not answer.
        """
        while self.log.follow():
            pass

    def head(self) -> Head:
        """Return where the log ends.

        Raises:
            StoreError: There is no log yet, or the database does not answer.
        """
        return self.store.read(lambda transaction: transaction.log.head(self.name))

    def stored(self, transaction: Transaction, pins: Sequence[str] = (), *, verifying: bool = False) -> StoredLog:
        """Return the log in a snapshot."""
        return StoredLog(transaction, self.name, self.archive, self.subjects, pins, verifying=verifying)
