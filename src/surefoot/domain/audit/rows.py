"""Stored records, taken along the tree: by index, with the gaps between them, and their ids."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np

from surefoot.domain.audit.logreader import LogReader, Record
from surefoot.domain.audit.verdict import Kind, Verdict

_IDS: Final = 1 << 24  # ids compared in one pass, 8 bytes each
_MOST: Final = 1_000


@dataclass(slots=True)
class Rows:
    """Records in the order of their indexes.

    Attributes:
        records: What the store yields.
        at: Index that is expected next.
        ended: Whether the store yields no more.
    """

    records: Iterator[Record]
    at: int = 0
    ended: bool = False
    _held: list[Record] = field(default_factory=list)

    def take(self, until: int) -> Sequence[Record | None]:
        """Take the records up to an index; None where one is missing, unless all further ones are.

        An index that stands twice, or goes back, yields a record more.
        """
        want = until - self.at
        batch = [*self._held, *islice(self.records, max(0, want - len(self._held)))]
        self._held = []
        if [record[0] for record in batch] == list(range(self.at, until)):
            self.at = until
            return batch
        return self._with_gaps(batch, until)

    def skip(self, until: int) -> int:
        """Pass over the records up to an index; return how many there were."""
        count, self.at = 0, until
        while (record := self._next()) is not None:
            if record.position >= until:
                self._held.insert(0, record)
                break
            count += 1
        return count

    def rest(self) -> Iterator[Record]:
        """Take all that is left."""
        while (record := self._next()) is not None:
            yield record

    def _next(self) -> Record | None:
        return self._held.pop(0) if self._held else next(self.records, None)

    def _with_gaps(self, batch: list[Record], until: int) -> Sequence[Record | None]:
        self._held, taken = batch, list[Record | None]()
        while self.at < until:
            record = self._next()
            if record is None:
                self.ended = True
                break
            if record.position >= until:
                self._held.insert(0, record)
                taken += [None] * (until - self.at)
                self.at = until
                break
            taken += [None] * (record.position - self.at)
            taken.append(record)
            self.at = max(self.at, record.position + 1)
        return taken


@dataclass(slots=True)
class Ids:
    """Ids of all records, to find those that stand twice.

    Attributes:
        parts: In how many passes they are compared: one for every 16 million.
    """

    parts: int
    _seen: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, ids: Sequence[str]) -> None:
        """Remember ids, eight bytes each; the first pass sees a part of a large log's."""
        # Any hash will do: what collides is compared in full.
        hashes = map(hash, ids)
        self._seen.extend(hashes if self.parts == 1 else (one for one in hashes if one % self.parts == 0))

    def doubled(self, reader: LogReader) -> Iterator[Verdict]:
        """Name each record whose id an earlier one has, reading the log again where some may."""
        for part in range(self.parts):
            if part:
                ids = (hash(record.id) for record in reader.records(0))
                self._seen = array("q", (one for one in ids if one % self.parts == part))
            values = np.sort(np.frombuffer(self._seen, dtype=np.int64)) if self._seen else np.zeros(0, np.int64)
            suspects = frozenset(np.unique(values[1:][values[1:] == values[:-1]]).tolist())
            if suspects:
                yield from islice(_repeated(reader, suspects), _MOST)


def passes(size: int) -> int:
    """Tell in how many passes the ids of a log of this size are compared."""
    return 1 + size // _IDS


def _repeated(reader: LogReader, suspects: frozenset[int]) -> Iterator[Verdict]:
    first: dict[str, int] = {}
    for record in reader.records(0):
        if hash(record.id) in suspects:
            index = first.setdefault(record.id, record.position)
            if index != record.position:
                message = f"record {record.position} has the id {record.id} of record {index}"
                yield Verdict(Kind.DUPLICATE_ID, record.position, None, message)
