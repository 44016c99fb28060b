"""The canonical form of a record: RFC 8785 (JCS), restricted so that sorted `orjson` writes the same bytes.

Restricted means: ASCII keys (byte order is then UTF-16 order), no floats, integers below 2**53. Records are stored
as these bytes and never rebuilt; checksum and leaf are taken over them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Final, NamedTuple, NoReturn, TypeAlias

import orjson

from surefoot.domain.audit.record import ActorType, Event, Json, Status, fields, from_fields, halves, identifier, moment
from surefoot.errors import RecordRefused

LIMIT: Final = 65_536  # bytes; an entry bundle of C2SP tlog-tiles prefixes each entry with a uint16
DEPTH: Final = 64
_EXACT: Final = 1 << 53  # integers from here on are not exact in every JSON reader
_CHECKSUM: Final = b',"checksum":"'
_DIGITS: Final = 64
_SPLICE: Final = len(_CHECKSUM) + _DIGITS + 1
_HEX: Final = re.compile(rb"[0-9a-f]{64}")
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_STR: Final = frozenset({str})
_TOP: Final = frozenset(("id", "timestamp", "actor", "action", "target", "outcome", "changes", "detail"))
_ACTOR: Final = frozenset(("type", "id", "ip_address"))
_ACTION: Final = frozenset(("type", "category", "description"))
_TARGET: Final = frozenset(("type", "id"))
_OUTCOME: Final = frozenset(("status", "reason"))
_CHANGE: Final = frozenset(("field", "old_value", "new_value"))
_ACTORS: Final = frozenset(kind.value for kind in ActorType)
_STATUSES: Final = frozenset(status.value for status in Status)
_HASHED: Final = f"must be shorter than {LIMIT:,} bytes; log the SHA-256 of what is large"

Floating: TypeAlias = "str | int | float | bool | list[Floating] | dict[str, Floating] | None"


class Sealed(NamedTuple):
    """A record as it is stored; a named tuple, because sealing makes one for every event.

    Attributes:
        id: Of the event.
        body: Canonical bytes, checksum included.
        checksum: Hex SHA-256 of the canonical bytes without it.
        leaf: SHA-256 of a zero byte and `body`, the record's hash in the tree (RFC 6962, 2.1).
    """

    id: str
    body: bytes
    checksum: str
    leaf: bytes


@dataclass(frozen=True, slots=True)
class _Twice:
    """Stands where an object named a key twice."""

    key: str


def canonical(raw: Mapping[str, Json]) -> bytes:
    """Write a record's fields canonically, after checking them.

    The bytes hold no checksum yet; `sealed` adds it.

    Raises:
        RecordRefused: A field is unknown, missing, or of a kind that the log refuses; names its path.
    """
    if not _fits(raw):
        from_fields(raw)  # names what is wrong
        raise RecordRefused("", "a value is of a subclass; send plain strings, lists and dictionaries")
    _free(raw["changes"], "changes", 1)
    _free(raw["detail"], "detail", 1)
    head, tail = _written(
        {"action": raw["action"], "actor": raw["actor"], "changes": raw["changes"]},
        {key: raw[key] for key in ("detail", "id", "outcome", "target", "timestamp")},
    )
    return _sized(head[:-1] + b"," + tail[1:], _SPLICE)


def sealed(event: Event) -> Sealed:
    """Make of an event what is stored and hashed into the tree.

    Raises:
        RecordRefused: A value is of a kind that the log refuses, or the record is too long; names the path.
    """
    _typed(event)
    for n, change in enumerate(event.changes):
        if type(change.old_value) is not str:
            _free(change.old_value, f"changes[{n}].old_value", 3)
        if type(change.new_value) is not str:
            _free(change.new_value, f"changes[{n}].new_value", 3)
    before, after = halves(event)
    if after["detail"]:
        _free(after["detail"], "detail", 1)
    head, tail = _written(before, after)
    # "checksum" sorts between "changes" and "detail", so it is spliced between the halves: no second serialisation.
    head, tail = head[:-1], tail[1:]
    checksum = sha256(b"%b,%b" % (head, tail)).hexdigest()
    body = _sized(b'%b,"checksum":"%b",%b' % (head, checksum.encode(), tail), 0)
    return Sealed(event.id, body, checksum, sha256(b"\x00" + body).digest())


def parse(raw: bytes) -> dict[str, Json]:
    """Read a record that somebody sent as JSON, and refuse whatever the log does not take.

    Returns:
        Its fields, in the shape of `surefoot.domain.audit.record.fields`.

    Raises:
        RecordRefused: Not UTF-8 or JSON, 64 KiB or more, a float, an integer from 2**53 on, a key that is not ASCII
            or stands twice, a lone surrogate, another form of time, an unknown, missing or wrong field.
    """
    if len(raw) >= LIMIT:
        raise RecordRefused("", _HASHED)
    found = _quickly(raw)
    if not isinstance(found, dict):
        found = _loaded(raw)
    if not isinstance(found, dict):
        raise RecordRefused("", "must be one JSON object")
    for key in found:
        if not key.isascii():
            _key(key, "")
    canonical(found)
    return found


def decimal_floats(value: Floating, path: str = "") -> Json:
    """Replace every float by its decimal digits as text, for senders that hold floats.

    >>> decimal_floats({"share": [0.1, 1e21, 3]})
    {'share': ['0.1', '1000000000000000000000', 3]}

    Raises:
        RecordRefused: A float is infinite or not a number.
    """
    match value:
        case float():
            if not isfinite(value):
                raise RecordRefused(path, f"{value} has no digits; send a word for it")
            return format(Decimal(repr(value)), "f")
        case dict():
            return {key: decimal_floats(item, f"{path}.{key}".lstrip(".")) for key, item in value.items()}
        case list():
            return [decimal_floats(item, f"{path}[{n}]") for n, item in enumerate(value)]
        case _:
            return value


def checksum_holds(body: bytes) -> bool:
    """Tell whether a stored record carries the checksum of its other bytes; nothing is parsed."""
    at = body.find(_CHECKSUM)
    while at >= 0:  # a value inside `changes` may hold a key of that name too
        digits = body[at + len(_CHECKSUM) : at + _SPLICE - 1]
        if sha256(body[:at] + body[at + _SPLICE :]).hexdigest().encode() == digits:
            return True
        at = body.find(_CHECKSUM, at + 1)
    return False


def opened(body: bytes) -> Event:
    """Read a stored record back.

    Raises:
        RecordRefused: It is not canonical, its checksum does not hold, or a field is wrong.
    """
    raw = _loaded(body)
    if not isinstance(raw, dict) or "checksum" not in raw:
        raise RecordRefused("checksum", "missing: this is no stored record")
    checksum = raw.pop("checksum")
    event = from_fields(raw)
    again = sealed(event)
    if again.checksum != checksum:
        raise RecordRefused("checksum", "does not fit the record")
    if again.body != body:
        raise RecordRefused("", "is not in canonical form")
    return event


def stored(body: bytes) -> Event:
    """Read a record that was checked when it came in: neither its checksum nor its form is checked again.

    Raises:
        RecordRefused: It is no record, or a field is wrong.
    """
    raw = _quickly(body)
    if not isinstance(raw, dict):
        raise RecordRefused("", "must be one JSON object")
    raw.pop("checksum", None)
    return from_fields(raw)


def recanonical(body: bytes) -> bool:
    """Tell whether a stored record is in canonical form, by parsing and writing it again."""
    try:
        return bool(orjson.dumps(orjson.loads(body), option=_OPTIONS) == body)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False


def _written(before: dict[str, Json], after: dict[str, Json]) -> tuple[bytes, bytes]:
    """Write what sorts before ``checksum`` and what sorts after, each as an object."""
    try:
        return orjson.dumps(before, option=_OPTIONS), orjson.dumps(after, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        _surrogates(before, "")
        _surrogates(after, "")
        raise RecordRefused("", f"{error}; send plain strings, no subclasses") from error


def _sized(body: bytes, more: int) -> bytes:
    if len(body) + more >= LIMIT:
        raise RecordRefused("", _HASHED)
    return body


def _typed(event: Event) -> None:
    """Check what Python does not: that the fields of an event hold what they declare."""
    actor, action, target = event.actor, event.action, event.target
    address = actor.ip_address
    texts = [actor.id, action.type, action.category, action.description, target.type, target.id, event.outcome.reason]
    texts += [change.field for change in event.changes]
    try:
        # Joining refuses what is no string, at once; `from_fields` names the culprit.
        "".join(texts if address is None else [address, *texts])
    except TypeError:
        from_fields(fields(event))
        raise
    if type(actor.type) is not ActorType or type(event.outcome.status) is not Status:
        from_fields(fields(event))
    identifier(event.id)


def _fits(raw: Mapping[str, Json]) -> bool:
    """Tell whether the fields have the shape of a record, as `from_fields` does, but faster and without a reason."""
    if raw.keys() != _TOP:
        return False
    actor, action, target, outcome = raw["actor"], raw["action"], raw["target"], raw["outcome"]
    if (
        not (isinstance(actor, dict) and isinstance(action, dict) and isinstance(target, dict))
        or not isinstance(outcome, dict)
        or not (actor.keys() == _ACTOR and action.keys() == _ACTION and target.keys() == _TARGET)
        or outcome.keys() != _OUTCOME
    ):
        return False
    stem = (raw["id"], raw["timestamp"], actor["id"], actor["type"], *target.values(), *action.values())
    return (
        set(map(type, (*stem, *outcome.values()))) == _STR
        and (actor["ip_address"] is None or type(actor["ip_address"]) is str)
        and (actor["type"] in _ACTORS and outcome["status"] in _STATUSES)
        and _stamped(str(raw["id"]), str(raw["timestamp"]))
        and isinstance(raw["detail"], dict)
        and isinstance(raw["changes"], list)
        and all(map(_is_change, raw["changes"]))
    )


def _is_change(raw: Json) -> bool:
    return isinstance(raw, dict) and raw.keys() == _CHANGE and type(raw["field"]) is str


def _stamped(uuid: str, timestamp: str) -> bool:
    identifier(uuid)
    moment(timestamp)
    return True


def _free(value: Json, path: str, depth: int) -> None:
    """Check a value whose shape is the sender's: kinds, keys, size of integers, depth."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if isinstance(value, dict) and kind is dict and depth < DEPTH:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                _key(key, path)
            kind = type(item)
            if kind is not str and item is not None and kind is not bool:
                _free(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, list) and kind is list and depth < DEPTH:
        for n, item in enumerate(value):
            _free(item, f"{path}[{n}]", depth + 1)
    elif kind is not int or not -_EXACT < value < _EXACT:  # type: ignore[operator]  # only an int gets to the second
        _refuse(value, path, depth)


def _key(key: object, path: str) -> None:
    if isinstance(key, str) and key.isascii():
        return
    shown = key.encode("ascii", "backslashreplace").decode() if isinstance(key, str) else repr(key)
    raise RecordRefused(f"{path}.{shown}".lstrip("."), "keys must be ASCII strings")


def _refuse(value: object, path: str, depth: int) -> NoReturn:
    if isinstance(value, float):
        raise RecordRefused(path, f"floats are refused ({value!r}); send the digits as a string")
    if isinstance(value, int) and not isinstance(value, bool):
        raise RecordRefused(path, "integers from 2**53 on are refused; send the digits as a string")
    if depth >= DEPTH:
        raise RecordRefused(path, f"nested {DEPTH} deep; flatten it")
    raise RecordRefused(path, f"{type(value).__name__} is no JSON value that the log takes")


def _quickly(raw: bytes) -> Json:
    """Read JSON that is as short as its canonical form; None for other JSON.

    Writing again never lengthens what holds no floats (which are refused later), so equal length means that no key
    stood twice: a second one would have been dropped.
    """
    try:
        found: Json = orjson.loads(raw)
        return found if len(orjson.dumps(found, option=_OPTIONS)) == len(raw) else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None


def _loaded(raw: bytes) -> Json:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordRefused("", f"is not UTF-8 at byte {error.start}") from error
    twice: list[_Twice] = []

    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json] | _Twice:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        names = [name for name, _ in pairs]
        twice.append(_Twice(next(name for n, name in enumerate(names) if name in names[:n])))
        return twice[-1]

    try:
        found: Json = json.loads(text, object_pairs_hook=once, parse_int=_integer)
    except RecursionError as error:
        raise RecordRefused("", f"nested more than {DEPTH} deep; flatten it") from error
    except json.JSONDecodeError as error:
        raise RecordRefused("", f"is not JSON: {error}") from error
    if twice:
        _doubled(found, "")
    return found


def _integer(digits: str) -> int:
    # Python refuses to read thousands of digits; eighteen are enough to know that it is too large.
    return int(digits[:18]) if len(digits) > len(str(_EXACT)) + 1 else int(digits)


def _doubled(value: object, path: str) -> None:
    match value:
        case _Twice(key):
            raise RecordRefused(f"{path}.{key}".lstrip("."), "this key stands twice in one object")
        case dict() | list():
            for place, item in _items(value, path):
                _doubled(item, place)
        case _:
            pass


def _surrogates(value: Json, path: str) -> None:
    match value:
        case str():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError as error:
                message = f"a lone surrogate at character {error.start}; send whole characters"
                raise RecordRefused(path, message) from error
        case dict() | list():
            for place, item in _items(value, path):
                _surrogates(item, place)
        case _:
            pass


def _items(value: dict[str, Json] | list[Json], path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        return ((f"{path}.{key}".lstrip("."), item) for key, item in value.items())
    return ((f"{path}[{n}]", item) for n, item in enumerate(value))
