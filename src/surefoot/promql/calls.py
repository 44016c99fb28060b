"""The functions of PromQL by name: each takes its arguments unevaluated, since ranges are not values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from promql_parser import Expr, MatrixSelector, VectorSelector

from surefoot.promql import elementwise, joint, labels, over_time, rates
from surefoot.promql.blocks import Row, renamed, stack
from surefoot.promql.error import EvaluationError
from surefoot.promql.histogram import histogram_quantile
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Mask, Scalar, Text, Times, Values, without_name
from surefoot.promql.walk import bare
from surefoot.promql.windows import Windows

Value = Block | Scalar | Text


class Evaluator(Protocol):
    """What evaluates an argument, as the kind of value that is asked for."""

    def value(self, node: Expr) -> Value:
        """Evaluate anything but a range."""

    def vector(self, node: Expr) -> Block:
        """Evaluate an instant vector."""

    def scalar(self, node: Expr) -> Values:
        """Evaluate a number."""

    def text(self, node: Expr) -> str:
        """Evaluate a string."""

    def windows(self, node: Expr) -> Iterator[Windows]:
        """Evaluate a range vector."""

    def sample_times(self, node: VectorSelector) -> Block:
        """Evaluate a selector, the samples' times (seconds) in place of their values."""


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """The arguments of one call, and when it is evaluated."""

    run: Evaluator
    nodes: tuple[Expr, ...]
    times: Times
    semantics: Semantics

    def vector(self, index: int) -> Block:
        """Evaluate an argument that is an instant vector."""
        return self.run.vector(self.nodes[index])

    def scalar(self, index: int, default: float | None = None) -> Values:
        """Evaluate an argument that is a number; a default stands for one that is not given."""
        if default is not None and index >= len(self.nodes):
            return np.full(len(self.times), default)
        return self.run.scalar(self.nodes[index])

    def text(self, index: int) -> str:
        """Evaluate an argument that is a string."""
        return self.run.text(self.nodes[index])

    def windows(self, index: int) -> Iterator[Windows]:
        """Evaluate an argument that is a range vector."""
        return self.run.windows(self.nodes[index])

    @property
    def seconds(self) -> Values:
        """The evaluation times, seconds."""
        return self.times / 1000.0


Compute = Callable[[Arguments], Value]


def _reduced(how: joint.Reduce, *, named: bool = False, argument: int = 0) -> Compute:
    """Make a function of one range vector; the metric's name goes, unless the value is a sample's own."""
    return lambda given: _over(given, how, given.windows(argument), named=named)


def _over(given: Arguments, how: joint.Reduce, windows: Iterable[Windows], *, named: bool = False) -> Block:
    return _distinct(given, ((w.labels if named else without_name(w.labels), *how(w)) for w in windows))


def _jointly(how: joint.Reduce) -> Compute:
    """Make a function of one range vector that treats several series at once."""
    return lambda given: _over_jointly(given, how, given.windows(0))


def _over_jointly(given: Arguments, how: joint.Reduce, windows: Iterable[Windows]) -> Block:
    return _distinct(given, ((without_name(w.labels), *found) for w, found in joint.together(how, windows)))


def _distinct(given: Arguments, rows: Iterable[Row]) -> Block:
    """Make a block of rows, of which those with a sample have to be of different labels."""
    found = {}
    for own, values, present in rows:
        if not present.any():
            continue
        if own in found:
            raise EvaluationError("vector cannot contain metrics with the same labelset")
        found[own] = values, present
    return stack(((own, values, present) for own, (values, present) in found.items()), len(given.times))


def _rate(*, counter: bool, per_second: bool) -> Compute:
    def compute(given: Arguments) -> Block:
        def how(w: Windows) -> tuple[Values, Mask]:
            return rates.extrapolated(w, given.semantics, counter=counter, per_second=per_second)

        return _over(given, how, given.windows(0))

    return compute


def _instant_rate(*, per_second: bool) -> Compute:
    return _reduced(lambda w: rates.instant(w, per_second=per_second))


def _deriv(given: Arguments) -> Block:
    def how(w: Windows) -> tuple[Values, Mask]:
        slope, _, present = rates.regression(w, None)
        return slope, present

    return _over(given, how, given.windows(0))


def _predict_linear(given: Arguments) -> Block:
    ahead = given.scalar(1)

    def how(w: Windows) -> tuple[Values, Mask]:
        slope, intercept, present = rates.regression(w, given.times)
        return slope * ahead + intercept, present

    return _over(given, how, given.windows(0))


def _holt_winters(given: Arguments) -> Block:
    smoothing, trend = float(given.scalar(1)[0]), float(given.scalar(2)[0])
    for name, factor in (("smoothing", smoothing), ("trend", trend)):
        if not 0 < factor < 1:
            raise EvaluationError(f"invalid {name} factor. Expected: 0 < factor < 1, got: {factor:f}")
    return _over_jointly(given, lambda w: rates.holt_winters(w, smoothing, trend), given.windows(0))


def _quantile_over_time(given: Arguments) -> Block:
    q = given.scalar(0)
    return _over(given, lambda w: over_time.quantiles(w, q), given.windows(1))


def _absent_over_time(given: Arguments) -> Block:
    steps = len(given.times)
    present = np.array([w.filled for w in given.windows(0)]).reshape(-1, steps)
    return labels.absent(present, labels.absent_labels(_selector(given.nodes[0])))


def _absent(given: Arguments) -> Block:
    return labels.absent(given.vector(0).present, labels.absent_labels(_selector(given.nodes[0])))


def _selector(node: Expr) -> Selector | None:
    inner = bare(node)
    if isinstance(inner, MatrixSelector):
        inner = inner.vector_selector
    return selector_of(inner) if isinstance(inner, VectorSelector) else None


def _math(how: elementwise.Unary) -> Compute:
    def compute(given: Arguments) -> Block:
        block = given.vector(0)
        return renamed(block, how(block.values))

    return compute


def _date(how: elementwise.Unary) -> Compute:
    def compute(given: Arguments) -> Block:
        if not given.nodes:
            return _plain(how(given.seconds))
        block = given.vector(0)
        return renamed(block, how(block.values))

    return compute


def _plain(values: Values) -> Block:
    """Make a vector of one row without labels."""
    return stack([((), values, np.ones(len(values), bool))], len(values))


def _round(given: Arguments) -> Block:
    block = given.vector(0)
    return renamed(block, elementwise.round_to(block.values, given.scalar(1, 1.0)))


def _clamp(given: Arguments) -> Block:
    block, low, high = given.vector(0), given.scalar(1), given.scalar(2)
    values = elementwise.at_least(elementwise.at_most(block.values, high), low)
    return renamed(block, values, block.present & ~(low > high))


def _clamp_one(*, upper: bool) -> Compute:
    def compute(given: Arguments) -> Block:
        block, bound = given.vector(0), given.scalar(1)
        limit = elementwise.at_most if upper else elementwise.at_least
        return renamed(block, limit(block.values, bound))

    return compute


def _sort(*, descending: bool) -> Compute:
    return lambda given: labels.ordered(given.vector(0), descending=descending)


def _label_replace(given: Arguments) -> Block:
    target, replacement, source, pattern = (given.text(index) for index in range(1, 5))
    return labels.replace(given.vector(0), target, replacement, source, pattern)


def _label_join(given: Arguments) -> Block:
    target, separator, *sources = (given.text(index) for index in range(1, len(given.nodes)))
    return labels.join(given.vector(0), target, separator, sources)


def _histogram_quantile(given: Arguments) -> Block:
    return histogram_quantile(given.scalar(0), given.vector(1))


def _scalar(given: Arguments) -> Scalar:
    block = given.vector(0)
    one = block.present.sum(axis=0) == 1
    values = np.where(block.present, block.values, 0.0).sum(axis=0) if len(block.labels) else np.zeros(len(one))
    return Scalar(np.where(one, values, np.nan))


def _timestamp(given: Arguments) -> Block:
    node = bare(given.nodes[0])
    if isinstance(node, VectorSelector):
        block = given.run.sample_times(node)
        return renamed(block, block.values)
    block = given.vector(0)
    return renamed(block, np.broadcast_to(given.seconds, block.values.shape).copy())


CALLS: Mapping[str, Compute] = MappingProxyType(
    {
        **{name: _math(how) for name, how in elementwise.MATH.items()},
        **{name: _date(how) for name, how in elementwise.DATES.items()},
        "rate": _rate(counter=True, per_second=True),
        "increase": _rate(counter=True, per_second=False),
        "delta": _rate(counter=False, per_second=False),
        "irate": _instant_rate(per_second=True),
        "idelta": _instant_rate(per_second=False),
        "deriv": _deriv,
        "predict_linear": _predict_linear,
        "double_exponential_smoothing": _holt_winters,
        "avg_over_time": _jointly(over_time.average),
        "sum_over_time": _reduced(over_time.total),
        "count_over_time": _reduced(over_time.count),
        "last_over_time": _reduced(over_time.last, named=True),
        "present_over_time": _reduced(over_time.present),
        "min_over_time": _reduced(over_time.smallest),
        "max_over_time": _reduced(over_time.largest),
        "stddev_over_time": _jointly(over_time.deviation),
        "stdvar_over_time": _jointly(over_time.variance),
        "quantile_over_time": _quantile_over_time,
        "absent_over_time": _absent_over_time,
        "changes": _reduced(over_time.changes),
        "resets": _reduced(over_time.resets),
        "absent": _absent,
        "round": _round,
        "clamp": _clamp,
        "clamp_min": _clamp_one(upper=False),
        "clamp_max": _clamp_one(upper=True),
        "sort": _sort(descending=False),
        "sort_desc": _sort(descending=True),
        "label_replace": _label_replace,
        "label_join": _label_join,
        "histogram_quantile": _histogram_quantile,
        "scalar": _scalar,
        "vector": lambda given: _plain(given.scalar(0)),
        "time": lambda given: Scalar(given.seconds),
        "timestamp": _timestamp,
        "pi": lambda given: Scalar(np.full(len(given.times), np.pi)),
    }
)
