"""Recognises ratios of events: errors to total, or good to total."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from promql_parser import AggregateExpr, BinaryExpr, Expr

from surefoot.checks._tree import COMPARISONS, binaries, calls, constant, is_bool, only_selector, operator
from surefoot.promql.selector import Matcher, Selector
from surefoot.promql.walk import bare

_KEEPS = frozenset({"sum", "max", "min", "avg"})
_ERROR = re.compile(r"err(?:or)?s?(?:$|[_:])|fail|bad|5xx|unsuccessful|dropped|rejected|abort|timeouts?(?:$|[_:])")
_GOOD = re.compile(r"success|good|(?:^|[_:])ok(?:$|[_:])|availab")
_NO_COUNT = re.compile(r"(?:_sum|_bytes(?:_total)?|_seconds(?:_total)?)$")
_STATUS = frozenset({"code", "status", "status_code", "grpc_code", "rcode", "result", "outcome", "le", "response_code"})


@dataclass(frozen=True, slots=True, eq=False)
class EventRatio:
    """A division of counted events.

    Attributes:
        node: The division.
        part: What is selected above.
        total: What is selected below.
        guarded: Whether silence gives no sample: ``/ (total > 0)``.
    """

    node: BinaryExpr
    part: Selector
    total: Selector
    guarded: bool


def strip(expr: Expr) -> Expr:
    """Take off parentheses, aggregations that keep the unit, and guards such as ``or vector(0)`` or ``> 0``."""
    node = bare(expr)
    while True:
        if isinstance(node, AggregateExpr) and str(node.op) in _KEEPS:
            node = bare(node.expr)
        elif isinstance(node, BinaryExpr) and (operator(node) == "or" or _is_guard(node)):
            node = bare(node.lhs)
        else:
            return node


def error_like(metric: str) -> bool:
    """Tell whether a name says errors or successes."""
    return bool(_ERROR.search(metric) or _GOOD.search(metric)) or "sli" in re.split("[_:]", metric)


def counts_good(ratio: EventRatio) -> bool:
    """Tell whether the part counts good events, as far as its name or matchers say."""
    values = " ".join(m.value for m in ratio.part.matchers if m.op in ("=", "=~"))
    negative = any(m.op in ("!=", "!~") and m.label in _STATUS for m in ratio.part.matchers)
    return (
        bool(_GOOD.search(ratio.part.metric) or _GOOD.search(values))
        or negative
        or bool(re.search(r"\b2(?:\.\.|\d\d)", values))
    )


def event_ratio(expr: Expr) -> EventRatio | None:
    """Recognise ``sum(rate(errors)) / sum(rate(total))``; None for any other division, such as a mean."""
    node = bare(expr)
    if not isinstance(node, BinaryExpr) or operator(node) != "/":
        return None
    if not (_counts(node.lhs) and _counts(node.rhs)) or operator(bare(node.lhs)) == "*":
        return None
    part, total = _part(node.lhs), only_selector(node.rhs)
    if part is None or total is None or _NO_COUNT.search(part.metric) or _NO_COUNT.search(total.metric):
        return None
    narrower = _base(part.metric) == _base(total.metric) and _extra(part, total)
    if narrower or _ERROR.search(part.metric) or _GOOD.search(part.metric):
        return EventRatio(node, part, total, _is_guard(bare(node.rhs)))
    return None


def _part(expr: Expr) -> Selector | None:
    """Find what is counted above: of ``total - good``, the good."""
    node = bare(expr)
    if isinstance(node, BinaryExpr) and operator(node) == "-" and only_selector(node.lhs) is not None:
        return only_selector(node.rhs)
    return only_selector(expr)


def event_ratios(expr: Expr) -> Iterator[EventRatio]:
    """Find every ratio of events within an expression."""
    for node in binaries(expr, "/"):
        ratio = event_ratio(node)
        if ratio is not None:
            yield ratio


def _extra(part: Selector, total: Selector) -> bool:
    own: set[Matcher] = set(part.matchers) - set(total.matchers)
    return any(m.label in _STATUS or _ERROR.search(m.value) or _GOOD.search(m.value) for m in own)


def _counts(expr: Expr) -> bool:
    return any(calls(expr, "rate", "increase", "irate"))


def _base(metric: str) -> str:
    return re.sub("_(?:bucket|count)$", "", metric)


def _is_guard(node: Expr) -> bool:
    if not isinstance(node, BinaryExpr) or operator(node) not in COMPARISONS or is_bool(node):
        return False
    return operator(node) in (">", "!=", ">=") and constant(node.rhs) is not None and constant(node.lhs) is None
