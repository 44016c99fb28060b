"""Recognises burn-rate alerts in PromQL that somebody else wrote.

An alert is taken for one only if it says so: a product of a factor and a budget, a ratio divided by a
budget, or two windows of one error ratio joined by ``and``. Anything else is left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from math import prod

from promql_parser import AggregateExpr, BinaryExpr, Expr

from surefoot.checks._ratio import strip
from surefoot.checks._recorded import Recorded
from surefoot.checks._threshold import Threshold, threshold_of
from surefoot.checks._tree import Read, constant, is_bool, operator, written
from surefoot.checks._unit import Unit, Units
from surefoot.checks._window import WINDOW, name_family, window_of
from surefoot.promql.walk import bare, metric_names

_MOST_LEGS = 32
_RANGE_TEXT = re.compile(rf"\[{WINDOW}(?::[^]]*)?\]")


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


def burn_alerts(rules: Sequence[Read]) -> list[BurnAlert]:
    """Find the burn-rate alerts among rules."""
    units = Units(Recorded(rules))
    found = (BurnAlert(read, tuple(legs(read.tree, units))) for read in rules if read.rule.kind == "alert")
    return [alert for alert in found if any(_is_burn(leg) for leg in alert.legs)]


def legs(expr: Expr, units: Units) -> list[BurnLeg]:
    """Take an alert's expression apart into legs; empty where it compares nothing that is measured."""
    node = bare(expr)
    if isinstance(node, AggregateExpr):
        return legs(node.expr, units)
    op = operator(node)
    if not isinstance(node, BinaryExpr) or is_bool(node):
        return []
    if op == "or":
        return legs(node.lhs, units) + legs(node.rhs, units)
    if op == "and":
        return _both(legs(node.lhs, units), legs(node.rhs, units))
    if op == "unless":
        return legs(node.lhs, units)
    if op in (">", ">="):
        return _leg(node.lhs, node.rhs, units)
    return _leg(node.rhs, node.lhs, units) if op in ("<", "<=") else []


def _family(expr: Expr) -> str:
    text = _RANGE_TEXT.sub("[]", written(strip(expr)))
    for name in metric_names(expr):
        text = text.replace(name, name_family(name))
    return re.sub(rf'_?window="{WINDOW}",?', "", text)


def _both(left: list[BurnLeg], right: list[BurnLeg]) -> list[BurnLeg]:
    """Distribute ``and`` over ``or``; a guard without a comparison changes nothing."""
    if len(left) * len(right) > _MOST_LEGS:
        return []  # no burn policy, and no reason to spend time on it
    return [_join(a, b) for a, b in product(left, right)] if left and right else left or right


def _join(a: BurnLeg, b: BurnLeg) -> BurnLeg:
    return BurnLeg(a.conditions + b.conditions)


def _leg(measure: Expr, limit: Expr, units: Units) -> list[BurnLeg]:
    if constant(measure) is not None:
        return []
    unit = units.of(measure)
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
