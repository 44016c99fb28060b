"""Writing an expression the way the parser understands it."""

from collections.abc import Sequence
from itertools import zip_longest

from surefoot.promql.names import RENAMED
from surefoot.promql.quote import quote
from surefoot.promql.tokens import Kind, Token


def spell(tokens: Sequence[Token]) -> str:
    r"""Join tokens, each as the parser knows it.

    Renamed functions get their newer name, and strings in backticks are quoted anew: the parser stumbles
    over escapes such as ``\.`` in them, which are plain text there.
    """
    return " ".join(_spelling(token, after) for token, after in zip_longest(tokens, tokens[1:]))


def _spelling(token: Token, after: Token | None) -> str:
    if token.kind is Kind.STRING and token.text[0] == "`":
        return quote(token.text[1:-1])
    if token.text in RENAMED and after is not None and after.text == "(":
        return RENAMED[token.text]
    return token.text
