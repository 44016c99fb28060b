"""A log whose reading is told of: verifying a long one takes a while."""

from collections.abc import Callable, Iterable, Iterator

from surefoot.domain.audit.logreader import Disclosure, LogReader, Purge, Record, StoredCheckpoint


class WatchedLog:
    """Another log; `told` hears of each record that is read."""

    def __init__(self, log: LogReader, told: Callable[[int], None]) -> None:
        self._log = log
        self._told = told

    def records(self, first: int) -> Iterator[Record]:
        """Iterate over the records, and tell."""
        for record in self._log.records(first):
            self._told(record.position)
            yield record

    def tile(self, level: int, index: int) -> bytes:
        """Return what a tile holds."""
        return self._log.tile(level, index)

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Iterate over the stored checkpoints."""
        return self._log.checkpoints()

    def pins(self) -> Iterable[str]:
        """Return signed notes that were kept outside."""
        return self._log.pins()

    def rotations(self) -> Iterable[Record]:
        """Return the rotation records."""
        return self._log.rotations()

    def purges(self) -> Iterable[Purge]:
        """Return what was purged."""
        return self._log.purges()

    def disclosures(self) -> Iterator[Disclosure]:
        """Iterate over what is left of personal values."""
        return self._log.disclosures()

    def indexed(self) -> int | None:
        """Return how far the search index is."""
        return self._log.indexed()
