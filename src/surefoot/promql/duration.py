"""Durations as Prometheus spells them: ``5m``, ``1h30m``, ``4w``."""

import re
from datetime import timedelta
from functools import lru_cache

_UNITS = (("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000))
_SMALL_UNITS = (("m", 60_000), ("s", 1000), ("ms", 1))
_DURATION = re.compile("".join(f"(?:([0-9]{{1,15}}){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")))
_COMPLAINTS = tuple(
    (re.compile(pattern, re.DOTALL), why)
    for pattern, why in (
        ("", "is empty: write a number and a unit, such as 5m"),
        (".*[0-9]{16}.*", "is longer than the 292 years that Prometheus can count"),
        (r".*\s.*", "contains white space: write it without, such as 1h30m"),
        ("[-+].*", "has a sign: write the length alone, such as 5m"),
        ("[0-9]+", "lacks a unit: append ms, s, m, h, d, w or y"),
        (".*[.].*", "has a fraction: use whole numbers and smaller units, such as 1h30m"),
        ("(?:[0-9]+(?:ms|[ywdhms]))+", "misorders or repeats units: each once, in the order y w d h m s ms"),
        (".*", "is not a Prometheus duration: write whole numbers with ms, s, m, h, d, w or y"),
    )
)
_LONGEST_MS = 9_223_372_036_854  # Prometheus counts nanoseconds in 64 bits: about 292 years


def parse_duration(text: str) -> timedelta:
    """Read a duration such as ``1h30m``; a year is 365 days, a lone ``0`` is allowed.

    Raises:
        ValueError: The text is no duration; says why and what to write.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        if text == "0":
            return timedelta()
        raise ValueError(_complaint(text))
    y, w, d, h, m, s, ms = match.groups("0")
    seconds = int(y) * 31_536_000 + int(w) * 604_800 + int(d) * 86_400 + int(h) * 3600 + int(m) * 60 + int(s)
    if seconds * 1000 + int(ms) > _LONGEST_MS:
        raise ValueError(f"duration {text!r} is longer than the 292 years that Prometheus can count")
    return timedelta(0, seconds, 0, int(ms))


@lru_cache(maxsize=1024)
def format_duration(duration: timedelta) -> str:
    """Write a duration as Prometheus prints it.

    Years and weeks are used only when exact: 28 d is ``4w``, 30 d is ``30d``, 90 min is ``1h30m``.

    Raises:
        ValueError: The duration is negative or has a fraction of a millisecond.
    """
    milliseconds, fraction = divmod(duration.microseconds, 1000)
    left = (duration.days * 86_400 + duration.seconds) * 1000 + milliseconds
    if left < 0 or fraction:
        raise ValueError(f"{duration} has no Prometheus spelling: use whole milliseconds, not below 0")
    if not left:
        return "0s"
    text = ""
    for unit, size in _UNITS[:2]:
        if left % size == 0:
            return f"{left // size}{unit}"
    for unit, size in _UNITS[2:] + _SMALL_UNITS:
        count, left = divmod(left, size)
        if count:
            text += f"{count}{unit}"
    return text


def _complaint(text: str) -> str:
    why = next(why for pattern, why in _COMPLAINTS if pattern.fullmatch(text))
    return f"duration {text!r} {why}"
