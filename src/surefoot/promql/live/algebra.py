"""Vectors at one instant, and what operators and aggregations make of them: `surefoot.promql.match` on floats.

Whatever the data does not fit (two rows with the same labels, several matches) raises `UnfitError`; the engine
then evaluates the expression and says what is wrong.
"""

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from surefoot.promql.live.ranges import largest, smallest, total
from surefoot.promql.match import Matching, result_labels
from surefoot.promql.series import NAME, Labels, drop, keep, without_name

Vector: TypeAlias = dict[Labels, float]


class UnfitError(Exception):
    """The data does not fit the expression."""


def divide(left: float, right: float) -> float:
    """Divide as floats do: by zero too."""
    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


ARITHMETIC: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": divide}
)
COMPARISON: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        ">": operator.gt,
        "<": operator.lt,
        ">=": operator.ge,
        "<=": operator.le,
    }
)


def _plain_sum(values: Sequence[float]) -> float:
    result = values[0]
    for value in values[1:]:
        result += value
    return result


_REDUCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = MappingProxyType(
    {
        "sum": _plain_sum,
        "min": smallest,
        "max": largest,
        "count": lambda values: float(len(values)),
        "group": lambda _: 1.0,
    }
)


def reduction(op: str, *, kahan: bool) -> Callable[[Sequence[float]], float] | None:
    """Return how an aggregation reduces values; None for one that is left to the engine."""
    return total if op == "sum" and kahan else _REDUCTIONS.get(op)


def unnamed(vector: Vector) -> Vector:
    """Drop the metrics' names.

    Raises:
        UnfitError: Without them two rows are the same.
    """
    return unique((without_name(labels), value) for labels, value in vector.items())


def unique(rows: Iterable[tuple[Labels, float]]) -> Vector:
    """Make a vector of rows.

    Raises:
        UnfitError: Two have the same labels.
    """
    result: Vector = {}
    for labels, value in rows:
        if labels in result:
            raise UnfitError
        result[labels] = value
    return result


class Grouping:
    """An aggregation; remembers the group of each label set that it met."""

    def __init__(self, reduce: Callable[[Sequence[float]], float], labels: Sequence[str], *, without: bool) -> None:
        self._reduce = reduce
        self._labels = (*labels, NAME) if without else tuple(labels)
        self._cut = drop if without else keep
        self._known: dict[Labels, Labels] = {}

    def __call__(self, vector: Vector) -> Vector:
        """Reduce each group to one value."""
        groups: dict[Labels, list[float]] = {}
        known = self._known
        for labels, value in vector.items():
            key = known.get(labels)
            if key is None:
                key = known[labels] = self._cut(labels, self._labels)
            groups.setdefault(key, []).append(value)
        return {key: self._reduce(values) for key, values in groups.items()}


class Joining:
    """An operator between two vectors, many-to-one on the left at most; remembers the keys that it met."""

    def __init__(self, op: str, matching: Matching, *, as_bool: bool) -> None:
        self._op, self._matching, self._bool = op, matching, as_bool
        self._keys: dict[Labels, Labels] = {}
        self._named: dict[tuple[Labels, Labels], Labels] = {}
        self._compute = ARITHMETIC.get(op)
        self._compare = COMPARISON.get(op)

    def __call__(self, left: Vector, right: Vector) -> Vector:
        """Combine matching rows.

        Raises:
            UnfitError: A row matches several, or two results are the same.
        """
        if not left or not right:
            return {}
        partners: dict[Labels, tuple[Labels, float]] = {}
        for labels, value in right.items():
            key = self._key(labels)
            if key in partners:
                raise UnfitError
            partners[key] = labels, value
        result: Vector = {}
        single = self._matching.many == "none"
        met: set[Labels] = set()
        for labels, value in left.items():
            key = self._key(labels)
            partner = partners.get(key)
            found = None if partner is None else self._value(value, partner[1])
            if partner is None or found is None:
                continue
            named = self._label(labels, partner[0])
            if named in result or (single and key in met):
                raise UnfitError
            met.add(key)
            result[named] = found
        return result

    def set_operation(self, left: Vector, right: Vector) -> Vector:
        """Compute ``and``, ``or`` and ``unless``."""
        if self._op == "or":
            covered = {self._key(labels) for labels in left}
            rest = ((labels, value) for labels, value in right.items() if self._key(labels) not in covered)
            return unique([*left.items(), *rest]) if right else left
        there = {self._key(labels) for labels in right}
        wanted = self._op == "and"
        return {labels: value for labels, value in left.items() if (self._key(labels) in there) == wanted}

    def _key(self, labels: Labels) -> Labels:
        key = self._keys.get(labels)
        if key is None:
            key = self._keys[labels] = self._matching.key(labels)
        return key

    def _value(self, left: float, right: float) -> float | None:
        if self._compute is not None:
            return self._compute(left, right)
        assert self._compare is not None, "an operator computes or compares"
        holds = self._compare(left, right)
        if self._bool:
            return float(holds)
        return left if holds else None

    def _label(self, many: Labels, one: Labels) -> Labels:
        found = self._named.get((many, one))
        if found is None:
            found = self._named[many, one] = result_labels(self._op, many, one, self._matching, as_bool=self._bool)
        return found
