"""A cache of raw samples on disk: what was fetched once is not asked for again."""

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from surefoot.edge.metrics.blocks import Note, append_blocks, read_blocks
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched, MetricsSource, Progress, merged, within
from surefoot.promql.selector import Selector

_PIECE_MS = 7 * 86_400_000
_OVERLAP_MS = 300_000  # so that the source sees which series ended just before
_SETTLED_MS = 600_000  # what is younger may still come in late


@dataclass(frozen=True, slots=True)
class CachedSource:
    """Keeps what a source had: a file for each selector, which a killed process cannot spoil.

    Attributes:
        source: Asked for what is not there.
        identity: Tells the source apart from others, without secrets.
        folder: Of the files.
        now: Tells the time, milliseconds: what is younger than ten minutes is not kept.
    """

    source: MetricsSource
    identity: str
    folder: Path
    now: Callable[[], int]

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read from the cache, and the rest from the source; see `MetricsSource.fetch`.

        Stretches with a gap are not kept, so that they are asked for again.

        Raises:
            MetricsError: The source fails at something that is not in the cache, or the folder cannot be used.
        """
        wanted = list(dict.fromkeys(selectors))
        missing = [(one, piece) for one in wanted for piece in self._missing(one, start, end)]
        total = sum(until - since + 1 for _, (since, until) in missing)
        done = 0
        unkept = []
        for selector, (since, until) in missing:
            length = until - since + 1
            told = _shifted(progress, done, length, total) if progress is not None else None
            found = self.source.fetch([selector], since - _OVERLAP_MS, until, told)
            if not self._keep(selector, found, since, until):
                unkept.append(_cut(found, since, until))
            done += length
        kept = [self._read(selector, start, end) for selector in wanted]
        return merged([*kept, *unkept])

    def _path(self, selector: Selector) -> Path:
        key = f"{self.identity}\n{selector.render()}".encode()
        return self.folder / f"{hashlib.sha256(key).hexdigest()[:40]}.blocks"

    def _missing(self, selector: Selector, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Find what is not covered, in pieces: what a long fetch has brought stays when it is killed."""
        at = start
        for since, until in [*sorted(self._covered(selector)), (end + 1, end + 1)]:
            while at < min(since, end + 1):
                stop = min(since - 1, end, at + _PIECE_MS - 1)
                yield at, stop
                at = stop + 1
            at = max(at, until + 1)

    def _covered(self, selector: Selector) -> list[tuple[int, int]]:
        path = self._path(selector)
        if not path.exists():
            return []
        return [(int(g.note["start"]), int(g.note["end"])) for g in read_blocks(path) if not g.gap]

    def _read(self, selector: Selector, start: int, end: int) -> Fetched:
        path = self._path(selector)
        if not path.exists():
            return Fetched()
        return merged(_cut(Fetched(group.series), start, end) for group in read_blocks(path))

    def _keep(self, selector: Selector, found: Fetched, since: int, until: int) -> bool:
        settled = min(until, self.now() - _SETTLED_MS)
        if found.gaps or settled < since:
            return False
        kept = _cut(found, since, settled).series
        note: Note = {"selector": selector.render(), "start": since, "end": settled}
        path = self._path(selector)
        with _alone(path):
            append_blocks(path, kept, note)
        return settled == until


def _cut(fetched: Fetched, start: int, end: int) -> Fetched:
    cut = (within(one, start, end) for one in fetched.series)
    return Fetched(tuple(one for one in cut if one is not None), fetched.gaps)


def _shifted(progress: Progress, done: int, length: int, total: int) -> Progress:
    """Show the progress of one piece as that of the whole."""
    return lambda part, of: progress(done + length * part // max(of, 1), total)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from appending at the same time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise MetricsError(f"{path.parent} cannot be used as a cache: {error.strerror or error}") from None
