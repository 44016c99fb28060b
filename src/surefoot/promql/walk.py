"""Going through the parser's trees."""

from collections.abc import Iterator
from datetime import timedelta

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from surefoot.promql.selector import Selector, selector_of


def children(expr: Expr) -> Iterator[Expr]:
    """Yield the expressions directly inside one, left to right; a range contains its selector."""
    match expr:
        case BinaryExpr():
            yield expr.lhs
            yield expr.rhs
        case Call():
            yield from expr.args
        case AggregateExpr():
            if isinstance(expr.param, Expr):
                yield expr.param
            yield expr.expr
        case MatrixSelector():
            yield expr.vector_selector
        case ParenExpr() | SubqueryExpr() | UnaryExpr():
            yield expr.expr
        case _:  # literals and selectors contain nothing
            pass


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and all within it, each before what it contains."""
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed([*children(node)]))


def bare(expr: Expr) -> Expr:
    """Take off the parentheses around an expression."""
    while isinstance(expr, ParenExpr):
        expr = expr.expr
    return expr


def vector_selectors(expr: Expr) -> list[Selector]:
    """List every selector, those under ranges too, in the order written."""
    return [selector_of(node) for node in walk(expr) if isinstance(node, VectorSelector)]


def metric_names(expr: Expr) -> set[str]:
    """Collect the metrics that are selected by name; a pattern on ``__name__`` adds none."""
    return {selector.metric for selector in vector_selectors(expr) if selector.metric}


def ranges(expr: Expr) -> list[tuple[Selector | None, timedelta]]:
    """List every range and subquery with its length, in the order written.

    The selector is None where a subquery covers more than a selector.
    """
    found: list[tuple[Selector | None, timedelta]] = []
    for node in walk(expr):
        if isinstance(node, MatrixSelector):
            found.append((selector_of(node.vector_selector), node.range))
        elif isinstance(node, SubqueryExpr) and node.range is not None:
            inner = bare(node.expr)
            found.append((selector_of(inner) if isinstance(inner, VectorSelector) else None, node.range))
    return found


def functions(expr: Expr) -> set[str]:
    """Collect the names of the functions called, aggregations not included."""
    return {node.func.name for node in walk(expr) if isinstance(node, Call)}
