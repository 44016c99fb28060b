"""What checkpoints and pins state, who signed them, and whether they follow each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Final

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.checkpoint import Checkpoint, parse_checkpoint
from surefoot.domain.audit.logreader import LogReader, Record
from surefoot.domain.audit.note import Note, VerifierKey, parse_note, verified
from surefoot.domain.audit.rotation import Link, introduced
from surefoot.domain.audit.verdict import Kind, Verdict
from surefoot.errors import NoteError, RecordRefused

_MOST: Final = 1_000  # verdicts about checkpoints


@dataclass(frozen=True, slots=True)
class Statement:
    """Size and root that somebody signed, and where it was found.

    Attributes:
        name: ``checkpoint 12`` or ``pin 1``.
        pin: Whether it was kept outside.
        size: Number of records.
        root: Of the tree over them.
    """

    name: str
    pin: bool
    size: int
    root: bytes


@dataclass(slots=True)
class Statements:
    """The signed statements of a log, checked one by one; they are read again for comparing them with the tree.

    Attributes:
        reader: Where they stand.
        links: Keys of the log, oldest first.
        origin: Name of the log.
        verdicts: About statements that do not hold.
        newest: The largest stored one that holds.
        claimed: Largest size that one states which does not hold.
    """

    reader: LogReader
    links: Sequence[Link]
    origin: str
    verdicts: list[Verdict] = field(default_factory=list)
    newest: Statement | None = None
    claimed: int = 0
    _refused: set[str] = field(default_factory=set)
    _latest: int = 0  # link whose key signed last
    _epoch: int = -1
    _time: datetime | None = None

    def examine(self) -> None:
        """Check the signatures of all, and that epochs, sizes and times of the stored ones do not go back."""
        for stored in self.reader.checkpoints():
            name = f"checkpoint {stored.sequence}"
            found = self._read(name, stored.note, pin=False)
            if found is None:
                continue
            self._in_order(name, found)
            if self.newest is None or found.size > self.newest.size:
                self.newest = Statement(name, pin=False, size=found.size, root=found.root)
        for name, note in _pinned(self.reader):
            self._read(name, note, pin=True)

    def by_size(self) -> Iterator[Statement]:
        """Iterate over those that hold, smallest tree first."""
        kept = (
            _statement(f"checkpoint {stored.sequence}", stored.note, pin=False)
            for stored in self.reader.checkpoints()
            if f"checkpoint {stored.sequence}" not in self._refused
        )
        pinned = (_statement(name, note, pin=True) for name, note in _pinned(self.reader) if name not in self._refused)
        return merge(kept, sorted(pinned, key=_size), key=_size)

    def _read(self, name: str, text: str, *, pin: bool) -> Checkpoint | None:
        try:
            note = parse_note(text)
            found = parse_checkpoint(note.text)
            _ = found.epoch, found.time
        except NoteError as error:
            self._refuse(name, Kind.BAD_SIGNATURE, str(error))
            return None
        if found.origin != self.origin:
            self._refuse(name, Kind.BAD_SIGNATURE, f"is of the log {found.origin}, not of {self.origin}")
            return None
        if self._is_signed(name, note, found, pin=pin):
            return found
        self.claimed = max(self.claimed, 0 if pin else found.size)
        return None

    def _is_signed(self, name: str, note: Note, found: Checkpoint, *, pin: bool) -> bool:
        try:
            signers = verified(note, [link.key for link in self.links])
        except NoteError as error:
            known = {(link.key.name, link.key.id) for link in self.links}
            stranger = not any((one.name, one.id) in known for one in note.signatures)
            self._refuse(name, Kind.KEY_SWAPPED if stranger else Kind.BAD_SIGNATURE, str(error))
            return False
        newest = max(n for n, link in enumerate(self.links) if link.key in signers)
        link = self.links[newest]
        if found.size <= link.since:
            message = f"is signed by {link.key.id.hex()}, which record {link.since} introduced only later"
            self._refuse(name, Kind.KEY_SWAPPED, message)
            return False
        if not pin and newest < self._latest:
            message = f"is signed by {link.key.id.hex()}, which had been replaced"
            self._refuse(name, Kind.KEY_SWAPPED, message)
            return False
        self._latest = self._latest if pin else newest
        return True

    def _in_order(self, name: str, found: Checkpoint) -> None:
        if found.epoch is not None:
            if found.epoch < self._epoch:
                message = f"{name} is of epoch {found.epoch}, after one of epoch {self._epoch}: two sequencers wrote"
                self._tell(Kind.STALE_EPOCH, name, message)
            self._epoch = max(self._epoch, found.epoch)
        if found.time is not None:
            if self._time is not None and found.time < self._time:
                self._tell(
                    Kind.CLOCK_BACK, name, f"{name} says {found.time.isoformat()}, before the one that precedes it"
                )
            self._time = found.time
        if self.newest is not None and found.size < self.newest.size:
            message = f"{name} states {found.size} records after {self.newest.name} stated {self.newest.size}"
            self._tell(Kind.ROLLED_BACK, name, message)
            self._refused.add(name)  # out of order: it cannot be met on the way along the tree

    def _refuse(self, name: str, kind: Kind, message: str) -> None:
        self._refused.add(name)
        self._tell(kind, name, f"{name}: {message}")

    def _tell(self, kind: Kind, name: str, message: str) -> None:
        if len(self.verdicts) < _MOST:
            self.verdicts.append(Verdict(kind, None, name, message))


def links(first: VerifierKey, rotations: Iterable[Record]) -> tuple[tuple[Link, ...], tuple[Verdict, ...]]:
    """Follow rotations from the first key on, as far as they hold.

    Returns:
        The keys, and a verdict for each rotation that the key in use did not sign.
    """
    found, verdicts = [Link(first, -1)], []
    for record in rotations:
        try:
            found.append(Link(introduced(opened(record.body), found[-1].key), record.position))
        except (NoteError, RecordRefused) as error:
            verdicts.append(Verdict(Kind.KEY_SWAPPED, record.position, None, f"record {record.position}: {error}"))
    return tuple(found), tuple(verdicts)


def _pinned(reader: LogReader) -> Iterator[tuple[str, str]]:
    return ((f"pin {n}", note) for n, note in enumerate(reader.pins(), 1))


def _statement(name: str, note: str, *, pin: bool) -> Statement:
    found = parse_checkpoint(parse_note(note).text)
    return Statement(name, pin, found.size, found.root)


def _size(statement: Statement) -> int:
    return statement.size
