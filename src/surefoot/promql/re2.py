"""RE2 patterns as Python's: flags inside a group, and the few escapes that are spelt otherwise."""

import re
from functools import lru_cache

from surefoot.promql.error import EvaluationError

_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]*))?\)")
_ESCAPES = {"z": r"\Z", "C": r"[\s\S]"}
_KNOWN = frozenset("ims")


class UnsupportedPatternError(EvaluationError):
    """A pattern that RE2 reads and Python does not."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> "re.Pattern[str]":
    """Compile an RE2 pattern; match it with ``fullmatch``, as Prometheus anchors both ends.

    Raises:
        UnsupportedPatternError: Python has no such construct, or the pattern is not valid.
    """
    try:
        return re.compile(_translate(pattern))
    except re.error as error:
        raise UnsupportedPatternError(f"the regular expression {pattern!r} cannot be used here: {error}") from None


def _translate(pattern: str) -> str:
    """Close each flag group where RE2 ends it: at the end of the group around it, anew after each ``|``."""
    result: list[str] = []
    scopes: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        flags = _FLAGS.match(pattern, at)
        if flags:
            opening = _opening(flags, pattern)
            scopes[-1].append(opening)
            result.append(opening)
            at = flags.end()
            continue
        width = _width(pattern, at)
        piece = pattern[at : at + width]
        if character == "(":
            scopes.append([])
        elif character == ")" and len(scopes) > 1:
            piece = ")" * len(scopes.pop()) + piece
        elif character == "|":
            piece = ")" * len(scopes[-1]) + "|" + "".join(scopes[-1])
        elif character == "\\":
            piece = _ESCAPES.get(piece[1:], piece)
        result.append(piece)
        at += width
    return "".join(result) + ")" * len(scopes[0])


def _opening(flags: "re.Match[str]", pattern: str) -> str:
    on, off = flags[1] or "", flags[2] or ""
    if not _KNOWN.issuperset(on + off):
        raise UnsupportedPatternError(f"the regular expression {pattern!r} uses the flag U, which is not supported")
    return f"(?{on}-{off}:" if off else f"(?{on}:"


def _width(pattern: str, at: int) -> int:
    """Count the characters of the next piece: an escape or a class is one piece."""
    if pattern[at] == "\\":
        return 2
    if pattern[at] == "[":
        end = at + 1 + (pattern[at + 1 : at + 2] == "^")
        end += pattern[end : end + 1] == "]"
        while end < len(pattern) and pattern[end] != "]":
            end += 2 if pattern[end] == "\\" else 1
        return end + 1 - at
    return 1
