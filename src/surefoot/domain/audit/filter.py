"""Questions to the log, as text and as a value; `Filter.matches` is the reference that every store must equal.

::

    actor=ana action=login.* outcome=failure since=30d text="wrong password"
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from surefoot.domain.audit.commitment import COMMITMENTS
from surefoot.domain.audit.record import Event, Json, Status
from surefoot.promql.duration import parse_duration

_TOKEN = re.compile(r'(?:(?P<key>[a-z]+)=)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))(?=\s|\Z)')
_WORD = re.compile(r"[^\W_]+")
_BLANK = re.compile(r"\s")
_KEYS = ("actor", "target", "action", "category", "outcome", "since", "until", "text")
_WILD = re.compile(r"([\[?])")  # only the star is wild


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; what is None or empty restricts nothing.

    Attributes:
        actor: Id, or type and id (``user/ana``); ``*`` stands for any characters, here and below.
        target: Id, or type and id (``order/7``).
        action: Type of event, such as ``login.*``.
        category: Such as ``authentication``.
        since: First timestamp that is wanted.
        until: First timestamp that is not wanted any more.
        text: Words that all occur, in any order, each as a whole and in any case.
    """

    actor: str | None = None
    target: str | None = None
    action: str | None = None
    category: str | None = None
    outcome: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def matches(self, event: Event) -> bool:
        """Tell whether an event is wanted."""
        return (
            _named(self.actor, event.actor.type.value, event.actor.id)
            and _named(self.target, event.target.type, event.target.id)
            and _like(self.action, event.action.type)
            and _like(self.category, event.action.category)
            and (self.outcome is None or event.outcome.status is self.outcome)
            and (self.since is None or event.timestamp >= self.since)
            and (self.until is None or event.timestamp < self.until)
            and (not self.text or set(split(self.text)) <= set(words(event)))
        )

    def __str__(self) -> str:
        """Write it so that `parse` reads it again."""
        given = ((key, getattr(self, key)) for key in _KEYS)
        texts = ((key, value.isoformat() if isinstance(value, datetime) else value) for key, value in given if value)
        return " ".join(f'{key}="{value}"' if _BLANK.search(value) else f"{key}={value}" for key, value in texts)


def parse(text: str, now: datetime) -> Filter:
    """Read a query.

    Args:
        text: ``key=value`` parts; a value with blanks stands in double quotes. A part without a key is text.
        now: What ``since=30d`` counts back from.

    Raises:
        ValueError: A key is unknown or stands twice, or a value cannot be read; says what to write.
    """
    given: dict[str, str] = {}
    for key, value in _parts(text):
        if key not in _KEYS:
            raise ValueError(f"`{key}` is no part of a query; write one of: {', '.join(_KEYS)}")
        if key in given and key != "text":
            raise ValueError(f"`{key}` stands twice; ask two questions, or use `*` for any characters")
        given[key] = f"{given[key]} {value}" if key in given else value
    return Filter(
        actor=given.get("actor"),
        target=given.get("target"),
        action=given.get("action"),
        category=given.get("category"),
        outcome=_outcome(given["outcome"]) if "outcome" in given else None,
        since=_moment("since", given["since"], now) if "since" in given else None,
        until=_moment("until", given["until"], now) if "until" in given else None,
        text=given.get("text", ""),
    )


def words(event: Event) -> tuple[str, ...]:
    """List the words by which an event is found, in lower case.

    A store indexes these, joined by blanks, instead of leaving it to the database's own notion of a word:
    so every store gives the same answer.
    """
    return tuple(word for text in _texts(event) for word in split(text))


def split(text: str) -> list[str]:
    """Cut a text into words: runs of letters and digits, case folded."""
    return _WORD.findall(text.casefold())


def _texts(event: Event) -> Iterator[str]:
    action, target = event.action, event.target
    yield from (action.type, action.category, action.description, event.actor.id, target.type, target.id)
    yield event.outcome.reason
    for change in event.changes:
        yield change.field
        yield from _leaves(change.old_value)
        yield from _leaves(change.new_value)
    for name, value in event.detail.items():
        if name != COMMITMENTS:  # digests, which nobody looks for
            yield from _leaves(value)


def _leaves(value: Json) -> Iterator[str]:
    match value:
        case None | bool():
            return
        case Mapping():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case _:
            yield str(value)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f'`{text[at:]}` cannot be read; write `key=value`, or `key="two words"`')
        value = found["quoted"] if found["quoted"] is not None else found["bare"]
        yield found["key"] or "text", value
        at = found.end()
        while at < len(text) and text[at].isspace():
            at += 1


def _named(pattern: str | None, kind: str, name: str) -> bool:
    return _like(pattern, name) or _like(pattern, f"{kind}/{name}")


def _like(pattern: str | None, value: str) -> bool:
    return not pattern or fnmatchcase(value, _WILD.sub(r"[\1]", pattern))


def _outcome(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise ValueError(f"`{text}` is no outcome; write `success` or `failure`") from None


def _moment(key: str, text: str, now: datetime) -> datetime:
    """Read a length before now, a day, or a moment; without a zone it is UTC."""
    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"`{key}={text}` is no time; write `{key}=30d`, `{key}=2026-01-31` or `{key}=2026-01-31T12:00:00Z`"
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
