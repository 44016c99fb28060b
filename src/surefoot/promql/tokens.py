"""A tokenizer for PromQL that knows where every word stands.

The parser's tree has no positions, so carets come from here. It is stricter than a lexer needs to be:
what it lets through has balanced brackets, closed strings and well-formed numbers.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from surefoot.promql.error import PromqlError


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"  # metric, label, function, aggregation or keyword: its place decides
    NUMBER = "number"
    DURATION = "duration"
    STRING = "string"
    OPERATOR = "operator"
    OPEN = "open"
    CLOSE = "close"
    COMMA = "comma"
    COLON = "colon"  # of a subquery; the colons of a metric name belong to its word
    AT = "at"
    COMMENT = "comment"


class Token(NamedTuple):
    """One word or sign of an expression.

    A named tuple, not a dataclass: every expression yields dozens and a tuple costs a third.

    Attributes:
        kind: See `Kind`.
        text: Exactly as written.
        start: Offset of its first character.
        end: Offset after its last character.
    """

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The text in lower case, as keywords ignore case."""
        return self.text.lower()


_TOKEN = re.compile(
    r"""[ \t\r\n]*+
    (?:
      (?P<word>[A-Za-z_][A-Za-z0-9_:]*|:[A-Za-z_:][A-Za-z0-9_:]*)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | (?P<comma>,)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<duration>(?:[0-9]++(?:ms|[smhdwy]))++)(?![A-Za-z0-9_.])
    | (?P<number>0[xX][0-9a-fA-F]++
      | (?:[0-9]++(?:[.][0-9]*+)?+|[.][0-9]++)(?:[eE][+-]?[0-9]++)?+)(?![A-Za-z0-9_.])
    | (?P<operator>=~|!~|==|!=|<=|>=|[-+*/%^<>=])
    | (?P<colon>:)
    | (?P<at>@)
    | (?P<comment>\#[^\n]*)
    )
    """,
    re.VERBOSE,
)
_SPACE = " \t\r\n"
_KINDS = {kind.value: kind for kind in Kind}
_PAIRS = {")": "(", "}": "{", "]": "["}
_CLOSER = {opening: closing for closing, opening in _PAIRS.items()}
_COLON_NAME = re.compile(":[A-Za-z0-9_:]*")
_BAD_NUMBER = re.compile(r"[.]?[0-9][A-Za-z0-9_.]*")
_HINTS = {
    "&&": "PromQL spells it 'and'",
    "||": "PromQL spells it 'or'",
    "!": "write 'unless' for sets, '!=' to compare",
    "$": "replace the placeholder before the text is read as PromQL",
    "{{": "replace the template before the text is read as PromQL",
    ";": "one text holds one expression",
}


def tokenize(text: str) -> list[Token]:
    """Split an expression into tokens; what lies between them is white space.

    Raises:
        PromqlError: An open string, an unbalanced bracket (points at the opening or the stray one),
            a malformed number or duration, or a character that PromQL does not have.
    """
    tokens: list[Token] = []
    opened: list[Token] = []
    position, end = 0, len(text.rstrip(_SPACE))
    match_at = _TOKEN.match
    while position < end:
        match = match_at(text, position)
        if match is None:
            raise _unreadable(text, len(text) - len(text[position:].lstrip(_SPACE)))
        name, position = match.lastgroup, match.end()
        assert name is not None, "every alternative has a name"
        token = Token(_KINDS[name], match[name], match.start(name), position)
        if name == "colon" and not (opened and opened[-1].text == "["):
            token = _colon_name(text, token.start)
            position = token.end
        tokens.append(token)
        if name == "open":
            opened.append(token)
        elif name == "close":
            _close(token, opened)
    if opened:
        raise PromqlError(
            f"{opened[-1].text!r} is never closed: add {_CLOSER[opened[-1].text]!r}",
            opened[-1].start,
            opened[-1].end,
        )
    return tokens


def _colon_name(text: str, start: int) -> Token:
    """Read a name such as ``:5m``; only within a range is its colon that of a subquery."""
    name = _COLON_NAME.match(text, start)
    assert name is not None
    return Token(Kind.WORD, name.group(), start, name.end())


def _close(token: Token, opened: list[Token]) -> None:
    if not opened:
        raise PromqlError(f"{token.text!r} closes nothing: remove it", token.start, token.end)
    opening = opened.pop()
    if opening.text != _PAIRS[token.text]:
        raise PromqlError(
            f"{token.text!r} does not close {opening.text!r}: write {_CLOSER[opening.text]!r}",
            token.start,
            token.end,
        )


def _unreadable(text: str, start: int) -> PromqlError:
    """Say why no token starts here."""
    character = text[start]
    if character in "\"'`":
        line_end = text.find("\n", start)
        end = len(text) if line_end < 0 or character == "`" else line_end
        return PromqlError(f"string is never closed: add {character}", start, end)
    number = _BAD_NUMBER.match(text, start)
    if number:
        return PromqlError(_bad_number(number.group()), start, number.end())
    sign = next((sign for sign in _HINTS if text.startswith(sign, start)), character)
    if text[max(start - 2, 0) : start] == "{{":
        return PromqlError(f"unexpected '{{{{': {_HINTS['{{']}", start - 2, start)
    hint = f": {_HINTS[sign]}" if sign in _HINTS else ""
    return PromqlError(f"unexpected {sign!r}{hint}", start, start + len(sign))


def _bad_number(text: str) -> str:
    if re.fullmatch(r"[0-9]*[.][0-9]*(?:ms|[smhdwy])", text):
        return f"duration {text!r} has a fraction: use whole numbers and smaller units, such as 1h30m"
    return f"{text!r} is neither a number nor a duration: write 1.5 or 1h30m"
