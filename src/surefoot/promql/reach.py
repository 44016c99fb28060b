"""Which samples an expression looks at: for each selector, from when to when."""

from dataclasses import dataclass
from datetime import timedelta

from promql_parser import AtModifierType, Expr, MatrixSelector, SubqueryExpr, VectorSelector

from surefoot.promql.engine import LOOKBACK_MS, Steps
from surefoot.promql.parse import parse
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.walk import children

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """The samples of a selector that may matter; milliseconds, both ends included."""

    selector: Selector
    start: int
    end: int


def reaches(text: str, steps: Steps, lookback: int = LOOKBACK_MS) -> list[Reach]:
    """Find the samples that an expression looks at when it is evaluated at every step.

    Example: ``rate(x[5m] offset 1h)`` at 12:00 looks at ``x`` from 10:55 to 11:00.

    Args:
        text: The expression.
        steps: Its evaluations.
        lookback: How old an instant vector's sample may be, milliseconds.

    Returns:
        Each selector once, with a stretch that spans all its uses; in the order written.

    Raises:
        PromqlError: It does not parse.
    """
    last = int(steps.times[-1])
    found: dict[Selector, tuple[int, int]] = {}
    waiting: list[tuple[Expr, int, int]] = [(parse(text), steps.start, last)]
    while waiting:
        node, start, end = waiting.pop()
        if isinstance(node, MatrixSelector | VectorSelector):
            plain = node.vector_selector if isinstance(node, MatrixSelector) else node
            length = node.range // _MILLISECOND if isinstance(node, MatrixSelector) else lookback
            first, end = _moved(plain, start, end, steps.start, last)
            known = found.get(one := selector_of(plain), (first - length, end))
            found[one] = min(known[0], first - length), max(known[1], end)
            continue
        if isinstance(node, SubqueryExpr):
            start, end = _moved(node, start, end, steps.start, last)
            start -= (node.range or timedelta()) // _MILLISECOND
        waiting += [(child, start, end) for child in reversed([*children(node)])]
    return [Reach(selector, start, end) for selector, (start, end) in found.items()]


def _moved(node: VectorSelector | SubqueryExpr, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Move a stretch of evaluations as ``@`` and ``offset`` do."""
    if node.at is not None:
        if node.at.type == AtModifierType.Start:
            start = end = first
        elif node.at.type == AtModifierType.End:
            start = end = last
        else:
            assert node.at.at is not None, "a fixed time has one"
            start = end = round(node.at.at.timestamp() * 1000)
    shift = (node.offset or timedelta()) // _MILLISECOND
    return start - shift, end - shift
