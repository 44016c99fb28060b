"""Queries of other formats: their open range, their grouping, and what a query without a range means."""

import re
from dataclasses import dataclass

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    VectorSelector,
)

from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import label_text, selector_of

_OPEN = re.compile(r"\{\{-?\s*\.[wW]indow\s*-?\}\}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)

_WITHOUT_LABELS = frozenset({"absent", "absent_over_time", "scalar", "vector"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A selector, bare or summed, whose range was not written.

    Attributes:
        selector: The selector as PromQL.
        by: The labels of ``sum by (...)``.
        summed: Whether it was summed at all.
    """

    selector: str
    by: tuple[str, ...]
    summed: bool

    def over(self, function: str) -> str:
        """Sum a function of the selector over an open range."""
        grouping = f" by ({', '.join(label_text(label) for label in self.by)}) " if self.by else ""
        return f"sum{grouping}({function}({self.selector}[$window]))"


def opened(text: str) -> str:
    """Spell the open range as Surefoot does: ``{{.window}}`` becomes ``$window``."""
    return _OPEN.sub("$window", text)


def is_open(text: str) -> bool:
    """Tell whether the range of an opened query is left open."""
    return "$window" in text


def strange_template(text: str) -> str | None:
    """Find what is left of Go's template language in an opened query."""
    match = _TEMPLATE.search(text)
    return match[0] if match else None


def plain(text: str) -> Plain | None:
    """Recognise ``x``, ``sum(x)`` and ``sum by (label) (x)``, where ``x`` is a bare selector."""
    node = _parsed(text)
    by: tuple[str, ...] = ()
    summed = isinstance(node, AggregateExpr) and str(node.op) == "sum"
    if isinstance(node, AggregateExpr) and summed:
        grouping = _grouping(node)
        if grouping is None:
            return None
        by, node = grouping, _bare(node.expr)
    if isinstance(node, VectorSelector) and node.offset is None and node.at is None:
        return Plain(selector_of(node).render(), by, summed)
    return None


def grouped_by(*queries: str) -> tuple[str, ...]:
    """Find the labels by which every one of the queries is grouped; none if they differ."""
    found = {_labels(_parsed(query)) for query in queries}
    return next(iter(found)) if len(found) == 1 else ()


def _parsed(text: str) -> Expr | None:
    try:
        return _bare(parse(text.replace("$window", "5m")))
    except PromqlError:
        return None


def _bare(node: Expr) -> Expr:
    while isinstance(node, ParenExpr):
        node = node.expr
    return node


def _labels(node: Expr | None) -> tuple[str, ...]:
    """Read the grouping of an aggregation, or of a calculation whose sides agree."""
    if isinstance(node, AggregateExpr):
        return _grouping(node) or ()
    if isinstance(node, Call):
        return _labels_of_call(node)
    if isinstance(node, SubqueryExpr):
        return _labels(_bare(node.expr))
    if isinstance(node, BinaryExpr):
        sides = [_bare(side) for side in (node.lhs, node.rhs)]
        found = {_labels(side) for side in sides if not _is_scalar(side)}
        return next(iter(found)) if len(found) == 1 else ()
    return ()


def _labels_of_call(node: Call) -> tuple[str, ...]:
    below = [argument for argument in node.args if not isinstance(argument, NumberLiteral)]
    if len(below) != 1 or node.func.name in _WITHOUT_LABELS:
        return ()
    labels = _labels(_bare(below[0]))
    return tuple(label for label in labels if (node.func.name, label) != ("histogram_quantile", "le"))


def _is_scalar(node: Expr) -> bool:
    return isinstance(node, NumberLiteral) or (isinstance(node, Call) and not node.args)


def _grouping(node: AggregateExpr) -> tuple[str, ...] | None:
    """Return the labels of ``by``; None for ``without``."""
    if node.modifier is None:
        return ()
    if str(node.modifier.type) == "AggModifierType.Without":
        return None
    return tuple(sorted(node.modifier.labels))
