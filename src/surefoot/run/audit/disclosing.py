"""What is left of the personal values of a log: what opens, and what was erased on record."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import COMMITMENTS, Concealed, Opening, is_concealed, unseal
from surefoot.domain.audit.logreader import Disclosure, Record
from surefoot.domain.audit.record import Event, Json, fields
from surefoot.errors import ProofError, RecordRefused
from surefoot.ports.auditlog import LogRows
from surefoot.ports.subjects import SubjectKeys

ERASED = "log.erase"
OF_RETENTION = "(retention)"  # stands for the subject where values of many are erased for their age

_COMMITMENT = b'"commitment":"sha256:'
_PAGE = 1000
_SALT = bytes(16)


@dataclass(slots=True)
class Erasures:
    """What the log says was erased.

    Attributes:
        subjects: By pseudonym.
        runs: First and last index of records whose values were erased for their age.
    """

    subjects: set[str] = field(default_factory=set)
    runs: list[tuple[int, int]] = field(default_factory=list)

    def cover(self, index: int, pseudonym: Json) -> bool:
        """Tell whether they explain that a value is gone."""
        return pseudonym in self.subjects or any(first <= index <= last for first, last in self.runs)


def erasures(events: Iterable[Event]) -> Erasures:
    """Read the records of type ``log.erase``."""
    found = Erasures()
    for event in events:
        subject, first, size = (event.detail.get(name) for name in ("subject", "first", "size"))
        if subject == OF_RETENTION and isinstance(first, int) and isinstance(size, int):
            found.runs.append((first, first + size - 1))
        elif isinstance(subject, str) and is_concealed(subject):
            found.subjects.add(subject)
    return found


def disclosures(
    rows: LogRows, log: str, records: Iterable[Record], erased: Erasures, keys: SubjectKeys
) -> Iterator[Disclosure]:
    """Iterate over the personal values of records, by index."""
    page: list[Record] = []
    for record in records:
        if _COMMITMENT in record.body:
            page.append(record)
        if len(page) == _PAGE:
            yield from _of_page(rows.openings(log, [one.id for one in page]), page, erased, keys)
            page = []
    yield from _of_page(rows.openings(log, [one.id for one in page]) if page else [], page, erased, keys)


def _of_page(
    openings: Sequence[Concealed], page: Sequence[Record], erased: Erasures, keys: SubjectKeys
) -> Iterator[Disclosure]:
    kept: dict[str, dict[str, Concealed]] = {}
    for one in openings:
        kept.setdefault(one.place.record, {})[one.place.field] = one
    for record in page:
        here = kept.get(record.id, {})
        found = {where: Disclosure(record.position, where, _opening(one, keys)) for where, one in here.items()}
        if len(found) < record.body.count(_COMMITMENT):
            gone = dict(_listed(record, erased))
            found |= {where: Disclosure(record.position, where, None) for where in gone if where not in found}
        yield from (found[where] for where in sorted(found) if found[where].opening is not None or where not in here)


def _opening(kept: Concealed, keys: SubjectKeys) -> Opening | None:
    """Open a value; None where its key is gone."""
    known = keys.by_pseudonym(kept.pseudonym)
    if known is None:
        return None
    try:
        return unseal(kept, known[1])
    except ProofError:
        return Opening(kept.place, None, _SALT)  # opens nothing, so that it shows as a mismatch


def _listed(record: Record, erased: Erasures) -> Iterator[tuple[str, str]]:
    """List the fields of a record whose values were erased on record."""
    try:
        event = opened(record.body)
    except RecordRefused:
        return
    listed = event.detail.get(COMMITMENTS)
    whole = fields(event)
    for one in listed if isinstance(listed, list) else []:
        where = one.get("field") if isinstance(one, dict) else None
        if isinstance(where, str) and erased.cover(record.position, _at(whole, where)):
            yield where, record.id


def _at(value: Json, path: str) -> Json:
    for name in path.replace("[", ".").replace("]", "").split("."):
        match value:
            case dict():
                value = value.get(name)
            case list():
                value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
            case _:
                return None
    return value
