"""What the rules about PromQL ask of a tree, and where its parts stand in the rule's text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    NumberLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from surefoot.finding import Span
from surefoot.promql.duration import parse_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.normal import normalise
from surefoot.promql.parse import parse
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.tokens import Kind, Token, tokenize
from surefoot.promql.walk import bare, walk
from surefoot.spec.embedded import inside
from surefoot.spec.rulefile import Rule, RuleFile, RuleGroup

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
SETS = frozenset({"and", "or", "unless"})
_SAME_LABELS = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_CHANGES_LABELS = frozenset({"label_replace", "label_join", "absent", "absent_over_time", "info"})
_SCALARS = frozenset({"time", "scalar", "pi"})
_NO_LABELS = _SCALARS | {"vector"}


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A rule whose PromQL parses, with its tree and its group."""

    rule: Rule
    tree: Expr
    group: RuleGroup


def every(files: Sequence[RuleFile]) -> Iterator[Read]:
    """Yield the rules of all files; those that do not parse are S09's business."""
    for file in files:
        for group in file.groups:
            for rule in group.rules:
                tree = tree_of(rule.expr)
                if tree is not None:
                    yield Read(rule, tree, group)


@lru_cache(maxsize=16384)
def tree_of(text: str) -> Expr | None:
    """Parse an expression once for all rules, none of which changes the tree."""
    try:
        return parse(text)
    except PromqlError:
        return None


def written(expr: Expr) -> str:
    """Write a part of a tree in its normal form."""
    return _normal(expr.prettify())


@lru_cache(maxsize=16384)
def _normal(text: str) -> str:
    try:
        return normalise(text)
    except PromqlError:
        return text


def place(rule: Rule, sought: "Callable[[Token], bool] | None" = None) -> Span | None:
    """Locate the first token that is sought in a rule's expression; else the expression."""
    if rule.origin is None:
        return None
    path = (*rule.origin.path, "expr")
    token = next((token for token in tokenize(rule.expr) if sought(token)), None) if sought else None
    stretch = (token.start, token.end) if token else (0, len(rule.expr))
    return inside(rule.origin.document, path, stretch)


def word(text: str) -> Callable[[Token], bool]:
    """Seek a metric, function or keyword."""
    return lambda token: token.kind is Kind.WORD and token.text == text


def number(value: float) -> Callable[[Token], bool]:
    """Seek a number as it was written."""
    return lambda token: token.kind is Kind.NUMBER and not token.text.startswith("0x") and float(token.text) == value


def length(value: timedelta) -> Callable[[Token], bool]:
    """Seek a duration."""
    return lambda token: token.kind is Kind.DURATION and parse_duration(token.text) == value


def string(value: str) -> Callable[[Token], bool]:
    """Seek a string without escapes."""
    return lambda token: token.kind is Kind.STRING and token.text[1:-1] == value


def field(rule: Rule, *names: str) -> Span | None:
    """Locate a field of a rule such as ``labels``, or the rule where it is missing."""
    if rule.origin is None:
        return None
    return rule.origin.span(*names) if rule.origin.has(*names) else rule.origin.span(rule.kind)


def operator(expr: Expr) -> str:
    """Return the operator of a binary expression; empty for anything else."""
    return str(expr.op).strip() if isinstance(expr, BinaryExpr) else ""


def binaries(expr: Expr, *operators: str) -> Iterator[BinaryExpr]:
    """Yield the binary expressions with one of the operators, outer ones first."""
    return (node for node in walk(expr) if isinstance(node, BinaryExpr) and operator(node) in operators)


def calls(expr: Expr, *names: str) -> Iterator[Call]:
    """Yield the calls of the functions."""
    return (node for node in walk(expr) if isinstance(node, Call) and node.func.name in names)


def is_bool(node: BinaryExpr) -> bool:
    """Tell whether a comparison yields 0 and 1 instead of filtering."""
    return node.modifier is not None and bool(node.modifier.return_bool)


def constant(expr: Expr) -> float | None:
    """Compute an expression of numbers alone, ``vector`` and ``scalar`` around them included."""
    node = bare(expr)
    if isinstance(node, NumberLiteral):
        return float(node.val)
    if isinstance(node, Call) and node.func.name in ("vector", "scalar"):
        return constant(node.args[0])
    if isinstance(node, UnaryExpr):
        inner = constant(node.expr)
        return None if inner is None else -inner
    if isinstance(node, BinaryExpr):
        lhs, rhs = constant(node.lhs), constant(node.rhs)
        return None if lhs is None or rhs is None else _compute(operator(node), lhs, rhs)
    return None


def _compute(op: str, lhs: float, rhs: float) -> float | None:
    match op:
        case "+":
            return lhs + rhs
        case "-":
            return lhs - rhs
        case "*":
            return lhs * rhs
        case "/":
            return lhs / rhs if rhs else None
        case _:
            return None


def is_scalar(expr: Expr) -> bool:
    """Tell whether an expression is a number without a series around it."""
    node = bare(expr)
    if isinstance(node, BinaryExpr):
        return is_scalar(node.lhs) and is_scalar(node.rhs)
    if isinstance(node, UnaryExpr):
        return is_scalar(node.expr)
    return isinstance(node, NumberLiteral) or (isinstance(node, Call) and node.func.name in _SCALARS)


def only_selector(expr: Expr) -> Selector | None:
    """Return the selector of an expression that has exactly one."""
    found = [node for node in walk(expr) if isinstance(node, VectorSelector)]
    return selector_of(found[0]) if len(found) == 1 else None


def labels_of(expr: Expr) -> frozenset[str] | None:
    """Find which labels the result can carry at most; None where the expression does not tell."""
    node = bare(expr)
    match node:
        case NumberLiteral():
            return frozenset()
        case AggregateExpr():
            return _aggregated(node)
        case Call():
            return _called(node)
        case BinaryExpr():
            return _combined(node)
        case UnaryExpr() | SubqueryExpr():
            return labels_of(node.expr)
        case _:
            return None


def _aggregated(node: AggregateExpr) -> frozenset[str] | None:
    if str(node.op) in _SAME_LABELS:
        return labels_of(node.expr)
    if str(node.op) == "count_values":
        return None
    if node.modifier is None:
        return frozenset()
    if str(node.modifier.type) == "AggModifierType.By":
        return frozenset(node.modifier.labels)
    inner = labels_of(node.expr)
    return None if inner is None else inner - set(node.modifier.labels)


def _called(node: Call) -> frozenset[str] | None:
    name = node.func.name
    if name in _CHANGES_LABELS:
        return None
    if name in _NO_LABELS or not node.args:
        return frozenset()
    inner = labels_of(node.args[-1] if name in ("histogram_quantile", "quantile_over_time") else node.args[0])
    return inner - {"le"} if inner is not None and name == "histogram_quantile" else inner


def _combined(node: BinaryExpr) -> frozenset[str] | None:
    op, lhs, rhs = operator(node), labels_of(node.lhs), labels_of(node.rhs)
    if op in ("and", "unless"):
        return lhs
    if op == "or":
        return None if lhs is None or rhs is None else lhs | rhs
    if is_scalar(node.rhs):
        return lhs
    if is_scalar(node.lhs):
        return rhs
    modifier = node.modifier
    if modifier is None or modifier.matching is None:
        return lhs if rhs is None else rhs if lhs is None else lhs & rhs
    if str(modifier.card) != "VectorMatchCardinality.OneToOne":
        return None
    on = str(modifier.matching.type) == "LabelModifierType.Include"
    return frozenset(modifier.matching.labels) if on else None
