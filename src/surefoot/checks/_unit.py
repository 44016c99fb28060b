"""What an expression measures: an error ratio, percent of it, or a burn rate."""

import re
from enum import Enum

from promql_parser import BinaryExpr, Call, Expr, MatrixSelector, SubqueryExpr, VectorSelector

from surefoot.checks._ratio import error_like, event_ratio, strip
from surefoot.checks._recorded import Recorded
from surefoot.checks._threshold import LARGEST_BUDGET, PERCENT, is_budget
from surefoot.checks._tree import calls, constant, operator
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import bare

_SAYS_RATIO = re.compile(r"(?:^|[_:])ratio(?:$|[_:])")


class Unit(Enum):
    """What the left side of a comparison measures."""

    RATIO = "error ratio"
    PERCENT = "error percentage"
    BURN = "burn rate"
    UNKNOWN = "unknown"


class Units:
    """Tells what expressions measure; a recorded series is followed to its rules, once."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._known: dict[str, Unit] = {}

    def of(self, expr: Expr) -> Unit:
        """Tell what a measure is, from its form, its recording rule, or its name."""
        node = strip(expr)
        if isinstance(node, VectorSelector):
            return self._series(selector_of(node).metric)
        if isinstance(node, Call):
            if node.func.name in ("avg_over_time", "max_over_time", "min_over_time"):
                return self.of(node.args[-1])
            return Unit.UNKNOWN
        if isinstance(node, MatrixSelector):
            return self.of(node.vector_selector)
        if isinstance(node, SubqueryExpr):
            return self.of(node.expr)
        return self._binary(node) if isinstance(node, BinaryExpr) else Unit.UNKNOWN

    def _binary(self, node: BinaryExpr) -> Unit:
        op = operator(node)
        left, right = constant(node.lhs), constant(node.rhs)
        if op == "/":
            if (right is not None and 0 < right <= LARGEST_BUDGET) or (right is None and is_budget(node.rhs)):
                return Unit.BURN if self.of(node.lhs) is Unit.RATIO else Unit.UNKNOWN
            if _times_hundred(node.lhs):
                return Unit.PERCENT
            return Unit.RATIO if event_ratio(node) else Unit.UNKNOWN
        if op == "-" and left == 1:
            return Unit.RATIO if self.of(node.rhs) is Unit.RATIO else Unit.UNKNOWN
        if op == "*":
            other = node.rhs if left == PERCENT else node.lhs if right == PERCENT else None
            if other is not None and self.of(other) is Unit.RATIO:
                return Unit.PERCENT
        return Unit.UNKNOWN

    def _series(self, metric: str) -> Unit:
        if metric not in self._known:
            self._known[metric] = Unit.UNKNOWN  # what a rule that reads itself finds
            self._known[metric] = self._made(metric)
        return self._known[metric]

    def _made(self, metric: str) -> Unit:
        units = {self.of(read.tree) for read in self._recorded.named(metric)}
        if len(units) == 1 and Unit.UNKNOWN not in units:
            return units.pop()
        if metric.endswith("burn_rate:ratio"):
            return Unit.BURN
        return Unit.RATIO if error_like(metric) and _SAYS_RATIO.search(metric) else Unit.UNKNOWN


def _times_hundred(expr: Expr) -> bool:
    """Recognise the upper half of ``100 * errors / total``, which is read from the left."""
    node = bare(expr)
    if not isinstance(node, BinaryExpr) or operator(node) != "*":
        return False
    counted = any(calls(node, "rate", "increase", "irate"))
    return counted and PERCENT in (constant(node.lhs), constant(node.rhs))
