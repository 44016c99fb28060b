"""What the parser would take but no tree of it can hold, or Prometheus would refuse."""

from collections.abc import Sequence

import promql_parser

from surefoot.promql.duration import parse_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.names import WORD_OPERATORS
from surefoot.promql.regex import complaint, may_be_refused
from surefoot.promql.spelling import spell
from surefoot.promql.tokens import Kind, Token

# The parser recurses on the machine's stack: thousands of nested terms would end the process, not the call.
_MOST_TERMS = 400
_LAST_TIME = 253_402_300_799  # s; the end of the year 9999, where datetime stops
_LONGEST = 9_223_372_036  # s; 292 years, where Prometheus' nanoseconds stop
_MEASURED = frozenset({Kind.NUMBER, Kind.DURATION})


def check_limits(tokens: Sequence[Token]) -> None:
    """Refuse what must not reach the parser.

    Args:
        tokens: From `tokenize`, without comments.

    Raises:
        PromqlError: Over 400 operators and nested brackets, a duration that is none or over 292
            years, an ``@`` outside the years 1970 to 9999, ``or`` between matchers (a VictoriaMetrics
            extension), or a regular expression that RE2 lacks.
    """
    terms = most = 0
    in_braces = False
    for index, token in enumerate(tokens):
        kind = token.kind
        if kind is Kind.CLOSE:
            terms -= token.text != "}"
        if in_braces:
            in_braces = token.text != "}"
            _check_matcher(tokens, index)
        elif kind is Kind.OPEN:
            in_braces = token.text == "{"
            terms += not in_braces
            most = max(most, terms)
        elif kind is Kind.OPERATOR or (kind is Kind.WORD and token.text.lower() in WORD_OPERATORS):
            terms += 1
            most = max(most, terms)
        elif kind in _MEASURED:
            _check_measure(tokens, index)
    if most > _MOST_TERMS:
        message = f"more than {_MOST_TERMS} operators and nested brackets: split it into recording rules"
        raise PromqlError(message, tokens[0].start, tokens[-1].end)


def _check_matcher(tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.kind is Kind.WORD and token.word == "or" and tokens[index - 1].kind is Kind.STRING:
        message = "Prometheus has no 'or' between label matchers: use a regular expression"
        raise PromqlError(message, token.start, token.end)
    if token.kind is Kind.STRING and tokens[index - 1].text in {"=~", "!~"} and may_be_refused(token.text):
        _check_regex(token)


def _check_regex(token: Token) -> None:
    try:
        literal = promql_parser.parse(spell([token]))
    except ValueError:
        return  # a bad escape, which is told with the rest of the expression
    why = complaint(literal.val) if isinstance(literal, promql_parser.StringLiteral) else ""
    if why:
        raise PromqlError(f"regular expression {token.text} {why}", token.start, token.end)


def _check_measure(tokens: Sequence[Token], index: int) -> None:
    """Check a number or duration by what it measures."""
    token = tokens[index]
    if token.kind is Kind.DURATION:
        try:
            parse_duration(token.text)
        except ValueError as error:
            raise PromqlError(str(error), token.start, token.end) from None
    signed = index > 1 and tokens[index - 1].text in {"-", "+"}
    negative = signed and tokens[index - 1].text == "-"
    before = tokens[index - 1 - signed] if index else token
    if before.kind is Kind.AT:
        if negative or _seconds(token) > _LAST_TIME:
            raise PromqlError("the time of @ must lie in the years 1970 to 9999", token.start, token.end)
    elif (before.kind is Kind.COLON or before.word in {"[", "offset"}) and _seconds(token) > _LONGEST:
        message = f"{token.text} seconds are longer than the 292 years that Prometheus can count"
        raise PromqlError(message, token.start, token.end)


def _seconds(token: Token) -> float:
    if token.kind is Kind.DURATION:
        return parse_duration(token.text).total_seconds()
    return float(int(token.text, 16)) if token.word.startswith("0x") else float(token.text)
