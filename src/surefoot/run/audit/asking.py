"""Ask the log: the question is recorded first, and people are named by their pseudonyms throughout."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import orjson

from surefoot.domain.audit import places
from surefoot.domain.audit.canonical import opened
from surefoot.domain.audit.commitment import pseudonym, unseal
from surefoot.domain.audit.filter import Filter
from surefoot.domain.audit.reading import Grant, mask
from surefoot.domain.audit.record import ActorType, Event
from surefoot.errors import PortError
from surefoot.ports.auditlog import Row
from surefoot.ports.store import Transaction
from surefoot.ports.subjects import SubjectKeys
from surefoot.run.audit.desk import Desk

EVERYTHING = "*"  # how a filter that restricts nothing is recorded
_USER = ActorType.USER.value
_UNKNOWN = "(nobody known)"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        wanted: As it was written; people in it may stand by name.
        purpose: Why it is asked.
        most: Records of the answer.
        after: Index of the record that the answer follows; below 0 for the newest.
        reveal: Of whom personal values are opened; empty for nobody.
    """

    wanted: Filter
    purpose: str
    most: int
    after: int = -1
    reveal: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as the reader may see it."""

    index: int
    event: Event


@dataclass(frozen=True, slots=True)
class Answer:
    """Records, newest first, and how much of the log was searched.

    Attributes:
        more: Whether further ones match.
        last: Index of the last record that was looked at, for `Question.after`; not each one is shown to everybody.
        indexed: Records that the search index holds.
        size: Of the log.
        sealed: Records in sealed files, which are not searched.
    """

    shown: tuple[Shown, ...]
    more: bool
    last: int
    indexed: int
    size: int
    sealed: int


def subject(text: str) -> str:
    """Name a subject as its key is filed: a name alone is a user's."""
    return text if "/" in text else f"{_USER}/{text}"


def known_pseudonym(keys: SubjectKeys, text: str) -> str:
    """Return the pseudonym of a subject.

    Raises:
        PortError: There is no key: it was never in a log, or it was erased.
    """
    name = subject(text)
    key = keys.find(name)
    if key is None:
        raise PortError(f"there is no key of `{name}`: it was never in this log, or it was erased")
    return pseudonym(name, key)


def concealed(wanted: Filter, keys: SubjectKeys) -> Filter:
    """Put pseudonyms in the place of people's names, so that no name reaches the store or the record of the question.

    A name with a star stays: nothing tells whom it means.
    """

    def named(text: str) -> str | None:
        name = subject(text)
        key = keys.find(name)
        if key is not None:
            return f"{name.partition('/')[0]}/{pseudonym(name, key)}"
        return None

    def person(text: str | None) -> str | None:
        if not text:
            return text
        found = named(text)
        if found is None and text.startswith(f"{_USER}/") and "*" not in text and "/subject:" not in text:
            return f"{_USER}/{_UNKNOWN}"
        return found or text

    words = [(named(word) or "").rpartition("/")[2] or word for word in wanted.text.split()]
    return replace(wanted, actor=person(wanted.actor), target=person(wanted.target), text=" ".join(words))


def written(wanted: Filter) -> str:
    """Write a filter for the record of a question."""
    return str(wanted) or EVERYTHING


def ask(desk: Desk, question: Question, grant: Grant) -> Answer:
    """Record a question, bring the index up to date, and answer.

    Raises:
        PortError: It cannot be recorded or answered, or the one to be revealed has no key.
        RecordRefused: The filter does not fit into the record of the question.
    """
    wanted = concealed(question.wanted, desk.subjects)
    revealed = known_pseudonym(desk.subjects, question.reveal) if question.reveal else ""
    if revealed:
        desk.note("log.reveal", subject=revealed, purpose=question.purpose)
    desk.note("log.read", filter=written(wanted), purpose=question.purpose)
    desk.catch_up()

    def work(transaction: Transaction) -> Answer:
        rows = transaction.log
        head = rows.head(desk.name)
        found = rows.find(desk.name, wanted, question.after, question.most + 1)
        kept = found[: question.most]
        opener = _opener(transaction, desk, kept, revealed)
        shown = [
            Shown(row.index, opener(event))
            for row in kept
            if (event := mask(opened(row.body), grant, desk.log.means.catalogue)) is not None
        ]
        sealed = sum(one.size for one in rows.segments(desk.name) if one.purged_at is None)
        last = kept[-1].index if kept else -1
        return Answer(tuple(shown), len(found) > len(kept), last, head.indexed, head.edge.size, sealed)

    return desk.store.read(work)


def _opener(transaction: Transaction, desk: Desk, rows: list[Row], revealed: str) -> Callable[[Event], Event]:
    """Return what puts the values of one subject back into their places."""
    if not revealed:
        return lambda event: event
    values: dict[str, dict[str, str]] = {}
    for place, field, value in _opened(transaction, desk, rows, revealed):
        values.setdefault(place, {})[field] = value
    return lambda event: places.replaced(event, values.get(event.id, {}))


def _opened(transaction: Transaction, desk: Desk, rows: list[Row], revealed: str) -> Iterator[tuple[str, str, str]]:
    for kept in transaction.log.openings(desk.name, [row.id for row in rows]):
        known = desk.subjects.by_pseudonym(kept.pseudonym)
        if kept.pseudonym == revealed and known is not None:
            value = unseal(kept, known[1]).value
            yield kept.place.record, kept.place.field, value if isinstance(value, str) else orjson.dumps(value).decode()
