"""Text of strangers, made fit for a medium: what is dropped, how it is cut, which links are followed."""

import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

_ELLIPSIS = "…"
_LONGEST_LINK = 2000
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""Characters that turn the direction of writing: they make a text look like another."""


def plain(text: str) -> str:
    """Keep what can be read: no control characters but line breaks, none that turn the direction of writing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in text if each == "\n" or _readable(each)).strip()


def _readable(each: str) -> bool:
    return each not in _TURNING and unicodedata.category(each) not in {"Cc", "Cs", "Zl", "Zp"}


def one_line(text: str) -> str:
    """Put a text into one line."""
    return " ".join(plain(text).split())


def cut(text: str, most: int) -> str:
    """Keep at most so many characters, the last an ellipsis if any are left out.

    Example:
        ``cut("checkout", 6)`` is ``"check…"``.
    """
    return cut_escaped(text, most, str)


def cut_escaped(text: str, most: int, escape: Callable[[str], str]) -> str:
    """Escape a text and keep at most so many characters of that, without cutting through an escape.

    Args:
        text: As it came.
        most: Length of the escaped text.
        escape: Of one character at a time, or of a whole text: both give the same.
    """
    whole = escape(text)
    return whole if len(whole) <= most else _filled(text, most - 1, escape, len) + _ELLIPSIS


def cut_bytes(text: str, most: int) -> str:
    """Keep at most so many bytes of UTF-8, the end an ellipsis if any are left out."""
    if _octets(text) <= most:
        return text
    return _filled(text, most - _octets(_ELLIPSIS), str, _octets) + _ELLIPSIS


def _octets(text: str) -> int:
    return len(text.encode())


def _filled(text: str, most: int, escape: Callable[[str], str], size: Callable[[str], int]) -> str:
    kept: list[str] = []
    for each in map(escape, text):
        most -= size(each)
        if most < 0:
            break
        kept.append(each)
    return "".join(kept)


def safe_link(url: str) -> str:
    """Return a link that may be shown to be tapped: http or https, a host, nobody's password; else nothing."""
    if len(url) > _LONGEST_LINK or any(each.isspace() or not _readable(each) for each in url):
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        _ = parts.port  # raises if it is none
    except ValueError:
        return ""
    return url if usable else ""
