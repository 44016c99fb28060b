"""Give records their place: leaves, tiles and a signed checkpoint, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.domain.audit.checkpoint import checkpoint
from surefoot.domain.audit.note import Signer, sign
from surefoot.domain.audit.tiles import changed
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.errors import RecordRefused
from surefoot.ports.auditlog import Entry, Head
from surefoot.ports.store import Transaction

_HASH = 32


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which log, and who signs for it.

    Attributes:
        name: In the store.
        signer: Its key; the key's name is the origin of its checkpoints.
    """

    name: str
    signer: Signer

    @property
    def origin(self) -> str:
        """What checkpoints call the log."""
        return self.signer.key.name


def sequence(
    transaction: Transaction, identity: LogIdentity, entries: Sequence[Entry], epoch: int | None = None
) -> list[int | RecordRefused]:
    """Append records to a log and sign its new state.

    A record whose id the log has, with the same content, is not appended again: its index is the answer. So a
    sender may repeat whatever it is unsure of.

    Args:
        transaction: In which all of it happens.
        identity: The log.
        entries: The records, in their order.
        epoch: Of the lease under which this process sequences; None where the store has one writer anyway.

    Returns:
        For each record its index, or why it was refused: another record has its id.

    Raises:
        StaleEpochError: Another process has taken over.
    """
    rows = transaction.log
    if epoch is None:
        rows.ensure(identity.name)
    head = rows.hold(identity.name)
    known = rows.known(identity.name, [entry.id for entry in entries])
    fresh: dict[str, Entry] = {}
    for entry in entries:
        if entry.id not in known:
            fresh.setdefault(entry.id, entry)
    if fresh:
        _append(transaction, identity, list(fresh.values()), Head(head.edge, "", None, epoch or head.epoch, 0))
    places = known | {identifier: head.edge.size + at for at, identifier in enumerate(fresh)}
    bodies = {identifier: entry.body for identifier, entry in fresh.items()}
    for identifier, index in known.items():
        bodies[identifier] = next((row.body for row in rows.rows(identity.name, index, 1)), b"")
    return [
        places[entry.id]
        if entry.body == bodies[entry.id] or not bodies[entry.id]
        else taken(f"record {places[entry.id]}")
        for entry in entries
    ]


def taken(by: str) -> RecordRefused:
    """Say that another record has the id."""
    return RecordRefused("id", f"{by} has this id with other content: give each event its own")


def state(transaction: Transaction, identity: LogIdentity) -> str:
    """Sign the state of a log as it is now, also when it is empty."""
    head = transaction.log.head(identity.name)
    return _signed(identity, head.edge, head.epoch, transaction)


def _append(transaction: Transaction, identity: LogIdentity, entries: Sequence[Entry], head: Head) -> None:
    rows, now = transaction.log, transaction.now()
    size = head.edge.size

    def partial(level: int, index: int, width: int) -> bytes:
        return rows.tile(identity.name, level, index)[: width * _HASH]

    grown = extend(head.edge, [leaf_hash(entry.body) for entry in entries])
    rows.append(identity.name, size, entries, now)
    rows.advance(
        identity.name,
        Head(grown.edge, _signed(identity, grown.edge, head.epoch, transaction), now, head.epoch, head.indexed),
        changed(size, grown, partial),
    )


def _signed(identity: LogIdentity, edge: Edge, epoch: int, transaction: Transaction) -> str:
    stated = checkpoint(identity.origin, edge.size, root(edge), epoch, transaction.now())
    return str(sign(stated.text, [identity.signer]))
