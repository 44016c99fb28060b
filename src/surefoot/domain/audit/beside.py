"""What stands beside the records: purges, openings of personal values, and the search index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import COMMITMENTS
from surefoot.domain.audit.commitment import verify as opens
from surefoot.domain.audit.logreader import PURGED, Disclosure, LogReader, Purge, Record
from surefoot.domain.audit.record import Event
from surefoot.domain.audit.rotation import CATEGORY
from surefoot.domain.audit.tiles import WIDTH
from surefoot.domain.audit.verdict import Kind, Verdict
from surefoot.errors import RecordRefused

_MOST: Final = 1_000


@dataclass(slots=True)
class Beside:
    """Checks all that on the way along the records.

    Attributes:
        reader: Where it stands.
        size: Of the log.
        purges: By first index; malformed ones are left out, so that what they claim counts as missing.
    """

    reader: LogReader
    size: int
    purges: dict[int, Purge] = field(init=False)
    _claims: dict[int, list[Purge]] = field(default_factory=dict)
    _done: list[tuple[Purge, int]] = field(default_factory=list)
    _confirmed: set[int] = field(default_factory=set)
    _disclosures: Iterator[Disclosure] = field(init=False)
    _next: Disclosure | None = field(init=False)
    _erased: list[int] = field(default_factory=list)
    _unread: int = 0

    def __post_init__(self) -> None:
        self.purges = {purge.first: purge for purge in self.reader.purges() if _is_aligned(purge)}
        for purge in self.purges.values():
            self._claims.setdefault(purge.recorded, []).append(purge)
        self._disclosures = iter(self.reader.disclosures())
        self._next = next(self._disclosures, None)

    def passed(self, purge: Purge, left: int) -> None:
        """Note that the walk passed over a purged run, in which `left` records still stand."""
        self._done.append((purge, left))

    def look(self, records: Sequence[Record]) -> list[Verdict]:
        """Check purges that these records are to confirm, and openings of their commitments."""
        last = records[-1].position
        found: list[Verdict] = []
        if self._claims:
            for record in records:
                self._confirm(record)
        if self._next is not None and self._next.index <= last:
            by_index = {record.position: record for record in records}
            while self._next is not None and self._next.index <= last:
                found += self._disclosed(self._next, by_index.get(self._next.index))
                self._next = next(self._disclosures, None)
        return found

    def verdicts(self) -> list[Verdict]:
        """Judge what was met: purges without a record, erasures, and the index."""
        found = [self._purged(purge, left) for purge, left in self._done]
        if self._erased:
            message = (
                f"{len(self._erased)} personal values were erased on record; the first in record {self._erased[0]}"
            )
            found.append(Verdict(Kind.ERASED, self._erased[0], None, message))
        indexed = self.reader.indexed()
        if indexed is not None and indexed < self.size:
            message = f"the search index holds {indexed} of {self.size} records; rebuild it or let it catch up"
            found.append(Verdict(Kind.INDEX_INCOMPLETE, indexed, None, message))
        return found

    def cannot_know(self) -> list[str]:
        """Say what of this was out of reach."""
        gone = [purge for purge, _ in self._done if self._is_gone(purge.recorded)]
        found = [f"The record that says that {purge.first} on was purged is purged itself." for purge in gone]
        if self._unread:
            found.append(f"{self._unread} openings belong to records that are gone.")
        return found

    def _purged(self, purge: Purge, left: int) -> Verdict:
        what = f"records {purge.first} to {purge.first + purge.size - 1}"
        if purge.first in self._confirmed or self._is_gone(purge.recorded):
            over = f"; {left} of them are still stored" if left else ""
            message = f"{what} were purged, says record {purge.recorded}{over}"
            return Verdict(Kind.PURGED, purge.first, None, message)
        message = f"{what} are gone, and record {purge.recorded} does not say that they were purged"
        return Verdict(Kind.SEGMENT_MISSING, purge.first, None, message)

    def _confirm(self, record: Record) -> None:
        for purge in self._claims.get(record.position, ()):
            event = _read(record)
            said = {"first": purge.first, "size": purge.size, "root": purge.root.hex()}
            if (
                event is not None
                and (event.action.type, event.action.category) == (PURGED, CATEGORY)
                and all(event.detail.get(name) == value for name, value in said.items())
            ):
                self._confirmed.add(purge.first)

    def _disclosed(self, disclosure: Disclosure, record: Record | None) -> list[Verdict]:
        if disclosure.opening is None:
            if len(self._erased) < _MOST:
                self._erased.append(disclosure.index)
            return []
        event = None if record is None else _read(record)
        if event is None:
            self._unread += 1
            return []
        committed = _commitment(event, disclosure.field)
        if committed is not None and opens(committed, disclosure.opening):
            return []
        message = f"record {disclosure.index}: the value kept for {disclosure.field} is not the one committed to"
        return [Verdict(Kind.VALUE_MISMATCH, disclosure.index, None, message)]

    def _is_gone(self, index: int) -> bool:
        return any(purge.first <= index < purge.first + purge.size for purge, _ in self._done)


def _is_aligned(purge: Purge) -> bool:
    whole = purge.size >= WIDTH and purge.size & (purge.size - 1) == 0
    return whole and purge.first % purge.size == 0


def _read(record: Record) -> Event | None:
    try:
        return opened(record.body)
    except RecordRefused:
        return None


def _commitment(event: Event, place: str) -> str | None:
    """Find the commitment to the value at a place; None if the record lists none."""
    listed = event.detail.get(COMMITMENTS)
    for one in listed if isinstance(listed, list) else ():
        match one:
            case {"field": str(there), "commitment": str(commitment)} if there == place:
                return commitment
            case _:
                pass
    return None
