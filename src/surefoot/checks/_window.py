"""Over which window an expression measures, from its ranges or from what names and labels say."""

import re
from collections.abc import Iterator
from datetime import timedelta

from promql_parser import Expr, VectorSelector

from surefoot.promql.duration import parse_duration
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import metric_names, ranges, walk

WINDOW = r"((?:\d+(?:ms|[smhdwy]))+)"
_NAME_WINDOW = re.compile(rf"(?:rate|increase|ratio|avg|mean|[:_]){WINDOW}$")
_WINDOW_LABEL = re.compile(r"(?:^|_)window$")


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
