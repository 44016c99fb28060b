"""Vector selectors: reading, changing and writing ``metric{label="value"}``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from promql_parser import MatrixSelector, VectorSelector

from surefoot.promql.error import PromqlError
from surefoot.promql.names import RESERVED
from surefoot.promql.parse import parse
from surefoot.promql.quote import quote
from surefoot.promql.tokens import Kind, tokenize

_METRIC = re.compile("[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_MATCHER = re.compile('([a-zA-Z_][a-zA-Z0-9_]*+)[ \n]*+(=~|!~|!=|=)[ \n]*+"([^"\\\\\n\ud800-\udfff]*+)"')
_ONE = _MATCHER.pattern.replace("(", "(?:") + "[ \n]*+"
_PLAIN = re.compile(f"({_METRIC.pattern})(?:{{[ \n]*+((?:{_ONE}(?:,[ \n]*+{_ONE})*+,?+[ \n]*+)?+)}})?+")
# Needs no check: literal characters, alternatives, dots, and a repetition only after a dot.
_HARMLESS_REGEX = re.compile("(?:[a-zA-Z0-9_/:|-]|[.][*+]?)*")


class MatchOp(StrEnum):
    """How a matcher compares a label."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


_OPS = {op.value: op for op in MatchOp}
_PARSER_OPS = {
    "MatchOp.Equal": MatchOp.EQUAL,
    "MatchOp.NotEqual": MatchOp.NOT_EQUAL,
    "MatchOp.Re": MatchOp.REGEX,
    "MatchOp.NotRe": MatchOp.NOT_REGEX,
}


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One condition on a label; the value is plain text, without quotes or escapes."""

    label: str
    op: MatchOp
    value: str

    def render(self) -> str:
        """Write it as ``code=~"5.."``."""
        return f"{label_text(self.label)}{self.op.value}{quote(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """Which series are meant.

    Attributes:
        metric: Name of the metric; empty if only the matchers select, perhaps by ``__name__``.
        matchers: In the order written.
    """

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def render(self) -> str:
        """Write it as PromQL, such as ``http_requests_total{job="api",code=~"5.."}``.

        A name that is a keyword, or that only Prometheus 3 allows, moves into the braces.
        """
        parts = [matcher.render() for matcher in self.matchers]
        metric = self.metric
        if metric and not _METRIC.fullmatch(metric):
            parts.insert(0, quote(metric))
            metric = ""
        elif metric.lower() in RESERVED:
            parts.insert(0, f"__name__={quote(metric)}")
            metric = ""
        return f"{metric}{{{','.join(parts)}}}" if parts or not metric else metric

    def with_matchers(self, extra: Iterable[Matcher]) -> "Selector":
        """Narrow it: the extra matchers come first, except on labels that it already matches."""
        own = {matcher.label for matcher in self.matchers}
        if self.metric:
            own.add("__name__")
        added = tuple(matcher for matcher in extra if matcher.label not in own)
        return replace(self, matchers=added + self.matchers)

    def without(self, label: str) -> "Selector":
        """Drop every matcher on a label."""
        return replace(self, matchers=tuple(m for m in self.matchers if m.label != label))


def label_text(label: str) -> str:
    """Write a label name, in quotes if only Prometheus 3 allows it."""
    return label if _LABEL.fullmatch(label) else quote(label)


def parse_selector(text: str) -> Selector:
    """Read a bare vector selector.

    Raises:
        PromqlError: It does not parse, a regular expression is not RE2, or it is more than a selector
            (a range, an offset, a function).
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return _parse_odd(text)
    metric, body = match.groups()
    if metric.lower() in RESERVED:
        return _parse_odd(text)
    if not body:
        return Selector(metric)
    matchers = []
    for label, op, value in _MATCHER.findall(body):
        if label == "__name__" or (op[-1] == "~" and not _is_regex(value)):
            return _parse_odd(text)
        matchers.append(Matcher(label, _OPS[op], value))
    return Selector(metric, tuple(matchers))


def selector_of(node: VectorSelector) -> Selector:
    """Turn a node of the parser's tree into a selector; its offset and ``@`` are left out."""
    metric = node.name or ""
    matchers = [Matcher(m.name, _PARSER_OPS[str(m.op)], m.value) for m in node.matchers.matchers]
    names = [m for m in matchers if m.label == "__name__" and m.op is MatchOp.EQUAL and m.value]
    if not metric and len(names) == 1:
        metric = names[0].value
        matchers.remove(names[0])
    return Selector(metric, tuple(matchers))


def _is_regex(value: str) -> bool:
    return _HARMLESS_REGEX.fullmatch(value) is not None or _parser_takes_regex(value)


@lru_cache(maxsize=1024)
def _parser_takes_regex(value: str) -> bool:
    try:
        parse(f"x{{y=~{quote(value)}}}")
    except ValueError:
        return False
    return True


def _parse_odd(text: str) -> Selector:
    node = parse(text)
    if isinstance(node, VectorSelector) and node.offset is None and node.at is None:
        return selector_of(node)
    start, end = 0, len(text)
    if isinstance(node, VectorSelector | MatrixSelector):
        extra = next(t for t in tokenize(text) if t.text == "[" or t.word == "offset" or t.kind is Kind.AT)
        start, end = extra.start, extra.end
    raise PromqlError('expected a bare selector such as requests_total{job="api"}', start, end)
