"""What retention demands of a log now; reading it changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from surefoot.domain.audit import places
from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import Place
from surefoot.domain.audit.record import Event
from surefoot.domain.audit.retention import Action, Plan, Plans, due
from surefoot.domain.audit.retention import Segment as Aged
from surefoot.domain.audit.sealing import Block, runs
from surefoot.domain.audit.tiles import WIDTH
from surefoot.ports.auditlog import LogRows, Segment, Span
from surefoot.ports.store import Transaction
from surefoot.run.audit.contents import Contents, merged, of_segments, pages, rotations
from surefoot.run.audit.desk import Desk

_PAST_HAND = "every record is past the time at hand"
_NEEDED = "its time is over, but it holds a rotation of the log's key, without which nothing later verifies"


class Kind(StrEnum):
    """What is done, or why it is not."""

    SEAL = "seal"
    PURGE = "purge"
    ERASE = "erase"
    DECIDE = "decide"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is due.

    Attributes:
        first: Index of the first record.
        size: Records of the run.
        why: In a sentence.
        contents: Of a run that is to be sealed.
        values: Personal values that are to be destroyed.
    """

    kind: Kind
    first: int
    size: int
    why: str
    contents: Contents | None = None
    values: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due, in the order in which it is done, and the runs that are sealed already.

    Attributes:
        size: Of the log.
        here: Records that are in the database.
        conflicts: Of the rules, for legal to answer.
    """

    size: int
    here: int
    sealed: tuple[Segment, ...]
    steps: tuple[Step, ...]
    conflicts: tuple[str, ...]


def agenda(desk: Desk, plans: Plans, segment: int, now: datetime) -> Agenda:
    """Find what is due.

    Args:
        desk: The log; what its index does not hold yet is not looked at.
        plans: How long what is kept.
        segment: Usual length of a sealed run.
        now: In UTC.

    Raises:
        StoreError: The database does not answer.
        ArchiveError: A sealed file is missing or damaged.
    """
    return desk.store.read(lambda transaction: _Reading(desk, transaction, plans, now).agenda(segment))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One snapshot of the log, seen with the plans."""

    desk: Desk
    transaction: Transaction
    plans: Plans
    now: datetime

    @property
    def _rows(self) -> LogRows:
        return self.transaction.log

    def agenda(self, segment: int) -> Agenda:
        log = self.desk.name
        head, sealed = self._rows.head(log), self._rows.segments(log)
        spans = self._spans(sealed, head.indexed)
        whole = [span for span in spans if (span.block + 1) * WIDTH <= head.indexed]
        blocks = [Block(number, merged(some)) for number, some in _by_block(whole)]
        turned = rotations(self._rows, log)
        new = {}
        for run in runs(blocks, self.plans, segment, self.now):
            inside = range(run.first, run.first + run.size)
            ages = merged(span for span in whole if span.block * WIDTH in inside)
            new[run.first, run.size] = Contents(ages, sum(index in inside for index in turned))
        kept = {one.first: one for one in sealed if one.purged_at is None}
        old = of_segments(self._rows, log, self.desk.archive)
        known = {(first, kept[first].size): contents for first, contents in old.items()} | new
        rest = [span for span in spans if not any(first <= span.block * WIDTH < first + size for first, size in new)]
        steps = [Step(Kind.SEAL, *run, _PAST_HAND, contents) for run, contents in new.items()]
        steps += self._of_runs(known, kept)
        steps += self._of_rest(rest)
        named = dict.fromkeys(str(one) for plan in _all(self.plans) for one in plan.conflicts)
        gone = sum(one.size for one in sealed)
        return Agenda(head.edge.size, head.edge.size - gone, tuple(sealed), tuple(steps), tuple(named))

    def _spans(self, sealed: Sequence[Segment], end: int) -> list[Span]:
        """Return the ages of what is here, in the gaps between what was sealed."""
        found, at = [], 0
        for first, size in [*((one.first, one.size) for one in sealed), (end, 0)]:
            if at < first:
                found += self._rows.spans(self.desk.name, at, first)
            at = first + size
        return found

    def _of_runs(self, known: dict[tuple[int, int], Contents], kept: dict[int, Segment]) -> Iterator[Step]:
        for (first, size), contents in sorted(known.items()):
            aged = Aged(first, first + size - 1, contents.ages, archived=True)
            for action in due(self.plans, [aged], self.now):
                if action.kind == "purge" and contents.rotations:
                    yield Step(Kind.KEEP, first, size, _NEEDED)
                elif action.kind == "purge":
                    yield Step(Kind.PURGE, first, size, action.why)
                elif action.kind in {"erase", "decide"}:
                    events = self._sealed(kept[first]) if first in kept else self._here(first, size)
                    yield from self._overdue(action, events)

    def _of_rest(self, spans: Sequence[Span]) -> Iterator[Step]:
        """Look at what stays here: nothing of it is purged, but personal values may be past their most."""
        ages = merged(spans)
        if not ages:
            return
        blocks = [span.block for span in spans]
        aged = Aged(blocks[0] * WIDTH, (blocks[-1] + 1) * WIDTH - 1, ages, archived=True)
        actions = due(self.plans, [aged], self.now)
        if any(action.kind == "purge" for action in actions):  # too few for a run of their own
            names = [name for name in ages if self.plans.of(name).max]
            why = "records are past the most that is allowed; they are too few to be purged"
            actions = [
                Action("erase", aged, (name,), why, (), self.now - most)
                for name in names
                if (most := self.plans.of(name).max) is not None
            ]
        for action in actions:
            concerned = [
                span.block
                for span in spans
                if span.category in action.categories and (action.before is None or span.oldest <= action.before)
            ]
            events = (event for block in dict.fromkeys(concerned) for event in self._here(block * WIDTH, WIDTH))
            yield from self._overdue(action, events)

    def _overdue(self, action: Action, events: Iterator[Event]) -> Iterator[Step]:
        """Tell which values an action concerns; nothing where none of them is left."""
        first, size = action.segment.first, action.segment.last - action.segment.first + 1
        wanted = {
            event.id: event
            for event in events
            if event.action.category in action.categories
            and (action.before is None or event.timestamp <= action.before)
        }
        kept = (opening.place for some in pages(list(wanted)) for opening in self._rows.openings(self.desk.name, some))
        found = tuple(place for place in kept if self._concerns(action.fields, wanted[place.record], place.field))
        if found:
            kind = Kind.ERASE if action.kind == "erase" else Kind.DECIDE
            yield Step(kind, first, size, action.why, None, found)

    def _concerns(self, fields: Sequence[str], event: Event, where: str) -> bool:
        if not fields:
            return True
        kind = self.desk.log.means.catalogue.types.get(event.action.type)
        capture = kind.capture if kind else ()
        return any(
            where == name or where in dict(places.values(event, name, places.place(name, capture))) for name in fields
        )

    def _here(self, first: int, size: int) -> Iterator[Event]:
        for at in range(first, first + size, WIDTH):
            yield from (opened(row.body) for row in self._rows.rows(self.desk.name, at, WIDTH))

    def _sealed(self, segment: Segment) -> Iterator[Event]:
        return map(opened, self.desk.archive.read(segment.path))


def _by_block(spans: Sequence[Span]) -> Iterator[tuple[int, list[Span]]]:
    found: dict[int, list[Span]] = {}
    for span in spans:
        found.setdefault(span.block, []).append(span)
    yield from found.items()


def _all(plans: Plans) -> Iterator[Plan]:
    yield plans.records
    yield from plans.categories.values()
    yield from plans.fields.values()
