"""Verify a stored log: every record against the tree, the tree against what was signed, all in one pass.

Memory does not grow with the log, but for 8 bytes a record (up to 16 million at once) that find doubled ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Final

from surefoot.domain.audit.alignment import WINDOW, Alignment, Run, runs
from surefoot.domain.audit.beside import Beside
from surefoot.domain.audit.canonical import checksum_holds
from surefoot.domain.audit.comparing import Comparing
from surefoot.domain.audit.logreader import LogReader, Record
from surefoot.domain.audit.note import VerifierKey
from surefoot.domain.audit.reference import Block, Damage, Reference, judged, misfitting
from surefoot.domain.audit.rows import Ids, Rows, passes
from surefoot.domain.audit.statements import Statement, Statements, links
from surefoot.domain.audit.tiles import HEIGHT, WIDTH
from surefoot.domain.audit.tree import Edge, Grown, extend, graft, root
from surefoot.domain.audit.verdict import Kind, Verdict, Verification, ordered

SEGMENT: Final = 65_536
_MOST: Final = 1_000  # verdicts of one kind that are listed
_LIMITS: Final = (
    "Events that were never sent, and copies that were exported, are not seen from here.",
    "Timestamps of records are the senders' claims.",
)


def verify(reader: LogReader, key: VerifierKey, origin: str) -> Verification:
    """Verify a log.

    Args:
        reader: The log, in one snapshot.
        key: Its first key, known from elsewhere; later ones are followed through the log's rotation records.
        origin: Its name, the first line of each checkpoint.
    """
    known, broken = links(key, reader.rotations())
    statements = Statements(reader, known, origin)
    statements.examine()
    walk = _Walk(reader, statements)
    walk.run()
    verdicts = [*broken, *statements.verdicts, *walk.verdicts()]
    return Verification(walk.size, ordered(verdicts), walk.cannot_know())


@dataclass(slots=True)
class _Walk:
    """One pass along records, tiles and statements."""

    reader: LogReader
    statements: Statements
    size: int = 0
    edge: Edge | None = field(default_factory=Edge)
    alignment: Alignment = field(default_factory=Alignment)
    found: list[Verdict] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    doubts: list[Damage] = field(default_factory=list)
    unsound: dict[int, str] = field(default_factory=dict)
    reference: Reference = field(init=False)
    rows: Rows = field(init=False)
    ids: Ids = field(init=False)
    comparing: Comparing = field(init=False)
    beside: Beside = field(init=False)

    def __post_init__(self) -> None:
        self.reference = Reference(self.reader)
        newest = self.statements.newest
        self.size = self.reference.size() if newest is None else newest.size
        self.rows = Rows(self.reader.records(0))
        self.ids = Ids(passes(self.size))
        self.comparing = Comparing(self.statements.by_size())
        self.beside = Beside(self.reader, self.size)

    def run(self) -> None:
        """Walk to the end."""
        at = 0
        self._meet(self.edge)
        while at < self.size:
            at = self._step(at)
        rest = self.rows.rest()
        beyond = list(islice(rest, WINDOW))
        self._check(beyond)
        hashes = [sha256(b"\x00" + record.body).digest() for record in beyond]
        self.alignment.feed([record.position for record in beyond], hashes, [])
        self.alignment.finish(self.size)
        self.alignment.more += sum(1 for _ in rest)

    def _step(self, at: int) -> int:
        """Verify one block, or pass over what was purged or lost; return where the next one begins."""
        width = min(WIDTH, self.size - at)
        block = self.reference.block(at // WIDTH, width)
        purge = self.beside.purges.get(at)
        if purge is not None and not block.hashes:
            self.beside.passed(purge, self.rows.skip(at + purge.size))
            return self._pass_over(at, purge.size, purge.root)
        taken = self.rows.take(at + width)
        records = [record for record in taken if record is not None]
        if not block.hashes and not records and self.alignment.idle:
            return self._lost(at, block)
        self._check(records)
        self._compare(block, taken, records)
        return at + width

    def _compare(self, block: Block, taken: Sequence[Record | None], records: list[Record]) -> None:
        mine = [sha256(b"\x00" + record[2]).digest() for record in records]
        whole = len(taken) == len(records) == block.width and self.alignment.idle
        if whole and b"".join(mine) == block.hashes:
            self.alignment.position = block.first + block.width
            self._grow(mine, block)
            return
        newest = self.statements.newest if block.first + block.width == self.size else None
        leaves, damage = judged(block, mine if whole else None, self.edge, newest.root if newest else None)
        if damage is not None:
            self.damages.append(damage)
        if leaves is None:
            self._unknown(block, records)
            return
        hashes = iter(mine)
        indexes, position = [], block.first
        for record in taken:
            position = position if record is None else record.position
            indexes.append(position)
            position += 1
        self.alignment.feed(indexes, [None if one is None else next(hashes) for one in taken], leaves)
        self._grow(leaves, block)

    def _check(self, records: list[Record]) -> None:
        """Check what a record says of itself: checksum and id; and look for records that explain what is gone."""
        self.ids.add([record[1] for record in records])
        for index, uuid, body in records:
            if not checksum_holds(body):
                self._suspect(index, "its checksum does not fit")
            elif b',"id":"%b","outcome":' % uuid.encode("utf-8", "replace") not in body:
                self._suspect(index, f"the store files it under another id ({uuid[:40]}) than it has")
        if records:
            self.found += self.beside.look(records)

    def _suspect(self, index: int, reason: str) -> None:
        if len(self.unsound) < _MOST:
            self.unsound[index] = reason

    def _grow(self, leaves: list[bytes], block: Block) -> None:
        """Append the leaves to the tree, comparing it with each statement on the way."""
        if self.edge is None:
            self._meet_blindly(block.first + block.width)
            return
        done = 0
        for statement in self.comparing.upto(block.first + block.width):
            upto = statement.size - block.first
            if upto > done:
                self._append(leaves[done:upto])
                done = upto
            self.comparing.meet(statement, root(self.edge))
        if done < block.width:
            self._append(leaves[done:])

    def _append(self, leaves: list[bytes]) -> None:
        if self.edge is not None:
            self._take(extend(self.edge, leaves))

    def _take(self, grown: Grown) -> None:
        self.edge = grown.edge
        self.doubts += misfitting(self.reference, grown.levels, grown.edge.size)

    def _meet(self, edge: Edge | None) -> None:
        if edge is not None:
            for statement in self.comparing.upto(edge.size):
                self.comparing.meet(statement, root(edge))

    def _meet_blindly(self, size: int) -> None:
        for statement in self.comparing.upto(size):
            self.comparing.meet(statement, None)

    def _pass_over(self, at: int, count: int, subtree: bytes) -> int:
        """Go on behind records of which only the root of their subtree is left."""
        self.alignment.finish(at + count)
        if self.edge is not None:
            self._take(graft(self.edge, count.bit_length() - 1, subtree))
        self._meet_blindly(at + count - 1)
        self._meet(self.edge)
        return at + count

    def _lost(self, at: int, block: Block) -> int:
        """Go on behind records that are gone together with their tile."""
        segment = self.reference.entry(2, at // SEGMENT)
        if not at % SEGMENT and at + SEGMENT <= self.size and segment:
            count, subtree = SEGMENT, segment
            self.rows.skip(at + SEGMENT)
        else:
            count, subtree = block.width, block.above
        if self.lost and sum(self.lost[-1]) == at:
            self.lost[-1] = (self.lost[-1][0], self.lost[-1][1] + count)
        else:
            self.lost.append((at, count))
        if count % WIDTH == 0 and subtree:
            return self._pass_over(at, count, subtree)
        self.alignment.finish(at + count)
        self.edge = None
        self._meet_blindly(at + count)
        return at + count

    def _unknown(self, block: Block, records: list[Record]) -> None:
        """Note a block whose tile is gone and whose records are not complete: only its root is known."""
        present = {record.position for record in records}
        self.alignment.finish(block.first + block.width)
        gone = [index for index in range(block.first, block.first + block.width) if index not in present]
        if gone:
            message = f"record {gone[0]} is gone, and so is the tile that would tell its hash ({len(gone)} in all)"
            self.found.append(Verdict(Kind.DELETED, gone[0], None, message))
        if block.width == WIDTH and block.above and self.edge is not None:
            self._take(graft(self.edge, HEIGHT, block.above))
            self._meet_blindly(block.first + block.width - 1)
            self._meet(self.edge)
        else:
            self.edge = None
            self._meet_blindly(block.first + block.width)

    def verdicts(self) -> list[Verdict]:
        """Judge what was seen on the way."""
        found = [
            *self.found,
            *(_missing(*run) for run in self.lost),
            *self.comparing.verdicts,
            *self.ids.doubled(self.reader),
        ]
        changed = [
            run
            for run in runs(self.alignment.misfits, self.size)
            if not (run.kind is Kind.INSERTED and self.size <= run.first < self.statements.claimed)
        ]
        found += [self._of_run(run) for run in changed[:_MOST]]
        touched = {index for run in changed for index in range(run.first, run.first + min(run.count, _MOST))}
        found += [
            Verdict(Kind.EDITED, index, None, f"record {index}: {reason}")
            for index, reason in self.unsound.items()
            if index not in touched
        ]
        found += self._of_tree(explained=any(one.kind is Kind.EDITED for one in found))
        found += self.beside.verdicts()
        found += self._of_end()
        return found

    def _of_run(self, run: Run) -> Verdict:
        what = f"record {run.first}" if run.count == 1 else f"records {run.first} to {run.first + run.count - 1}"
        if run.kind is Kind.DELETED and run.first % SEGMENT == 0 and run.count >= SEGMENT:
            return _missing(run.first, run.count)
        reason = self.unsound.get(run.first, "")
        message = {
            Kind.EDITED: f"{what}: not what was logged" + (f"; {reason}" if reason else ""),
            Kind.INSERTED: f"{what}: stored, but never logged",
            Kind.DELETED: f"{what}: logged, but no longer stored",
            Kind.REORDERED: f"{what}: logged in another order",
            Kind.TRUNCATED: f"{what}: the end of the log is gone",
        }
        return Verdict(run.kind, run.first, None, message[run.kind])

    def _of_tree(self, *, explained: bool) -> list[Verdict]:
        """Judge tiles above the leaves, and statements that the tree does not lead to."""
        newest = self.statements.newest
        pending = [statement for statement in self.comparing.pending if statement.size <= self.size]
        sound = not pending and (newest is None or self.comparing.good >= newest.size or self.edge is None)
        damages = [*self.damages, *(self.doubts if sound else ())]
        first = {damage.path: damage for damage in reversed(damages)}
        found = [
            Verdict(Kind.DAMAGED_TILE, damage.first, None, f"{damage.path} does not fit the records under it")
            for damage in sorted(first.values(), key=lambda one: (one.level, one.index))
        ]
        if pending and not explained:
            found.append(self._rewritten(pending[0]))
        return found

    def _rewritten(self, statement: Statement) -> Verdict:
        good = self.comparing.good
        doubts = [doubt.first for doubt in sorted(self.doubts, key=lambda one: (one.level, one.first))]
        first = next((max(leaf, good) for leaf in doubts if leaf + WIDTH > good), good)
        message = (
            f"some record from {first} up to {statement.size - 1} is not what {statement.name} was signed for, "
            "and its tile was rewritten with it"
        )
        return Verdict(Kind.EDITED, first, statement.name, message)

    def _of_end(self) -> list[Verdict]:
        found = []
        statements = self.statements
        if statements.newest is None and self.size:
            message = "no checkpoint is signed by a known key: the log proves nothing"
            found.append(Verdict(Kind.BAD_SIGNATURE, 0, None, message))
        ahead = list(self.comparing.upto(1 << 63))
        for statement in [one for one in (*self.comparing.pending, *ahead) if one.pin and one.size > self.size]:
            message = f"{statement.name} states {statement.size} records, the log has {self.size}"
            found.append(Verdict(Kind.ROLLED_BACK, self.size, statement.name, message))
        if self.size > self.comparing.pinned:
            first = self.comparing.pinned
            message = f"records from {first} on are newer than the last pin; pin a checkpoint off this machine"
            found.append(Verdict(Kind.UNANCHORED, first, None, message))
        return found

    def cannot_know(self) -> tuple[str, ...]:
        """Say what was out of reach."""
        found = [*_LIMITS, *self.beside.cannot_know()]
        if self.size > self.comparing.pinned:
            found.append(
                f"From record {self.comparing.pinned} on: it can have been cut off, or rewritten by the key's holder."
            )
        if self.comparing.unknown:
            found.append(
                f"{self.comparing.unknown} checkpoints end where records are gone; only later ones were compared."
            )
        if self.statements.claimed > self.size:
            found.append(f"Only checkpoints that do not hold speak of the records from {self.size} on.")
        if self.edge is None:
            found.append("Behind the missing segment no root could be computed.")
        if self.alignment.more:
            found.append(f"{self.alignment.more} further misfits were counted, not listed.")
        return tuple(found)


def _missing(first: int, count: int) -> Verdict:
    message = f"records {first} to {first + count - 1} are gone, and no record says that they were purged"
    return Verdict(Kind.SEGMENT_MISSING, first, None, message)
