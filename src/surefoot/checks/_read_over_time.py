"""Which recorded series are summed or averaged over time, and by which rule."""

from collections.abc import Sequence

from promql_parser import MatrixSelector, SubqueryExpr, VectorSelector

from surefoot.checks._tree import Read, calls
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import bare

_SUMS = ("sum_over_time", "avg_over_time")


def read_over_time(rules: Sequence[Read]) -> dict[str, Read]:
    """Map each metric under ``sum_over_time`` or ``avg_over_time`` to the first rule that reads it so."""
    result: dict[str, Read] = {}
    for read in rules:
        for call in calls(read.tree, *_SUMS):
            node = bare(call.args[0])
            inner = bare(node.expr) if isinstance(node, SubqueryExpr) else node
            if isinstance(inner, MatrixSelector):
                inner = inner.vector_selector
            if isinstance(inner, VectorSelector):
                result.setdefault(selector_of(inner).metric, read)
    return result
