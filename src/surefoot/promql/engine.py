"""The general engine: any supported expression over a range of steps, on numpy blocks.

It agrees with Prometheus to the last bit: the same operations in the same order. What it does not
support is refused by name, never approximated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
from promql_parser import (
    AggModifierType,
    AggregateExpr,
    AtModifier,
    AtModifierType,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorMatchCardinality,
    VectorSelector,
)

from surefoot.promql import aggregate, match
from surefoot.promql.blocks import renamed, stack
from surefoot.promql.calls import CALLS, Arguments
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import selector_of
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Scalar, Series, Storage, Text, Times, Values
from surefoot.promql.windows import Frames, Windows

LOOKBACK_MS = 300_000
DEFAULT_STEP_MS = 60_000
_MILLISECOND = timedelta(milliseconds=1)
_SET_OPERATIONS = frozenset(("and", "or", "unless"))

Value = Block | Scalar | Text


@dataclass(frozen=True, slots=True)
class Steps:
    """The evaluation times: milliseconds, the last one included; an instant has one step."""

    start: int
    end: int
    step: int

    @property
    def times(self) -> Times:
        """Return them as an array, shape (steps,)."""
        return np.arange(self.start, self.end + 1, max(self.step, 1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Engine:
    """Evaluates expressions over series.

    Attributes:
        storage: The series.
        semantics: Of which version of Prometheus.
        lookback: How old an instant vector's sample may be, milliseconds.
        default_step: Of a subquery that names none, milliseconds: the server's evaluation interval.
    """

    storage: Storage
    semantics: Semantics = field(default_factory=Semantics)
    lookback: int = LOOKBACK_MS
    default_step: int = DEFAULT_STEP_MS

    def evaluate(self, text: str, steps: Steps) -> Value:
        """Evaluate an expression at every step.

        Raises:
            PromqlError: It does not parse, is not supported, or is a range vector.
            EvaluationError: The data does not fit it (duplicate label sets, ambiguous matches).
        """
        times = steps.times
        return _Run(self, times, int(times[0]), int(times[-1])).value(parse(text))

    def ranges(self, text: str, at: int) -> list[Windows]:
        """Evaluate a range vector such as ``x[5m]`` at an instant, milliseconds.

        Raises:
            PromqlError: It does not parse, or is no range vector.
        """
        return list(_Run(self, np.array([at], np.int64), at, at).windows(parse(text)))


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One evaluation: the engine, the times at which a part is evaluated, and the query's own range."""

    engine: Engine
    times: Times
    start: int
    end: int

    def value(self, node: Expr) -> Value:
        match node:
            case NumberLiteral():
                return Scalar(np.full(len(self.times), float(node.val)))
            case StringLiteral():
                return Text(node.val)
            case ParenExpr():
                return self.value(node.expr)
            case VectorSelector():
                return self._instant(node)
            case UnaryExpr():
                return self._negated(node)
            case BinaryExpr():
                return self._binary(node)
            case AggregateExpr():
                return self._aggregate(node)
            case Call():
                return self._call(node)
            case MatrixSelector() | SubqueryExpr():
                raise PromqlError("a range vector is not a result: apply a function such as rate()", 0, 0)
            case _:
                raise PromqlError(f"{type(node).__name__} is not supported", 0, 0)

    def vector(self, node: Expr) -> Block:
        found = self.value(node)
        if isinstance(found, Block):
            return found
        raise PromqlError("expected an instant vector", 0, 0)

    def scalar(self, node: Expr) -> Values:
        found = self.value(node)
        if isinstance(found, Scalar):
            return found.values
        raise PromqlError("expected a scalar", 0, 0)

    def text(self, node: Expr) -> str:
        found = self.value(node)
        if isinstance(found, Text):
            return found.value
        raise PromqlError("expected a string", 0, 0)

    def windows(self, node: Expr) -> Iterator[Windows]:
        """Evaluate a range vector."""
        while isinstance(node, ParenExpr):
            node = node.expr
        left_open = self.engine.semantics.left_open
        if isinstance(node, MatrixSelector):
            ends = self._ends(node.vector_selector)
            found, length = self.engine.storage.select(selector_of(node.vector_selector)), _ms(node.range)
            return map(Frames(ends, length, left_open=left_open).windows, found)
        if isinstance(node, SubqueryExpr):
            ends, length = self._ends(node), _ms(node.range or timedelta())
            inner = self._subquery(node, ends, length)
            return map(Frames(ends, length, left_open=left_open).windows, inner)
        raise PromqlError("expected a range vector such as x[5m]", 0, 0)

    def _ends(self, node: VectorSelector | SubqueryExpr) -> Times:
        """Return the times that a selector looks at: fixed by ``@``, shifted by ``offset``."""
        times = self.times
        if node.at is not None:
            times = np.full(len(times), self._fixed(node.at), np.int64)
        return times - (_ms(node.offset) if node.offset is not None else 0)

    def _fixed(self, at: AtModifier) -> int:
        if at.type == AtModifierType.Start:
            return self.start
        if at.type == AtModifierType.End:
            return self.end
        assert at.at is not None
        return round(at.at.timestamp() * 1000)

    def sample_times(self, node: VectorSelector) -> Block:
        """Evaluate an instant vector, its samples' times (seconds) in place of their values."""
        return self._instant(node, timed=True)

    def _instant(self, node: VectorSelector, *, timed: bool = False) -> Block:
        ends = self._ends(node)
        rows = []
        for series in self.engine.storage.select(selector_of(node)):
            if not len(series.times):
                continue
            index = np.searchsorted(series.times, ends, side="right") - 1
            at = np.maximum(index, 0)
            age = ends - series.times[at]
            fresh = age < self.engine.lookback if self.engine.semantics.left_open else age <= self.engine.lookback
            present = (index >= 0) & fresh & ~series.stale[at]
            found = series.times / 1000.0 if timed else series.values
            rows.append((series.labels, found[at], present))
        return stack(rows, len(ends))

    def _subquery(self, node: SubqueryExpr, ends: Times, length: int) -> list[Series]:
        """Evaluate the inner expression on its own grid, which is aligned to time zero, not to the query."""
        step = _ms(node.step) if node.step is not None else self.engine.default_step
        earliest = int(ends.min()) - length
        first = -(-earliest // step) * step
        if self.engine.semantics.left_open and first == earliest:
            first += step
        times = np.arange(first, int(ends.max()) + 1, step, dtype=np.int64)
        if not len(times):
            return []
        inner = replace(self, times=times).value(node.expr)
        if isinstance(inner, Scalar):
            return [Series((), times, inner.values, np.zeros(len(times), bool))]
        if not isinstance(inner, Block):
            raise PromqlError("a subquery needs an instant vector", 0, 0)
        return [
            Series(labels, times[present], values[present], np.zeros(int(present.sum()), bool))
            for labels, values, present in zip(inner.labels, inner.values, inner.present, strict=True)
        ]

    def _negated(self, node: UnaryExpr) -> Value:
        found = self.value(node.expr)
        if isinstance(found, Scalar):
            return Scalar(-found.values)
        if isinstance(found, Block):
            return renamed(found, -found.values)
        raise PromqlError("a string has no sign", 0, 0)

    def _binary(self, node: BinaryExpr) -> Value:
        op = str(node.op)
        as_bool = node.modifier is not None and node.modifier.return_bool
        left, right = self.value(node.lhs), self.value(node.rhs)
        match left, right:
            case Scalar(a), Scalar(b):
                result, kept = match.compute(op, a, b)
                return Scalar(kept.astype(np.float64) if op in match.COMPARISON else result)
            case Block(), Scalar(b):
                return match.with_scalar(op, left, b, flipped=False, as_bool=as_bool)
            case Scalar(a), Block():
                return match.with_scalar(op, right, a, flipped=True, as_bool=as_bool)
            case Block(), Block():
                matching = _matching(node)
                if op in _SET_OPERATIONS:
                    return match.set_operation(op, left, right, matching)
                return match.vectors(op, left, right, matching, as_bool=as_bool)
            case _:
                raise PromqlError(f"`{op}` does not work on strings", 0, 0)

    def _aggregate(self, node: AggregateExpr) -> Block:
        op = str(node.op)
        block = self.vector(node.expr)
        labels: Sequence[str] = node.modifier.labels if node.modifier else ()
        without = node.modifier is not None and node.modifier.type == AggModifierType.Without
        groups = aggregate.group(block, labels, without=without)
        if op == "sum" and self.engine.semantics.kahan:
            return aggregate.reduce(block, groups, aggregate.total_compensated)
        if op in aggregate.REDUCTIONS:
            return aggregate.reduce(block, groups, aggregate.REDUCTIONS[op])
        if node.param is None:
            raise PromqlError(f"`{op}` needs a parameter", 0, 0)
        if op in ("topk", "bottomk"):
            return aggregate.topk(block, groups, self.scalar(node.param), largest=op == "topk")
        if op == "quantile":
            return aggregate.reduce(block, groups, aggregate.quantiles(self.scalar(node.param)))
        if op == "count_values":
            return aggregate.count_values(block, self.text(node.param), labels, without=without)
        raise PromqlError(f"the aggregation `{op}` is not supported", 0, 0)

    def _call(self, node: Call) -> Value:
        name = node.func.name
        compute = CALLS.get(name)
        if compute is None:
            raise PromqlError(f"the function `{name}` is not supported", 0, 0)
        with np.errstate(all="ignore"):
            return compute(Arguments(self, tuple(node.args), self.times, self.engine.semantics))


def _matching(node: BinaryExpr) -> match.Matching:
    modifier = node.modifier
    if modifier is None:
        return match.Matching()
    labels = tuple(modifier.matching.labels) if modifier.matching else ()
    on = modifier.matching is not None and modifier.matching.type == LabelModifierType.Include
    return match.Matching(labels, on, _many(modifier.card), tuple(modifier.group_labels or ()))


def _many(card: VectorMatchCardinality) -> match.Side:
    if card == VectorMatchCardinality.ManyToOne:
        return "left"
    return "right" if card == VectorMatchCardinality.OneToMany else "none"


def _ms(length: timedelta) -> int:
    return length // _MILLISECOND
