"""Stretches of time that one question to a server covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from surefoot.ports.metrics import Progress
from surefoot.promql.selector import Selector

PROBE_MS = 3_600_000
SHORTEST_MS = 60_000
LONGEST_MS = 7 * 86_400_000
_SAMPLES = 400_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """The samples of a selector after one time and up to another, milliseconds."""

    selector: Selector
    after: int
    until: int

    @property
    def length(self) -> int:
        """Milliseconds that it covers."""
        return self.until - self.after

    @property
    def halves(self) -> "tuple[Chunk, Chunk]":
        """Cut it in two."""
        middle = self.after + self.length // 2
        return Chunk(self.selector, self.after, middle), Chunk(self.selector, middle, self.until)

    def __str__(self) -> str:
        return f"{self.selector.render()} from {moment(self.after)} to {moment(self.until)}"


def split(selector: Selector, after: int, until: int, length: int) -> Iterator[Chunk]:
    """Cut a stretch of time into chunks, the latest first."""
    while until > after:
        begin = max(after, until - length)
        yield Chunk(selector, begin, until)
        until = begin


def fitting(samples: int, length: int) -> int:
    """Choose the length of chunks from how many samples one had: large, but far below what servers refuse."""
    if not samples:
        return LONGEST_MS
    return max(SHORTEST_MS, min(LONGEST_MS, length * _SAMPLES // samples))


def moment(time: int) -> str:
    """Write a time, milliseconds, for people."""
    try:
        return datetime.fromtimestamp(time / 1000, UTC).isoformat(" ", "seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return f"{time / 1000:g}"


class Tally:
    """Counts what is done, for several threads; milliseconds of chunks."""

    def __init__(self, total: int, told: Progress | None) -> None:
        self._total = total
        self._told = told
        self._done = 0
        self._lock = Lock()

    def add(self, amount: int) -> None:
        """Count what is done, and tell."""
        with self._lock:
            self._done += amount
            if self._told is not None:
                self._told(self._done, self._total)
