"""Which rules read which, and which of them must therefore be evaluated step by step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from promql_parser import Expr, SubqueryExpr, VectorSelector

from surefoot.promql.alerts import ALERTS, FOR_STATE
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.re2 import compiled
from surefoot.promql.selector import MatchOp, Selector, selector_of
from surefoot.promql.series import NAME
from surefoot.promql.template import TemplateError, queries
from surefoot.promql.template import parse as parse_template
from surefoot.promql.walk import walk

Known: TypeAlias = Mapping[str, str]
"""Labels of a series that a rule writes, as far as its text tells them; the metric's name is among them."""

Writers: TypeAlias = Mapping[str, Sequence[tuple[int, Known]]]
"""By metric: the places of the rules that write it, ascending, and what is known of their series."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule reads.

    Attributes:
        selectors: Of its expression and of the queries in its templates.
        everything: Whether it may read anything: a query is put together when it is asked.
        ahead: Whether it may read later times (``@``, a negative offset).
    """

    selectors: tuple[Selector, ...]
    everything: bool = False
    ahead: bool = False

    def last(self, writers: Writers) -> int:
        """Find the last place whose series may be read; -1 if there is none."""
        if self.everything:
            return max((rules[-1][0] for rules in writers.values()), default=-1)
        found = -1
        for selector in self.selectors:
            named = [writers.get(selector.metric, ())] if selector.metric else writers.values()
            for rules in named:
                places = (place for place, known in reversed(rules) if _may_mean(selector, known))
                found = max(found, next(places, -1))
        return found


def reads(expr: str, templates: Sequence[str]) -> Reads:
    """Find out what a rule reads.

    Raises:
        PromqlError: The expression does not parse; a query of a template that does not is left to fail.
    """
    trees, everything = [parse(expr)], False
    for query in _queries(templates):
        if query is None:
            everything = True
            continue
        try:
            trees.append(parse(query))
        except PromqlError:
            continue
    nodes = [node for tree in trees for node in walk(tree)]
    found = tuple(selector_of(node) for node in nodes if isinstance(node, VectorSelector))
    return Reads(found, everything, any(_looks_ahead(node) for node in nodes))


def writes(kind: str, name: str, labels: Mapping[str, str]) -> tuple[Known, ...]:
    """Tell what is known of the series that a rule records.

    Args:
        kind: ``record`` or ``alert``.
        name: Of the metric or the alert.
        labels: That the rule adds; an alert's are templates, of which only plain texts are known.
    """
    if kind == "record":
        return ({**labels, NAME: name},)
    plain = {label: text for label, text in labels.items() if "{{" not in text and label != "alertstate"}
    return tuple({**plain, "alertname": name, NAME: metric} for metric in (ALERTS, FOR_STATE))


def segments(written: Sequence[Sequence[Known]], read: Sequence[Reads]) -> list[tuple[int, int, bool]]:
    """Cut rules, which are in the order of their evaluation, into stretches.

    A rule that reads only earlier rules can be evaluated over all its times at once, after those. One that
    reads itself or a later rule sees what that recorded one evaluation ago: all rules between the two take
    turns, step by step.

    Args:
        written: What each rule records; see `writes`.
        read: What each rule reads.

    Returns:
        First rule, end (exclusive), and whether the stretch goes step by step; in order, nothing left out.
    """
    count = len(read)
    if any(one.ahead for one in read):
        return [(0, count, True)]
    writers: dict[str, list[tuple[int, Known]]] = {}
    for place, series in enumerate(written):
        for known in series:
            writers.setdefault(known[NAME], []).append((place, known))
    found: list[tuple[int, int, bool]] = []
    index = 0
    while index < count:
        stop, stepwise, at = index + 1, False, index
        while at < stop:
            last = read[at].last(writers)
            stepwise |= last >= at
            stop = max(stop, last + 1)
            at += 1
        found.append((index, stop, stepwise))
        index = stop
    return found


def _queries(templates: Sequence[str]) -> Iterator[str | None]:
    for template in templates:
        if "query" in template:
            try:
                yield from queries(parse_template(template))
            except TemplateError:
                continue  # it fails when it is expanded, too


def _looks_ahead(node: Expr) -> bool:
    if not isinstance(node, VectorSelector | SubqueryExpr):
        return False
    return node.at is not None or (node.offset is not None and node.offset < timedelta())


def _may_mean(selector: Selector, known: Known) -> bool:
    """Tell whether a selector may mean a series of which some labels are known."""
    for matcher in selector.matchers:
        text = known.get(matcher.label)
        if text is None:
            continue
        matches = matcher.value == text
        if matcher.op in (MatchOp.REGEX, MatchOp.NOT_REGEX):
            matches = compiled(matcher.value).fullmatch(text) is not None
        if matches != (matcher.op in (MatchOp.EQUAL, MatchOp.REGEX)):
            return False
    return True
