"""Take records out of the log, each with its proof, or the whole log as static tiles (C2SP tlog-tiles)."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import orjson

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.checkpoint import parse_checkpoint
from surefoot.domain.audit.exports.jsonl import Proven
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.logreader import LogReader, Record
from surefoot.domain.audit.note import parse_note
from surefoot.domain.audit.proof import LogProof, write_proof
from surefoot.domain.audit.reading import Grant, mask
from surefoot.domain.audit.record import Event, fields
from surefoot.domain.audit.tiles import HASH, HEIGHT, WIDTH, TileReader, bundle, path, width_at
from surefoot.domain.audit.tree import inclusion
from surefoot.errors import ProofError, RecordRefused

CHECKPOINT = "checkpoint"
_KEPT = 4096  # hashes of subtrees
Told = Callable[[int], None]


class Prover:
    """Proves records against one checkpoint.

    Args:
        log: The log in one snapshot.
        checkpoint: Its newest signed note.
    """

    def __init__(self, log: LogReader, checkpoint: str) -> None:
        self.checkpoint = checkpoint
        self.size = parse_checkpoint(parse_note(checkpoint).text).size
        reader = TileReader(self.size, lambda level, index, width: log.tile(level, index)[: width * HASH])
        self._hash_at = lru_cache(_KEPT)(reader.hash_at)  # neighbours share most of their paths

    def proof(self, index: int, extra: bytes = b"") -> str:
        """Write the proof of a record as the text of a ``.tlog-proof`` file.

        Raises:
            NoteError: A tile is missing or damaged.
        """
        return write_proof(LogProof(index, inclusion(index, self.size, self._hash_at), self.checkpoint, extra))


def matching(log: LogReader, wanted: Filter, told: Told) -> Iterator[tuple[Record, Event]]:
    """Go through the whole log, oldest first, and yield what matches; the search index is not asked.

    Raises:
        ProofError: A stored record is damaged; names it.
    """
    for record in log.records(0):
        told(record.position)
        try:
            event = opened(record.body)
        except RecordRefused as error:
            raise ProofError(f"record {record.position} is damaged ({error}): run `surefoot audit verify`") from error
        if wanted.matches(event):
            yield record, event


def visible(
    found: Iterator[tuple[Record, Event]], grant: Grant, catalogue: Catalogue
) -> Iterator[tuple[Record, Event, bool]]:
    """Yield what a reader may see, and whether it is the record as it stands in the log."""
    for record, event in found:
        shown = mask(event, grant, catalogue)
        if shown is not None:
            yield record, shown, shown == event


def proven(found: Iterator[tuple[Record, Event, bool]], prover: Prover) -> Iterator[Proven]:
    """Put a proof beside each record that stands in the log as it is shown."""
    for record, event, whole in found:
        if whole:
            yield Proven(record.body, prover.proof(record.position))
        else:
            yield Proven(orjson.dumps(fields(event), option=orjson.OPT_SORT_KEYS))


def static(log: LogReader, checkpoint: str, told: Told) -> Iterator[tuple[str, bytes]]:
    """Lay the whole log out as files, given as path and content; bundles that were purged are left out."""
    size = parse_checkpoint(parse_note(checkpoint).text).size
    yield CHECKPOINT, checkpoint.encode()
    level = 0
    while (count := size >> HEIGHT * level) > 0:
        for index in range(-(-count // WIDTH)):
            width = width_at(level, index, size)
            yield path(level, index, width), log.tile(level, index)[: width * HASH]
        level += 1
    waiting: list[Record] = []
    for record in log.records(0):
        told(record.position)
        if waiting and record.position // WIDTH != waiting[0].position // WIDTH:
            yield from _bundled(waiting, size)
            waiting = []
        if record.position < size:
            waiting.append(record)
    yield from _bundled(waiting, size)


def _bundled(records: list[Record], size: int) -> Iterator[tuple[str, bytes]]:
    if not records:
        return
    index = records[0].position // WIDTH
    width = width_at(0, index, size)
    if len(records) == width:
        yield path(None, index, width), bundle([record.body for record in records])
