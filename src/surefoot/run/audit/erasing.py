"""Erase a person from the logs of a store: key, values and salts go, the records and their proofs stay (AUD-4).

The erasure is listed first, outside the store and its backups; then one transaction sequences what waits,
deletes the values and leaves the record; then the key is destroyed. What a crash interrupts, the same call
finishes: the list remembers the id of the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import Certificate, Erasure, Head, certificate, is_concealed, pseudonym
from surefoot.domain.audit.record import Event, Target
from surefoot.domain.audit.tiles import TileReader
from surefoot.domain.audit.tree import root, root_at
from surefoot.errors import PortError
from surefoot.ports.erasures import Erased, ErasureList
from surefoot.ports.store import Transaction
from surefoot.run.audit.asking import subject as filed
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.disclosing import ERASED
from surefoot.run.audit.retiring import recorded
from surefoot.run.audit.sequencing import sequence

_CHUNK = 1024
_MOST = 1_000_000  # records that wait in an inbox; there are never so many
_HASH = 32
_SHORT = 3  # letters; a shorter name occurs in many words


@dataclass(frozen=True, slots=True)
class Prospect:
    """What erasing a subject would destroy.

    Attributes:
        subject: The pseudonym.
        key: Whether its key is there.
        values: Openings, by log.
        records: How many records they belong to.
        listed: Where the list has it already.
    """

    subject: str
    key: bool
    values: dict[str, int]
    records: int
    listed: Erased | None

    @property
    def finished(self) -> bool:
        """Whether nothing is left to destroy."""
        return self.listed is not None and not self.key and not any(self.values.values())


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases people.

    Attributes:
        desk: The log that the erasure is recorded in.
        listed: The list of all erasures.
        spooled: Names the places where records still wait for the store.
    """

    desk: Desk
    listed: ErasureList
    spooled: Callable[[], Sequence[str]]

    def prospect(self, text: str, reason: str) -> Prospect:
        """Say what would go; asking is itself recorded.

        Args:
            text: The subject by name, such as ``user/ana`` or ``ana``, or by pseudonym.
            reason: Why.

        Raises:
            PortError: There is no such subject, or the reason names it.
        """
        subject = self._pseudonym(text)
        named = text.rpartition("/")[2].casefold()
        if not is_concealed(text) and len(named) >= _SHORT and named in reason.casefold():
            raise PortError("the reason names the subject, and would stay in the log: write it without the name")
        self.desk.note("log.read", filter=f"openings of {subject}", purpose=reason)
        self.desk.catch_up()

        def work(transaction: Transaction) -> dict[str, list[str]]:
            rows = transaction.log
            return {log: [place.record for place in rows.about(log, subject)] for log in rows.logs()}

        found = self.desk.store.read(work)
        return Prospect(
            subject,
            self.desk.subjects.by_pseudonym(subject) is not None,
            {log: len(records) for log, records in found.items()},
            sum(len(set(records)) for records in found.values()),
            next((one for one in self.listed.all() if one.subject == subject), None),
        )

    def erase(self, prospect: Prospect, reason: str) -> Certificate:
        """Carry it out.

        Raises:
            PortError: Records wait in a spool, or in the inbox of another log; nothing was done.
            StoreError: The database does not answer; the next call goes on.
            ProofError: The log was changed otherwise: there is no certificate.
        """
        if waiting := self.spooled():
            raise PortError(
                f"records wait in {waiting[0]}, perhaps with values of this subject: start the server first"
            )
        means = self.desk.log.means
        planned = prospect.listed or Erased(prospect.subject, means.new_id(), means.now(), reason)
        if prospect.listed is None:
            self.listed.add(planned)
        index, found = self.desk.store.write(lambda transaction: erased(transaction, self.desk, planned))
        before = self._head(index) if found is None else Head(index, found)
        known = self.desk.subjects.by_pseudonym(prospect.subject)
        if known is not None:
            self.desk.subjects.destroy(known[0])
        event = self.desk.store.read(lambda transaction: self._record(transaction, index))
        count = event.detail.get("openings")
        done = Erasure(
            subject=prospect.subject,
            openings=count if isinstance(count, int) else 0,
            at=event.timestamp,
            by=event.actor.id,
            reason=str(event.detail.get("why")),
            record=event.id,
        )
        return certificate(done, before, self._head(index))

    def _pseudonym(self, text: str) -> str:
        if is_concealed(text):
            return text
        name = filed(text)
        key = self.desk.subjects.find(name)
        if key is None:
            raise PortError(
                f"there is no key of `{name}`: it was never in this log, or it was erased; "
                "name an erased subject by its pseudonym"
            )
        return pseudonym(name, key)

    def _head(self, size: int) -> Head:
        """Compute the root over the records before the erasure's own."""

        def work(transaction: Transaction) -> Head:
            rows, name = transaction.log, self.desk.name
            tiles = TileReader(rows.size(name), lambda tile, at, width: rows.tile(name, tile, at)[: width * _HASH])
            return Head(size, root_at(size, tiles.hash_at))

        return self.desk.store.read(work)

    def _record(self, transaction: Transaction, index: int) -> Event:
        rows = transaction.log.rows(self.desk.name, index, 1)
        if not rows:
            raise PortError(f"the record {index} of this erasure is sealed: the certificate was written before")
        return opened(rows[0].body)


def erased(transaction: Transaction, desk: Desk, planned: Erased) -> tuple[int, bytes | None]:
    """Sequence what waits, delete a subject's values from every log, and record that.

    Returns:
        The index of the record, and the root before it; None where an earlier call had recorded it.

    Raises:
        PortError: Values wait in the inbox of a log that is not this desk's.
    """
    rows, name = transaction.log, desk.name
    drained(transaction, desk)
    for log in rows.logs():
        waiting = (opening for entry in rows.inbox(log, _MOST) for opening in entry.openings)
        if any(opening.pseudonym == planned.subject for opening in waiting):
            raise PortError(f"records wait to enter the log `{log}`: start the server that sequences it first")
    count = sum(rows.erase(log, planned.subject) for log in rows.logs())
    known = rows.known(name, [planned.record])
    if known:
        return known[planned.record], None
    before = root(rows.hold(name).edge)
    made = desk.deed(ERASED, Target("log", name), subject=planned.subject, openings=count, why=planned.reason)
    return recorded(transaction, desk, replace(made, id=planned.record, timestamp=planned.at)), before


def drained(transaction: Transaction, desk: Desk) -> None:
    """Sequence all that waits in the inbox of a log, whichever process leads: its rows are held meanwhile."""
    rows = transaction.log
    while desk.name in rows.logs() and (entries := rows.inbox(desk.name, _CHUNK)):
        sequence(transaction, desk.log.identity, entries)
        rows.taken(desk.name, [entry.id for entry in entries])
