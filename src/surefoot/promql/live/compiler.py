"""From the parser's tree to the nodes that evaluate it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorMatchCardinality,
    VectorSelector,
)

from surefoot.promql.labels import absent_labels
from surefoot.promql.live import algebra
from surefoot.promql.live.algebra import Vector, unnamed
from surefoot.promql.live.memory import Buffer, Matched, Memory
from surefoot.promql.live.nodes import Grid, Instant, OverTime, Rate, View, absent, remembered
from surefoot.promql.live.ranges import OVER_TIME
from surefoot.promql.match import Matching
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.walk import bare, walk

Evaluate = Callable[[int], Vector]
_MILLISECOND = timedelta(milliseconds=1)
_RATES = frozenset({"rate", "increase", "delta"})
_SETS = frozenset({"and", "or", "unless"})


class UnpreparedError(Exception):
    """The expression uses what is left to the engine."""


@dataclass(frozen=True, slots=True)
class Number:
    """A scalar at an instant."""

    at: Callable[[int], float]


Node = Number | Evaluate


@dataclass(slots=True)
class Compiler:
    """Prepares expressions over one memory; parts that several of them share are computed once.

    Attributes:
        step: Of sub-queries that name none, milliseconds.
        written: Metrics that rules record, whose values change within an instant.
        margin: How much longer samples are kept than an expression looks back: evaluations may come late.
    """

    memory: Memory
    view: View
    step: int
    written: frozenset[str]
    margin: int
    _nodes: dict[str, Node] = field(default_factory=dict)
    _matched: dict[Selector, Matched] = field(default_factory=dict)
    _grids: dict[tuple[Selector, int, int], Grid] = field(default_factory=dict)

    def compile(self, expr: Expr) -> Node:
        """Prepare an expression.

        Raises:
            UnpreparedError: It uses what is left to the engine.
        """
        text = expr.prettify()
        found = self._nodes.get(text)
        if found is None:
            found = self._made(expr)
            if not isinstance(found, Number) and self._is_settled(expr):
                found = remembered(found)
            self._nodes[text] = found
        return found

    def matched(self, selector: Selector) -> Matched:
        """Return the series that a selector means."""
        found = self._matched.get(selector)
        if found is None:
            found = self._matched[selector] = Matched(self.memory, selector)
        return found

    def prime(self, now: int) -> None:
        """Let every sub-query look at the past, before the memory forgets it."""
        for grid in self._grids.values():
            grid.buffers(now)

    def _is_settled(self, expr: Expr) -> bool:
        """Tell whether an expression reads only what is scraped, which rules do not change at an instant."""
        selectors = [selector_of(node) for node in walk(expr) if isinstance(node, VectorSelector)]
        return all(one.metric and one.metric not in self.written for one in selectors)

    def _made(self, expr: Expr) -> Node:
        match expr:
            case NumberLiteral():
                value = float(expr.val)
                return Number(lambda _: value)
            case ParenExpr():
                return self.compile(expr.expr)
            case VectorSelector():
                offset = _offset(expr)
                matched = self._needed(expr, self.view.lookback + offset)
                return Instant(matched, offset, self.view)
            case UnaryExpr():
                return _negated(self.compile(expr.expr))
            case BinaryExpr():
                return self._binary(expr)
            case AggregateExpr():
                return self._aggregate(expr)
            case Call():
                return self._call(expr)
            case _:
                raise UnpreparedError

    def _vector(self, expr: Expr) -> Evaluate:
        found = self.compile(expr)
        if isinstance(found, Number):
            raise UnpreparedError
        return found

    def _needed(self, node: VectorSelector, length: int) -> Matched:
        selector = selector_of(node)
        self.memory.need(selector.metric, length + self.margin)
        return self.matched(selector)

    def _aggregate(self, expr: AggregateExpr) -> Evaluate:
        reduce = algebra.reduction(str(expr.op), kahan=self.view.semantics.kahan)
        if reduce is None:
            raise UnpreparedError
        modifier = expr.modifier
        without = modifier is not None and modifier.type == AggModifierType.Without
        grouping = algebra.Grouping(reduce, tuple(modifier.labels) if modifier else (), without=without)
        inner = self._vector(expr.expr)
        return lambda now: grouping(inner(now))

    def _call(self, expr: Call) -> Node:
        name, arguments = expr.func.name, list(expr.args)
        if name in _RATES:
            matrix = _matrix(arguments[0])
            length, offset = _ms(matrix.range), _offset(matrix.vector_selector)
            matched = self._needed(matrix.vector_selector, length + offset)
            return Rate(name, matched, length, offset, self.view)
        if name in OVER_TIME:
            return self._over_time(name, bare(arguments[0]))
        if name == "absent":
            inner = bare(arguments[0])
            selector = selector_of(inner) if isinstance(inner, VectorSelector) else None
            return absent(self._vector(arguments[0]), absent_labels(selector))
        if name == "vector":
            scalar = self.compile(arguments[0])
            if isinstance(scalar, Number):
                return lambda now: {(): scalar.at(now)}
        if name == "time":
            return Number(lambda now: now / 1000.0)
        raise UnpreparedError

    def _over_time(self, name: str, expr: Expr) -> Evaluate:
        if isinstance(expr, SubqueryExpr):
            inner = bare(expr.expr)
            if not isinstance(inner, VectorSelector) or inner.offset is not None or expr.at is not None:
                raise UnpreparedError
            length, offset = _ms(expr.range), _shift(expr.offset)
            step = _ms(expr.step) if expr.step is not None else self.step
            _offset(inner)
            matched = self._needed(inner, self.view.lookback + step)
            selector = selector_of(inner)
            self.memory.need_once(selector.metric, length + offset + step + self.view.lookback)
            key = selector, step, length + offset
            grid = self._grids.setdefault(key, Grid(matched, step, length + offset, self.view))
            return OverTime(name, grid.buffers, length, offset, self.view)
        matrix = _matrix(expr)
        length, offset = _ms(matrix.range), _offset(matrix.vector_selector)
        matched = self._needed(matrix.vector_selector, length + offset)
        return OverTime(name, _fixed(matched), length, offset, self.view)

    def _binary(self, expr: BinaryExpr) -> Node:
        op = str(expr.op)
        modifier = expr.modifier
        as_bool = modifier is not None and modifier.return_bool
        left, right = self.compile(expr.lhs), self.compile(expr.rhs)
        if op not in _SETS and op not in algebra.ARITHMETIC and op not in algebra.COMPARISON:
            raise UnpreparedError
        if isinstance(left, Number) and isinstance(right, Number):
            return _numbers(op, left, right)
        if isinstance(right, Number):
            assert not isinstance(left, Number), "both numbers were met above"
            return _with_number(op, left, right, flipped=False, as_bool=as_bool)
        if isinstance(left, Number):
            return _with_number(op, right, left, flipped=True, as_bool=as_bool)
        joining = algebra.Joining(op, _matching(expr), as_bool=as_bool)
        if op in _SETS:
            return lambda now: joining.set_operation(left(now), right(now))
        return lambda now: joining(left(now), right(now))


def _fixed(matched: Matched) -> Callable[[int], list[Buffer]]:
    return lambda _: matched.buffers()


def _matching(expr: BinaryExpr) -> Matching:
    modifier = expr.modifier
    if modifier is None:
        return Matching()
    if modifier.card == VectorMatchCardinality.OneToMany:
        raise UnpreparedError
    labels = tuple(modifier.matching.labels) if modifier.matching else ()
    on = modifier.matching is not None and modifier.matching.type == LabelModifierType.Include
    many = modifier.card == VectorMatchCardinality.ManyToOne
    return Matching(labels, on, "left" if many else "none", tuple(modifier.group_labels or ()))


def _negated(node: Node) -> Node:
    if isinstance(node, Number):
        return Number(lambda now: -node.at(now))
    return lambda now: unnamed({labels: -value for labels, value in node(now).items()})


def _numbers(op: str, left: Number, right: Number) -> Number:
    compute: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
        {**algebra.ARITHMETIC, **algebra.COMPARISON}
    )
    apply = compute[op]
    return Number(lambda now: float(apply(left.at(now), right.at(now))))


def _with_number(op: str, vector: Evaluate, number: Number, *, flipped: bool, as_bool: bool) -> Evaluate:
    compute, compare = algebra.ARITHMETIC.get(op), algebra.COMPARISON.get(op)

    def computed(now: int) -> Vector:
        assert compute is not None, "chosen for arithmetic"
        fixed = number.at(now)
        rows = vector(now).items()
        found = {one: compute(fixed, v) if flipped else compute(v, fixed) for one, v in rows}
        return unnamed(found)

    def compared(now: int) -> Vector:
        assert compare is not None, "chosen for comparisons"
        fixed = number.at(now)
        rows = [(one, v, compare(fixed, v) if flipped else compare(v, fixed)) for one, v in vector(now).items()]
        if as_bool:
            return unnamed({one: float(holds) for one, _, holds in rows})
        return {one: v for one, v, holds in rows if holds}

    return computed if compute is not None else compared


def _matrix(expr: Expr) -> MatrixSelector:
    inner = bare(expr)
    if not isinstance(inner, MatrixSelector):
        raise UnpreparedError
    return inner


def _offset(node: VectorSelector) -> int:
    if node.at is not None:
        raise UnpreparedError
    return _shift(node.offset)


def _shift(offset: timedelta | None) -> int:
    shift = _ms(offset)
    if shift < 0:
        raise UnpreparedError
    return shift


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
