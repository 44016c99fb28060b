"""One spelling for expressions that mean the same.

Levelled out: white space, comments, redundant parentheses, order of matchers and of label lists, spelling
of numbers, durations, strings and keywords, and where an aggregation carries its labels. Operands keep
their order, so ``a + b`` and ``b + a`` differ.
"""

from datetime import timedelta
from math import copysign, isfinite, isnan

from promql_parser import (
    AggregateExpr,
    AtModifier,
    BinaryExpr,
    BinModifier,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from surefoot.promql.duration import format_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.quote import quote
from surefoot.promql.selector import label_text, selector_of
from surefoot.promql.walk import bare

# Strength of binding, weakest first: https://prometheus.io/docs/prometheus/latest/querying/operators/
_STRENGTH = {
    op: strength
    for strength, ops in enumerate(
        ("or", "and unless", "== != < <= > >=", "+ -", "* / % atan2", "^"),
    )
    for op in ops.split()
}
_INTEGERS_BELOW = 1e15  # from here Python's own spelling, 1e+15, is the shorter one
_MILLISECOND = timedelta(milliseconds=1)


def normalise(text: str) -> str:
    """Write an expression in its normal form, which is PromQL of the same meaning.

    Example: ``sum( rate(x{b="2",a="1"}[60m]) ) BY (k,j)`` becomes
    ``sum by (j,k) (rate(x{a="1",b="2"}[1h]))``.

    Raises:
        PromqlError: The text does not parse.
    """
    tree = parse(text)
    try:
        return _write(tree)
    except RecursionError:
        raise PromqlError("the expression is nested too deeply to compare: split it", 0, len(text)) from None


def equal(left: str, right: str) -> bool:
    """Tell whether two expressions have the same normal form.

    Raises:
        PromqlError: One of them does not parse.
    """
    return left == right or normalise(left) == normalise(right)


def _write(expr: Expr) -> str:
    node = bare(expr)
    match node:
        case NumberLiteral():
            text = _number(node.val)
        case StringLiteral():
            text = quote(node.val)
        case VectorSelector():
            text = _selector(node) + _shift(node.at, node.offset)
        case MatrixSelector():
            text = _range(node)
        case Call():
            text = f"{node.func.name}({', '.join(map(_write, node.args))})"
        case AggregateExpr():
            text = _aggregation(node)
        case SubqueryExpr():
            text = _subquery(node)
        case UnaryExpr():
            text = _negation(node)
        case BinaryExpr():
            text = _binary(node)
        case _:
            raise NotImplementedError(f"the parser knows a kind of expression that is new here: {type(node)}")
    return text


def _range(node: MatrixSelector) -> str:
    inner = node.vector_selector
    return f"{_selector(inner)}[{_length(node.range)}]{_shift(inner.at, inner.offset)}"


def _number(value: float) -> str:
    if isnan(value):
        return "NaN"
    if not isfinite(value):
        return "Inf" if value > 0 else "-Inf"
    if value.is_integer() and abs(value) < _INTEGERS_BELOW:
        sign = "-" if copysign(1, value) < 0 else ""
        return f"{sign}{abs(int(value))}"
    return repr(value)


def _selector(node: VectorSelector) -> str:
    selector = selector_of(node)
    return type(selector)(selector.metric, tuple(sorted(set(selector.matchers)))).render()


def _shift(at: AtModifier | None, offset: timedelta | None) -> str:
    text = ""
    if at is not None:
        text = f" @ {_number(at.at.timestamp())}" if at.at is not None else f" @ {_edge(at)}()"
    if offset:
        text += f" offset {'-' if offset < timedelta() else ''}{_length(abs(offset))}"
    return text


def _edge(at: AtModifier) -> str:
    return "start" if str(at.type) == "AtModifierType.Start" else "end"


def _length(duration: timedelta) -> str:
    return repr(duration.total_seconds()) if duration % _MILLISECOND else format_duration(duration)


def _labels(labels: list[str]) -> str:
    return f"({','.join(label_text(label) for label in sorted(set(labels)))})"


def _aggregation(node: AggregateExpr) -> str:
    parameter = f"{_write(node.param)}, " if isinstance(node.param, Expr) else ""
    grouping = ""
    if node.modifier is not None:
        without = str(node.modifier.type) == "AggModifierType.Without"
        if without or node.modifier.labels:  # "by ()" is what no labels mean anyway
            grouping = f" {'without' if without else 'by'} {_labels(node.modifier.labels)} "
    return f"{node.op}{grouping}({parameter}{_write(node.expr)})"


def _subquery(node: SubqueryExpr) -> str:
    inner = bare(node.expr)
    text = _write(inner)
    plain = isinstance(inner, VectorSelector) and inner.offset is None and inner.at is None
    if not plain and not isinstance(inner, Call | AggregateExpr):
        text = f"({text})"
    step = "" if node.step is None else _length(node.step)
    return f"{text}[{_length(node.range or timedelta())}:{step}]{_shift(node.at, node.offset)}"


def _constant(expr: Expr) -> float | None:
    """Fold the signs of a number, as the parser does unless parentheses come between."""
    sign = 1
    node = bare(expr)
    while isinstance(node, UnaryExpr):
        sign = -sign
        node = bare(node.expr)
    return sign * node.val if isinstance(node, NumberLiteral) else None


def _negation(node: UnaryExpr) -> str:
    constant = _constant(node)
    if constant is not None:
        return _number(constant)
    inner = bare(node.expr)
    text = _write(inner)
    return f"-({text})" if isinstance(inner, BinaryExpr) else f"-{text}"


def _binary(node: BinaryExpr) -> str:
    op = str(node.op).strip()
    strength = _STRENGTH[op]
    power = op == "^"
    lhs = _operand(node.lhs, strength + power, power=power)
    rhs = _operand(node.rhs, strength + (not power), power=power)
    modifier = "" if node.modifier is None else _modifier(node.modifier)
    return f"{lhs} {op}{modifier} {rhs}"


def _operand(expr: Expr, least: int, *, power: bool) -> str:
    """Write an operand, in parentheses where it binds more weakly than it must."""
    node = bare(expr)
    text = _write(node)
    if isinstance(node, BinaryExpr):
        loose = _STRENGTH[str(node.op).strip()] < least
    else:
        loose = text.startswith("-") and (power or _constant(node) is None)
    return f"({text})" if loose else text


def _modifier(modifier: BinModifier) -> str:
    text = " bool" if modifier.return_bool else ""
    join = {
        "VectorMatchCardinality.ManyToOne": "group_left",
        "VectorMatchCardinality.OneToMany": "group_right",
    }
    group = join.get(str(modifier.card))
    matching = modifier.matching
    if matching is not None:
        on = str(matching.type) == "LabelModifierType.Include"
        if on or matching.labels or group:  # a lone "ignoring ()" changes nothing
            text += f" {'on' if on else 'ignoring'} {_labels(matching.labels)}"
    if group:
        text += f" {group} {_labels(modifier.group_labels or [])}"
    fills = modifier.fill_values
    if fills.lhs is not None:
        text += f" fill_left ({_number(fills.lhs)})"
    if fills.rhs is not None:
        text += f" fill_right ({_number(fills.rhs)})"
    return text
