"""From the parser's refusal to a place in the text.

The parser tells types and names apart but not places. A place is found by asking it again for ever
smaller stretches of the text: the smallest one refused with the same words is the culprit.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import promql_parser

from surefoot.promql.error import PromqlError
from surefoot.promql.names import AGGREGATIONS, COMPARISONS, GROUPINGS, JOINS, MATCHINGS, OPERATORS, RENAMED
from surefoot.promql.spelling import spell
from surefoot.promql.syntax import check_syntax
from surefoot.promql.tokens import Kind, Token, tokenize

_LABEL_LISTS = GROUPINGS | MATCHINGS | JOINS
_CURES = {
    "ranges only allowed for vector selectors": (
        "a range such as [5m] needs a bare selector before it: an expression needs a subquery, such as [5m:]"
    ),
    "vector selector must contain at least one non-empty matcher": (
        "the selector matches everything: name a metric or add a matcher that excludes the empty string"
    ),
    "comparisons between scalars must use BOOL modifier": (
        "two numbers can be compared only with 'bool': write it after the operator"
    ),
}
_TYPE_CURES = (
    ("expected type matrix", "got vector", "add a range, such as [5m]"),
    ("expected type vector", "got matrix", "remove the range or apply a function such as rate() to it"),
    ("expected type vector", "got scalar", "wrap the number in vector(...)"),
)
_TELLING = {  # words of a refusal: the tokens it is about; otherwise the name it quotes
    "aggregat": AGGREGATIONS,
    "bool modifier": frozenset({"bool"}),
    "BOOL": COMPARISONS,
    "binary expression": OPERATORS,
    "offset": frozenset({"offset"}),
    "@": frozenset({"@"}),
    "unary": frozenset("-+"),
    "subquery": frozenset("["),
}
_REGEX_HEAD = tokenize("x{y=~'' }")[:4]  # all of a selector but its pattern
_REGEX_END = tokenize("{}")[1]
Stretch = tuple[int, int]  # indices of the first token and after the last one


def diagnose(text: str, tokens: Sequence[Token], refusal: str) -> PromqlError:
    """Build the error for a text that the parser refused.

    Args:
        text: The whole text.
        tokens: Its tokens, without comments.
        refusal: What the parser said.

    Returns:
        The error with the best place that can be found; the whole text if none is.
    """
    try:
        check_syntax(tokens, len(text))
    except PromqlError as error:
        return error
    except RecursionError:
        pass
    if not tokens or refusal == "invalid promql query":
        return PromqlError("not a valid PromQL expression", 0, len(text))
    first, last = _telling_token(tokens, _culprit(tokens, refusal), refusal)
    return PromqlError(_message(refusal, tokens), tokens[first].start, tokens[last - 1].end)


def _message(refusal: str, tokens: Sequence[Token]) -> str:
    if refusal.startswith("illegal regex for "):
        regex = refusal.removeprefix("illegal regex for ")
        return f"{regex!r} is no regular expression that Prometheus knows: use RE2 syntax"
    for old, new in RENAMED.items():
        if any(token.text == old for token in tokens):
            refusal = refusal.replace(new, old)
    for start, end, cure in _TYPE_CURES:
        if refusal.startswith(start) and refusal.endswith(end):
            return f"{refusal}: {cure}"
    return _CURES.get(refusal, refusal)


def _refusal(tokens: Sequence[Token]) -> str:
    try:
        promql_parser.parse(spell(tokens))
    except ValueError as error:
        return str(error)
    return ""


def _culprit(tokens: Sequence[Token], refusal: str) -> Stretch:
    """Find the smallest stretch refused with the same words."""
    for stretch in sorted(_stretches(tokens), key=lambda s: s[1] - s[0]):
        if _refusal(tokens[slice(*stretch)]) == refusal:
            return stretch
    return 0, len(tokens)


def _stretches(tokens: Sequence[Token]) -> Iterator[Stretch]:
    """Yield what could stand alone: strings, selectors, calls, and each argument of theirs."""
    opened: list[int] = []
    starts: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == Kind.STRING:
            yield index, index + 1
        elif token.kind == Kind.OPEN:
            opened.append(index)
            starts.append(index + 1)
        elif token.kind == Kind.COMMA and opened:
            yield from _nonempty(starts[-1], index)
            starts[-1] = index + 1
        elif token.kind == Kind.CLOSE:
            yield from _nonempty(starts.pop(), index)
            head = _head(tokens, opened.pop())
            if head is not None:
                yield head, index + 1


def _nonempty(first: int, last: int) -> Iterator[Stretch]:
    if first < last:
        yield first, last


def _head(tokens: Sequence[Token], opening: int) -> int | None:
    """Find where the call, selector or range that opens a bracket begins; None for a list of labels."""
    before = tokens[opening - 1] if opening else None
    if before is None:
        return opening
    if tokens[opening].text == "[":
        return opening - 1 if before.kind != Kind.CLOSE else None
    if before.word in _LABEL_LISTS and tokens[opening].text == "(":
        return None
    if before.text == ")":  # of sum by (job) (...)
        return _grouped_head(tokens, opening - 1)
    return opening - 1 if before.kind == Kind.WORD and before.word not in OPERATORS else opening


def _grouped_head(tokens: Sequence[Token], closing: int) -> int | None:
    for index in range(closing, 0, -1):
        if tokens[index].word in GROUPINGS:
            return index - 1 if tokens[index - 1].word in AGGREGATIONS else None
    return None


def _telling_token(tokens: Sequence[Token], stretch: Stretch, refusal: str) -> Stretch:
    """Narrow a refused stretch to the sign or name that the refusal is about."""
    first, last = stretch
    if refusal.startswith("illegal regex"):
        return _bad_regex(tokens, stretch, refusal)
    if refusal.startswith("ranges only"):
        return _misplaced_range(tokens, stretch)
    words = _telling_words(refusal)
    found = [index for index in _top_level(tokens, stretch) if tokens[index].word in words]
    for index, following in pairwise([*found, last]):
        if _refusal(tokens[first:following]) == refusal:
            return index, index + 1
    return stretch


def _telling_words(refusal: str) -> frozenset[str]:
    for start, words in _TELLING.items():
        if start in refusal:
            return words
    quoted = set(re.findall(r"'(\w+)'", refusal)[:1])
    return frozenset(quoted | {old for old, new in RENAMED.items() if new in quoted})


def _top_level(tokens: Sequence[Token], stretch: Stretch) -> Iterator[int]:
    depth = 0
    for index in range(*stretch):
        depth -= tokens[index].kind == Kind.CLOSE
        if depth == 0:
            yield index
        depth += tokens[index].kind == Kind.OPEN


def _bad_regex(tokens: Sequence[Token], stretch: Stretch, refusal: str) -> Stretch:
    for index in range(*stretch):
        token = tokens[index]
        if token.kind == Kind.STRING and _refusal([*_REGEX_HEAD, token, _REGEX_END]) == refusal:
            return index, index + 1
    return stretch


def _misplaced_range(tokens: Sequence[Token], stretch: Stretch) -> Stretch:
    for index in range(stretch[0] + 1, stretch[1]):
        before = tokens[index - 1]
        if tokens[index].text == "[" and before.kind != Kind.WORD and before.text != "}":
            return index, next(i for i in range(index, stretch[1]) if tokens[i].text == "]") + 1
    return stretch
