"""String literals as Go and Prometheus print them."""

import re

_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ESCAPED = re.compile(
    r"\\(?:([^0-7xuU])|([0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([0-7xuU]))", re.DOTALL
)
_SINGLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
}  # fmt: skip


def quote(value: str) -> str:
    """Write a string in double quotes; only quotes, backslashes and the unprintable are escaped."""
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return f'"{"".join(map(_escape, value))}"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  # the end of the BMP


def unquote(literal: str) -> str:
    r"""Read a string literal in double quotes, single quotes or backticks.

    Raises:
        ValueError: It is none, or holds an escape that Go does not know.

    Example:
        >>> unquote('"a\\x41\\n"')
        'aA\n'
    """
    if len(literal) < len('""') or literal[0] != literal[-1] or literal[0] not in "\"'`":
        raise ValueError(f"{literal} is no string: put it into quotes")
    inner = literal[1:-1]
    if literal[0] == "`" or "\\" not in inner:
        return inner
    return _ESCAPED.sub(_plain, inner)


def _plain(match: re.Match[str]) -> str:
    single, digits = match[1] or match[3], match[2]
    if digits:
        return chr(int(digits.lstrip("xuU"), 8 if digits[0].isdigit() else 16))
    if single not in _SINGLE:
        raise ValueError(f"\\{single} is no escape: write \\\\ for a backslash")
    return _SINGLE[single]
