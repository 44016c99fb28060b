"""Any JSON body, read through the paths that the spec names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from surefoot.domain.alerts.reading import Value, at_most, gathered, is_odd, mapping, moment, text
from surefoot.domain.alerts.signal import Decoded, Door, Rejected, Signal, Status
from surefoot.spec.model.channel import FieldMap

_RESOLVED = ("resolved", "ok", "closed")  # where the spec names no words


def decode(raw: bytes, fields: FieldMap, door: Door) -> Decoded:
    """Read a body.

    Args:
        raw: JSON.
        fields: Paths: names joined by dots, ``[2]`` for an item, ``[]`` for the first that has a value. With `alerts`
            they are read in each item of that list, and in the body where the item has none.
        door: Where it came in.
    """
    try:
        body: Value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Decoded(rejected=(Rejected("body", f"is no JSON: {error}"),))
    if fields.alerts is None:
        return gathered(_alert((body,), "body", fields, door))
    alerts = look(body, fields.alerts.removesuffix("[]"))
    if not isinstance(alerts, list):
        return Decoded(rejected=(Rejected(fields.alerts, "is no list"),))
    kept, over = at_most(alerts, door.bounds, fields.alerts)
    items = ((item, f"{fields.alerts.removesuffix('[]')}[{index}]") for index, item in enumerate(kept))
    found = gathered((part for item, where in items for part in _alert((item, body), where, fields, door)), over)
    return replace(found, truncated=len(alerts) - len(kept))


def look(value: Value, path: str) -> Value:
    """Follow a path; None where it leads nowhere.

    Example:
        >>> look({"items": [{}, {"id": 7}]}, "items[].id")
        7
    """
    return _follow(value, tuple(part for part in path.replace("[", ".[").split(".") if part))


def _follow(value: Value, parts: tuple[str, ...]) -> Value:
    if not parts:
        return value
    part, rest = parts[0], parts[1:]
    if part == "[]":
        items = value if isinstance(value, list) else []
        return next((found for item in items if (found := _follow(item, rest)) is not None), None)
    if part.startswith("[") and isinstance(value, list):
        index = part[1:-1]
        return _follow(value[int(index)], rest) if index.isdecimal() and int(index) < len(value) else None
    found = mapping(value)
    return None if found is None else _follow(found.get(part), rest)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the fields of one alert; the last place is the body."""

    places: tuple[Value, ...]
    fields: FieldMap
    door: Door

    def own(self, path: str) -> Value:
        """Read in the item alone: two alerts must not share what only one of them has."""
        return look(self.places[0], path.removeprefix(self._prefix))

    def value(self, path: str | None) -> Value:
        if not path:
            return None
        found = self.own(path)
        shared = found is None and not path.startswith(self._prefix)
        return look(self.places[-1], path) if shared else found

    @property
    def _prefix(self) -> str:
        return f"{(self.fields.alerts or '').removesuffix('[]')}[]."

    def text(self, path: str | None) -> str:
        return text(self.value(path), self.door.bounds)

    def labels(self) -> dict[str, str]:
        paths = {"severity": self.fields.severity, "service": self.fields.service, **self.fields.labels}
        kept = [(name, self.text(path)) for name, path in sorted(paths.items()) if self.text(path)]
        return dict(kept[: self.door.bounds.labels])


def _alert(places: tuple[Value, ...], where: str, fields: FieldMap, door: Door) -> Iterator[Signal | Rejected]:
    reader = _Reader(places, fields, door)
    key = text(reader.own(fields.key), door.bounds)
    if not key:
        yield Rejected(where, f"has nothing at `{fields.key}`")
        return
    word = reader.text(fields.status)
    status, doubt = _status(word, fields)
    if doubt:
        yield Rejected(f"{where}.{fields.status}", f"`{word}` is no known status: taken as firing", alert=False)
    for path in (fields.starts_at, fields.ends_at):
        if is_odd(reader.value(path)):
            yield Rejected(f"{where}.{path}", f"`{reader.text(path)}` is no time", alert=False)
    ends_at = moment(reader.value(fields.ends_at))
    resolved = status is Status.RESOLVED
    annotations = {"summary": reader.text(fields.title), "description": reader.text(fields.description)}
    yield Signal(
        door.source,
        key,
        status,
        min(ends_at or door.now, door.now) if resolved else door.now,
        starts_at=moment(reader.value(fields.starts_at)),
        ends_at=(ends_at or door.now) if resolved else None,
        labels=reader.labels(),
        annotations={name: value for name, value in annotations.items() if value},
        url=reader.text(fields.url),
    )


def _status(word: str, fields: FieldMap) -> tuple[Status, bool]:
    """Read a status; what is unknown fires, as it is better to wake somebody than to hide an alert."""
    if not fields.firing and not fields.resolved:
        return (Status.RESOLVED if word.lower() in _RESOLVED else Status.FIRING), False
    if word in fields.resolved:
        return Status.RESOLVED, False
    if word in fields.firing or not fields.firing:
        return Status.FIRING, False
    return (Status.FIRING, True) if fields.resolved else (Status.RESOLVED, False)
