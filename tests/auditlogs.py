"""An audit log in memory, written as the store writes it, that tests may tamper with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.checkpoint import checkpoint
from surefoot.domain.audit.logreader import Disclosure, Purge, Record, StoredCheckpoint
from surefoot.domain.audit.note import Signer, new_signer, sign
from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Outcome, Status, Target
from surefoot.domain.audit.tiles import HASH, changed
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.domain.audit.verdict import Verification
from surefoot.domain.audit.verify import verify

ORIGIN = "example.com/audit"
START = datetime(2026, 1, 1, tzinfo=UTC)
SIGNER = new_signer(ORIGIN, bytes(range(32)))
OTHER = new_signer(ORIGIN, bytes(range(1, 33)))
ANA = Actor(ActorType.USER, "ana", "203.0.113.7")


def event(n: int, **changes: object) -> Event:
    made = Event(
        id=str(UUID(int=n)),
        timestamp=START + timedelta(seconds=n),
        actor=ANA,
        action=Action("user.update", "administration", "changed the mail address"),
        target=Target("user", f"u-{n}"),
        outcome=Outcome(Status.SUCCESS),
        changes=(Change("email", "old@example.com", f"new{n}@example.com"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class MemoryLog:
    """What the store would hold; tests change its lists and tiles at will."""

    signer: Signer = SIGNER
    rows: list[Record] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    notes: list[StoredCheckpoint] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    turned: list[Record] = field(default_factory=list)
    purged: list[Purge] = field(default_factory=list)
    shown: list[Disclosure] = field(default_factory=list)
    taken_in: int | None = None
    edge: Edge = field(default_factory=Edge)
    epoch: int = 1

    def append(self, events: Sequence[Event]) -> None:
        """Append a batch and sign a checkpoint."""
        whole = [sealed(event) for event in events]
        self.rows += [Record(self.edge.size + n, one.id, one.body) for n, one in enumerate(whole)]
        self.grow([one.leaf for one in whole])
        self.state()

    def grow(self, leaves: Sequence[bytes]) -> None:
        grown = extend(self.edge, leaves)
        for tile in changed(
            self.edge.size, grown, lambda level, index, width: self.tiles[level, index][: width * HASH]
        ):
            self.tiles[tile.level, tile.index] = tile.data
        self.edge = grown.edge

    def state(self, signer: Signer | None = None) -> str:
        """Sign a checkpoint of the tree as it is."""
        time = START + timedelta(seconds=len(self.notes))
        text = checkpoint(ORIGIN, self.edge.size, root(self.edge), self.epoch, time).text
        note = str(sign(text, [signer or self.signer]))
        self.notes.append(StoredCheckpoint(len(self.notes), note, time))
        return note

    def pin(self) -> None:
        self.pinned.append(self.notes[-1].note)

    def renumber(self) -> None:
        self.rows = [record._replace(position=n) for n, record in enumerate(self.rows)]

    def rebuild(self) -> None:
        """Compute the tiles anew from the rows, as somebody with access to the database would."""
        self.tiles, self.edge = {}, Edge()
        self.grow([leaf_hash(record.body) for record in self.rows])

    def verify(self) -> Verification:
        return verify(self, SIGNER.key, ORIGIN)

    def kinds(self) -> list[tuple[str, int | None]]:
        """Verify, and list what was found besides what is not pinned."""
        return [(str(one.kind), one.index) for one in self.verify().verdicts if one.kind != "unanchored"]

    def records(self, first: int) -> Iterator[Record]:
        return (record for record in self.rows if record.position >= first)

    def tile(self, level: int, index: int) -> bytes:
        return self.tiles.get((level, index), b"")

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        return iter(self.notes)

    def pins(self) -> list[str]:
        return self.pinned

    def rotations(self) -> list[Record]:
        return self.turned

    def purges(self) -> list[Purge]:
        return self.purged

    def disclosures(self) -> Iterator[Disclosure]:
        return iter(self.shown)

    def indexed(self) -> int | None:
        return self.taken_in


def log_of(size: int, batch: int = 100) -> MemoryLog:
    """Write a log of so many records in batches; its last checkpoint is pinned."""
    log = MemoryLog()
    for first in range(0, size, batch):
        log.append([event(n) for n in range(first, min(first + batch, size))])
    if size:
        log.pin()
    return log


def edited(record: Record, **changes: object) -> Record:
    """Replace a record by one that is sealed properly, but says something else."""
    number = UUID(record.id).int
    return record._replace(body=sealed(event(number, **(changes or {"outcome": Outcome(Status.FAILURE, "no")}))).body)
