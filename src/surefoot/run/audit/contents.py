"""What retention asks of a run of records: how old they are, and whether verifying needs them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.record import Json, moment, stamp
from surefoot.domain.audit.retention import Ages
from surefoot.domain.audit.rotation import ROTATED
from surefoot.errors import RecordRefused
from surefoot.ports.archive import Archive
from surefoot.ports.auditlog import LogRows, Row, Segment, Span

SEALED = "segment.seal"
_PAGE = 1000
_TOGETHER = timedelta(seconds=2)  # the record and the run are of one transaction


@dataclass(frozen=True, slots=True)
class Contents:
    """Ages by category, and how many records hand the log over to a new key: those stay, for verifying needs them."""

    ages: dict[str, Ages]
    rotations: int = 0

    @property
    def detail(self) -> dict[str, Json]:
        """What the record of sealing says, so that nobody has to read the file again."""
        ages: dict[str, Json] = {
            name: [stamp(each.oldest), stamp(each.youngest)] for name, each in sorted(self.ages.items())
        }
        return {"ages": ages, "rotations": self.rotations}


def file_of(log: str, first: int, size: int) -> str:
    """Name the sealed file of a run."""
    return f"{quote(log, safe='')}/{first:012d}-{size}.jsonl.zst"


def merged(spans: Iterable[Span]) -> dict[str, Ages]:
    """Put the ages of several blocks together."""
    found: dict[str, Ages] = {}
    for span in spans:
        known = found.get(span.category)
        oldest = min(known.oldest, span.oldest) if known else span.oldest
        youngest = max(known.youngest, span.youngest) if known else span.youngest
        found[span.category] = Ages(oldest, youngest)
    return found


def of_segments(rows: LogRows, log: str, archive: Archive) -> dict[int, Contents]:
    """Tell what each sealed run holds, by its first index: as the record of its sealing says, or else its file.

    Others may append records of the same type. One counts only if it was written with the run's own and names its
    root; of several the youngest ages count, so that nobody can hasten a purge.

    Raises:
        ArchiveError: A file is needed, and is missing or damaged.
    """
    kept = {segment.first: segment for segment in rows.segments(log) if segment.purged_at is None}
    told = _told(rows, log, kept) if kept else {}
    return {first: told.get(first) or _counted(one, archive) for first, one in kept.items()}


def rotations(rows: LogRows, log: str) -> list[int]:
    """Return the indexes of the records here that hand the log over to a new key."""
    return [row.index for row in _of_type(rows, log, ROTATED)]


def _of_type(rows: LogRows, log: str, kind: str) -> Iterator[Row]:
    """Iterate over the indexed records of a type that are here, newest first."""
    before = -1
    while found := rows.find(log, Filter(action=kind), before, _PAGE):
        yield from found
        before = found[-1].index


def _told(rows: LogRows, log: str, kept: Mapping[int, Segment]) -> dict[int, Contents]:
    found: dict[int, Contents] = {}
    for row in _of_type(rows, log, SEALED):
        detail = opened(row.body).detail
        first, ages, count = (detail.get(name) for name in ("first", "ages", "rotations"))
        segment = kept.get(first) if isinstance(first, int) else None
        if segment is None or abs(row.at - segment.sealed_at) > _TOGETHER or detail.get("root") != segment.root.hex():
            continue
        if isinstance(ages, dict) and isinstance(count, int):
            try:
                contents = Contents({name: _ages(pair) for name, pair in ages.items()}, count)
            except (RecordRefused, ValueError):
                continue
            found[segment.first] = _younger(contents, found.get(segment.first, contents))
    return found


def _younger(one: Contents, other: Contents) -> Contents:
    names = {*one.ages, *other.ages}
    both = {name: (one.ages.get(name) or other.ages[name], other.ages.get(name) or one.ages[name]) for name in names}
    ages = {name: Ages(min(a.oldest, b.oldest), max(a.youngest, b.youngest)) for name, (a, b) in sorted(both.items())}
    return Contents(ages, max(one.rotations, other.rotations))


def _ages(pair: Json) -> Ages:
    if not isinstance(pair, list):
        raise RecordRefused("detail.ages", "no pair of times")
    oldest, youngest = (moment(str(one)) for one in pair)
    return Ages(oldest, youngest)


def _counted(segment: Segment, archive: Archive) -> Contents:
    count, ages = 0, dict[str, list[datetime]]()
    for body in archive.read(segment.path):
        event = opened(body)
        count += event.action.type == ROTATED
        time = min(event.timestamp, segment.sealed_at)
        known = ages.setdefault(event.action.category, [time, time])
        known[:] = [min(known[0], time), max(known[1], time)]
    return Contents({name: Ages(*pair) for name, pair in ages.items()}, count)


def pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut ids into portions that one statement takes."""
    return (ids[at : at + _PAGE] for at in range(0, len(ids), _PAGE))
