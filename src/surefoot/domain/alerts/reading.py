"""Reading foreign JSON: what is used is checked, anything else may be there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeAlias

import orjson

from surefoot.domain.alerts.signal import Bounds, Decoded, Rejected, Signal

Value: TypeAlias = object
"""A value of JSON; nothing is known about it."""

Body: TypeAlias = Mapping[str, Value]

_MILLISECONDS = 100_000_000_000  # seconds since 1970 that lie 3,000 years ahead are milliseconds
_NEVER = 1  # the year of Go's zero time


def body_of(raw: bytes) -> Body | Rejected:
    """Parse a body; it has to be an object."""
    try:
        parsed: Value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Rejected("body", f"is no JSON: {error}")
    found = mapping(parsed)
    return Rejected("body", "is no object") if found is None else found


def mapping(value: Value) -> Body | None:
    """Take an object; None for anything else."""
    return value if isinstance(value, Mapping) else None


def text(value: Value, bounds: Bounds) -> str:
    """Write one value as text, cut to its bound; empty for null, lists and objects."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[: bounds.text] if isinstance(value, str | int | float) else ""


def texts(value: Value, bounds: Bounds) -> dict[str, str]:
    """Read labels: one-valued entries, sorted, as many as the bound allows; the rest is left out."""
    entries = mapping(value) or {}
    named = sorted((str(name)[: bounds.text], content) for name, content in entries.items())
    kept = [(name, text(content, bounds)) for name, content in named if isinstance(content, str | int | float)]
    return dict(kept[: bounds.labels])


def moment(value: Value) -> datetime | None:
    """Read RFC 3339 of any precision, or seconds or milliseconds since 1970.

    Returns:
        In UTC, cut to microseconds; None for nothing, for Go's zero time and for what is no time.
    """
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
            return None if found.year == _NEVER else found.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def is_odd(value: Value) -> bool:
    """Tell whether a value was meant as a time and cannot be read as one."""
    return value not in (None, "", 0) and moment(value) is None and not str(value).startswith("0001-01-01")


def fingerprint(labels: Mapping[str, str]) -> str:
    """Name an alert by its labels, where the sender does not."""
    return digest(sorted(labels.items()))


def digest(value: Value) -> str:
    """Name a value: equal ones get the same 32 digits."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def at_most(alerts: Sequence[Value], bounds: Bounds, where: str) -> tuple[Sequence[Value], tuple[Rejected, ...]]:
    """Take as many alerts as one body may hold."""
    over = len(alerts) - bounds.alerts
    if over <= 0:
        return alerts, ()
    reason = f"{over} alerts beyond the first {bounds.alerts} are not taken"
    return alerts[: bounds.alerts], (Rejected(where, reason, alert=False),)


def gathered(parts: Iterator[Signal | Rejected], first: tuple[Rejected, ...] = ()) -> Decoded:
    """Sort signals from what was rejected."""
    signals: list[Signal] = []
    rejected = list(first)
    for part in parts:
        if isinstance(part, Signal):
            signals.append(part)
        else:
            rejected.append(part)
    return Decoded(tuple(signals), tuple(rejected))
