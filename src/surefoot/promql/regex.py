"""Where Prometheus' regular expressions (RE2) are narrower than the parser's.

Found by giving both the same patterns; the parser itself refuses what neither takes.
"""

import re

_REPEAT = r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})"
_SUSPECT = re.compile(r"[*+?}][*+?{]|\(\?|[0-9]{4}|\\u")
_ESCAPE = re.compile(r"\\(?!u).", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_REFUSED = (
    (re.compile(rf"{_REPEAT}\??+{_REPEAT}"), "repeats a repetition: put parentheses around the inner one"),
    (re.compile(r"\(\?[imsU-]*[a-zA-OQ-Z]*[^imsU:)<P-]"), "uses flags that RE2 lacks: keep to i, m, s and U"),
    (re.compile(r"\(\?<"), "names a group as (?<name>...): write (?P<name>...)"),
    (
        re.compile(r"\{(?:[0-9]*,)?(?:[0-9]{5,}|[2-9][0-9]{3}|1(?!000)[0-9]{3})"),
        "repeats more than 1000 times",
    ),
    (re.compile(r"\\u"), r"uses \u: write \x{...}"),
)


def may_be_refused(text: str) -> bool:
    """Tell quickly whether `complaint` has to look; also right for the quoted spelling of a pattern."""
    return _SUSPECT.search(text) is not None


def complaint(pattern: str) -> str:
    """Say why RE2 refuses a pattern that the parser takes; empty if it does not.

    Example: ``a**`` repeats a repetition.
    """
    bare = _CLASS.sub("x", _ESCAPE.sub("x", pattern))
    return next((why for refused, why in _REFUSED if refused.search(bare)), "")
