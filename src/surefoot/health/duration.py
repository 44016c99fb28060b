"""Durations as they are written in code: ``"600ms"``, ``"1m30s"``, or a number of seconds."""

import re

_PARTS = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?")
_SECONDS = (86_400, 3600, 60, 1, 0.001)


def seconds(value: str | float) -> float:
    """Read a duration as seconds.

    Raises:
        ValueError: It is no duration, or negative.
    """
    if isinstance(value, str):
        match = _PARTS.fullmatch(value)
        if match is None or not value:
            raise ValueError(f"{value!r} is no duration: write such as '600ms', '1s', '1m30s', or seconds as a number")
        return float(sum(int(part) * size for part, size in zip(match.groups("0"), _SECONDS, strict=True)))
    if not 0 <= value < float("inf"):
        raise ValueError(f"{value!r} is no duration: write seconds, 0 or more")
    return float(value)


def spoken(length: float) -> str:
    """Write seconds for people: ``600 ms``, ``1.5 s``, ``3 min``, ``2.5 h``, ``4 d``."""
    if length < 1:
        return f"{length * 1000:.0f} ms"
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if length >= 2 * size:
            return f"{round(length / size, 1):g} {unit}"
    return f"{round(length, 1):g} s"
