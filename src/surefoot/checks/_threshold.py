"""Takes the thresholds of burn-rate alerts apart: factor, budget, and what else is in the product."""

from collections.abc import Sequence
from dataclasses import dataclass

from promql_parser import BinaryExpr, Expr, VectorSelector

from surefoot.checks._ratio import strip
from surefoot.checks._tree import constant, operator
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import bare, metric_names

LARGEST_BUDGET = 0.5  # half of all events: nobody promises less
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Threshold:
    """The right side of a comparison, taken apart as far as it shows.

    Attributes:
        value: Its value; None where a series is part of it.
        factor: F. A series in place of the budget leaves it alone known.
        budget: b, as it is written: 0.001, or 0.1 for percent.
        divisors: Numbers that the product is divided by.
        objective: What is subtracted from 1 or 100 to give b, and from which of the two.
    """

    value: float | None
    factor: float | None = None
    budget: float | None = None
    divisors: tuple[float, ...] = ()
    objective: tuple[float, float] | None = None


def threshold_of(expr: Expr, *, percent: bool = False) -> Threshold | None:
    """Take a threshold apart; None where it is something else than numbers and a budget series.

    Args:
        expr: The side of a comparison that is the limit.
        percent: Whether the other side is percent, and so the budget too.
    """
    over, under = _terms(expr)
    numbers = [(term, value) for term in over if (value := constant(term)) is not None]
    divisors = tuple(value for term in under if (value := constant(term)) is not None)
    if len(divisors) < len(under):
        return None
    series = [term for term in over if constant(term) is None]
    if series:
        is_product = len(series) == 1 and is_budget(series[0]) and len(numbers) == 1
        return Threshold(None, numbers[0][1], None, divisors) if is_product else None
    value = constant(expr)
    if value is None:
        return None
    if len(numbers) != 2:  # noqa: PLR2004  # F and b
        objective = _objective(numbers[0][0]) if len(numbers) == 1 else None
        return Threshold(value, divisors=divisors, objective=objective)
    largest = LARGEST_BUDGET * (PERCENT if percent else 1)
    return _factor_and_budget(value, numbers, divisors, largest)


def _factor_and_budget(
    value: float, numbers: Sequence[tuple[Expr, float]], divisors: tuple[float, ...], largest: float
) -> Threshold:
    told = [i for i, (term, _) in enumerate(numbers) if _objective(term)]
    b = told[0] if len(told) == 1 else min((0, 1), key=lambda i: numbers[i][1])
    budget, factor = numbers[b][1], numbers[1 - b][1]
    if PERCENT in divisors and len(told) == 1 and len(divisors) == 1:  # F * (100 - 99.9) / 100
        budget, divisors = budget / PERCENT, ()
    if not told and not 0 < budget <= largest:
        return Threshold(value, divisors=divisors)
    return Threshold(value, factor, budget, divisors, _objective(numbers[b][0]))


def _objective(term: Expr) -> tuple[float, float] | None:
    node = bare(term)
    if operator(node) == "/" and isinstance(node, BinaryExpr) and constant(node.rhs) == PERCENT:
        return _objective(node.lhs)
    if isinstance(node, BinaryExpr) and operator(node) == "-":
        whole, objective = constant(node.lhs), constant(node.rhs)
        if whole in (1, PERCENT) and objective is not None and whole is not None:
            return objective, whole
    return None


def _terms(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """Flatten a product: what is multiplied and what it is divided by. A percentage ``(100 - x) / 100`` stays whole."""
    node = bare(expr)
    op = operator(node)
    if not isinstance(node, BinaryExpr) or op not in ("*", "/") or _objective(node):
        return [node], []
    over, under = _terms(node.lhs)
    more, less = _terms(node.rhs)
    return (over + more, under + less) if op == "*" else (over + less, under + more)


def is_budget(expr: Expr) -> bool:
    """Tell whether a series is an error budget, or one minus an objective."""
    node = strip(expr)
    if isinstance(node, VectorSelector):
        return "error_budget" in selector_of(node).metric
    if isinstance(node, BinaryExpr) and operator(node) == "-" and constant(node.lhs) == 1:
        return any("objective" in name for name in metric_names(node.rhs))
    return False
