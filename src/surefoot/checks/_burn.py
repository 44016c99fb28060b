"""Recognises burn-rate alerts in PromQL that somebody else wrote.

An alert is taken for one only if it says so: a product of a factor and a budget, a ratio divided by a
budget, or two windows of one error ratio joined by ``and``. Anything else is left alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from itertools import product
from math import prod

from promql_parser import AggregateExpr, BinaryExpr, Call, Expr, MatrixSelector, SubqueryExpr, VectorSelector

from surefoot.checks._ratio import error_like, event_ratio, strip
from surefoot.checks._threshold import LARGEST_BUDGET, PERCENT, Threshold, is_budget, threshold_of
from surefoot.checks._tree import Read, calls, constant, is_bool, operator, written
from surefoot.promql.duration import parse_duration
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import bare, metric_names, ranges, walk

_WINDOW = r"((?:\d+(?:ms|[smhdwy]))+)"
_NAME_WINDOW = re.compile(rf"(?:rate|increase|ratio|avg|mean|[:_]){_WINDOW}$")
_RANGE_TEXT = re.compile(rf"\[{_WINDOW}(?::[^]]*)?\]")
_WINDOW_LABEL = re.compile(r"(?:^|_)window$")
_DEEPEST = 4


class Unit(Enum):
    """What the left side of a comparison measures."""

    RATIO = "error ratio"
    PERCENT = "error percentage"
    BURN = "burn rate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One comparison: a measure over a window exceeds a threshold.

    Attributes:
        family: The measure without its window: equal for the two windows of a leg.
    """

    measure: Expr
    family: str
    window: timedelta | None
    unit: Unit
    threshold: Threshold

    @property
    def factor(self) -> float | None:
        """Return F, where it can be told."""
        return self.threshold.value if self.unit is Unit.BURN else self.threshold.factor


@dataclass(frozen=True, slots=True, eq=False)
class BurnLeg:
    """Conditions joined by ``and``, the longest window first."""

    conditions: tuple[Condition, ...]

    @property
    def windows(self) -> tuple[timedelta, ...]:
        """Return the windows that are known, longest first."""
        return tuple(sorted({c.window for c in self.conditions if c.window}, reverse=True))


@dataclass(frozen=True, slots=True, eq=False)
class BurnAlert:
    """An alert whose legs are joined by ``or``."""

    read: Read
    legs: tuple[BurnLeg, ...]

    @property
    def conditions(self) -> Iterator[Condition]:
        """Yield the conditions of all legs."""
        return (condition for leg in self.legs for condition in leg.conditions)


Recorded = Mapping[str, Sequence[Read]]


def recorded(rules: Sequence[Read]) -> dict[str, list[Read]]:
    """Sort recording rules by the metric that they record."""
    result: dict[str, list[Read]] = {}
    for read in rules:
        if read.rule.kind == "record":
            result.setdefault(read.rule.name, []).append(read)
    return result


def burn_alerts(rules: Sequence[Read]) -> list[BurnAlert]:
    """Find the burn-rate alerts among rules."""
    known = recorded(rules)
    found = (BurnAlert(read, tuple(legs(read.tree, known))) for read in rules if read.rule.kind == "alert")
    return [alert for alert in found if any(_is_burn(leg) for leg in alert.legs)]


def legs(expr: Expr, known: Recorded) -> list[BurnLeg]:
    """Take an alert's expression apart into legs; empty where it compares nothing that is measured."""
    node = bare(expr)
    if isinstance(node, AggregateExpr):
        return legs(node.expr, known)
    op = operator(node)
    if not isinstance(node, BinaryExpr) or is_bool(node):
        return []
    if op == "or":
        return legs(node.lhs, known) + legs(node.rhs, known)
    if op == "and":
        left, right = legs(node.lhs, known), legs(node.rhs, known)
        return [_join(a, b) for a, b in product(left, right)] if left and right else left or right
    if op == "unless":
        return legs(node.lhs, known)
    if op in (">", ">="):
        return _leg(node.lhs, node.rhs, known)
    return _leg(node.rhs, node.lhs, known) if op in ("<", "<=") else []


def unit_of(expr: Expr, known: Recorded, depth: int = 0) -> Unit:
    """Tell what a measure is, from its form, its recording rule, or its name."""
    node = strip(expr)
    if isinstance(node, VectorSelector):
        return _named(selector_of(node).metric, known, depth)
    if isinstance(node, Call):
        if node.func.name in ("avg_over_time", "max_over_time", "min_over_time"):
            return unit_of(node.args[-1], known, depth)
        return Unit.UNKNOWN
    if isinstance(node, MatrixSelector):
        return unit_of(node.vector_selector, known, depth)
    if isinstance(node, SubqueryExpr):
        return unit_of(node.expr, known, depth)
    return _unit_of_binary(node, known, depth) if isinstance(node, BinaryExpr) else Unit.UNKNOWN


def _unit_of_binary(node: BinaryExpr, known: Recorded, depth: int) -> Unit:
    op = operator(node)
    left, right = constant(node.lhs), constant(node.rhs)
    if op == "/":
        if (right is not None and 0 < right <= LARGEST_BUDGET) or (right is None and is_budget(node.rhs)):
            return Unit.BURN if unit_of(node.lhs, known, depth) is Unit.RATIO else Unit.UNKNOWN
        if _times_hundred(node.lhs):
            return Unit.PERCENT
        return Unit.RATIO if event_ratio(node) else Unit.UNKNOWN
    if op == "-" and left == 1:
        return Unit.RATIO if unit_of(node.rhs, known, depth) is Unit.RATIO else Unit.UNKNOWN
    if op == "*":
        other = node.rhs if left == PERCENT else node.lhs if right == PERCENT else None
        if other is not None and unit_of(other, known, depth) is Unit.RATIO:
            return Unit.PERCENT
    return Unit.UNKNOWN


def _times_hundred(expr: Expr) -> bool:
    """Recognise the upper half of ``100 * errors / total``, which is read from the left."""
    node = bare(expr)
    if not isinstance(node, BinaryExpr) or operator(node) != "*":
        return False
    counted = any(calls(node, "rate", "increase", "irate"))
    return counted and PERCENT in (constant(node.lhs), constant(node.rhs))


def _named(metric: str, known: Recorded, depth: int) -> Unit:
    units = {unit_of(read.tree, known, depth + 1) for read in known.get(metric, ())} if depth < _DEEPEST else set()
    if len(units) == 1 and Unit.UNKNOWN not in units:
        return units.pop()
    if re.search(r"burn_rate:ratio$", metric):
        return Unit.BURN
    return Unit.RATIO if error_like(metric) and re.search(r"(?:^|[_:])ratio(?:$|[_:])", metric) else Unit.UNKNOWN


def window_of(expr: Expr) -> timedelta | None:
    """Tell over which window an expression measures: the one of its ranges, names or window labels."""
    found = {window for _, window in ranges(expr)}
    if not found:
        found = {w for name in metric_names(expr) if (w := name_window(name)) is not None}
    if not found:
        found = {w for node in walk(expr) if isinstance(node, VectorSelector) for w in _label_windows(node)}
    return found.pop() if len(found) == 1 else None


def name_window(metric: str) -> timedelta | None:
    """Read the window at the end of a recorded name, such as ``...ratio_rate5m``."""
    match = _NAME_WINDOW.search(metric)
    if match is None:
        return None
    try:
        return parse_duration(match[1])
    except ValueError:
        return None


def name_family(metric: str) -> str:
    """Take the window off the end of a recorded name."""
    match = _NAME_WINDOW.search(metric)
    return metric[: match.start(1)] if match and name_window(metric) else metric


def _label_windows(node: VectorSelector) -> Iterator[timedelta]:
    for matcher in selector_of(node).matchers:
        if _WINDOW_LABEL.search(matcher.label) and matcher.op == "=":
            try:
                yield parse_duration(matcher.value)
            except ValueError:
                continue


def _family(expr: Expr) -> str:
    text = _RANGE_TEXT.sub("[]", written(strip(expr)))
    for name in metric_names(expr):
        text = text.replace(name, name_family(name))
    return re.sub(rf'_?window="{_WINDOW}",?', "", text)


def _join(a: BurnLeg, b: BurnLeg) -> BurnLeg:
    return BurnLeg(a.conditions + b.conditions)


def _leg(measure: Expr, limit: Expr, known: Recorded) -> list[BurnLeg]:
    if constant(measure) is not None:
        return []
    unit = unit_of(measure, known)
    threshold = threshold_of(limit, percent=unit is Unit.PERCENT)
    if threshold is None:
        return []
    if unit is Unit.UNKNOWN and threshold.budget is None and (threshold.value or 0) >= 1 and _says_burn(measure):
        unit = Unit.BURN
    if unit is Unit.BURN and threshold.divisors and threshold.factor is None and threshold.value is not None:
        threshold = replace(threshold, factor=threshold.value * prod(threshold.divisors))
    return [BurnLeg((Condition(measure, _family(measure), window_of(measure), unit, threshold),))]


def _says_burn(measure: Expr) -> bool:
    return any(re.search("burn_?rate", name) for name in metric_names(measure))


def _is_burn(leg: BurnLeg) -> bool:
    """Tell whether a leg says that it is about a budget."""
    for condition in leg.conditions:
        told = condition.threshold.factor is not None and (
            condition.threshold.budget is not None or condition.threshold.value is None
        )
        if condition.unit is Unit.BURN or (told and (condition.unit is not Unit.UNKNOWN or condition.window)):
            return True
    families = {condition.family for condition in leg.conditions if condition.unit is not Unit.UNKNOWN}
    return len(leg.windows) > 1 and len(families) == 1
