"""Alerts on what is missing: from the gaps between samples, without looking at every evaluation.

Two forms are known, those of compiled absent alerts: ``absent(selector)``, and for groups of series
``count by (label) (selector offset 1h) unless count by (label) (selector)``. Equal to
`surefoot.promql.rules.evaluate_groups`; what it cannot do is left to that (None).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from promql_parser import AggModifierType, AggregateExpr, BinaryExpr, Call, Expr, VectorSelector

from surefoot.promql.alerts import ALERTS, FOR_STATE
from surefoot.promql.engine import Steps
from surefoot.promql.labels import absent_labels
from surefoot.promql.parse import parse
from surefoot.promql.rules import Firing
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.series import Labels, Mask, Series, Storage, Times, keep
from surefoot.prove.intervals import firings, runs
from surefoot.prove.past import Range
from surefoot.spec.rulefile import Rule, RuleGroup

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Missing:
    """What a rule misses.

    Attributes:
        by: The labels of a group; None if nothing at all must be there.
        offset: How long ago a group was there, milliseconds.
    """

    selector: Selector
    by: tuple[str, ...] | None = None
    offset: int = 0


def absences(groups: Sequence[RuleGroup], storage: Storage, over: Range) -> list[Firing] | None:
    """Evaluate groups of nothing but absent alerts.

    Args:
        groups: Their rules.
        storage: The samples; nothing is recorded.
        over: The evaluations, from where the rules begin.

    Returns:
        What fired, rule by rule, what was over first before the rest; None if any rule is of another kind.

    Raises:
        PromqlError: A rule does not parse.
    """
    found: list[Firing] = []
    for group in groups:
        steps = Steps(over.start, over.end, _ms(group.interval) or over.step)
        for rule in group.rules:
            missing = _missing(rule)
            if missing is None:
                return None
            of_rule = [
                firing
                for labels, active in _active(missing, storage, steps.times, over)
                for firing in _firings(group.name, rule, labels, active, steps.times)
            ]
            found += sorted(of_rule, key=lambda one: over.end + 1 if one.resolved is None else one.resolved)
    return found


def absent(series: Sequence[Series], times: Times, over: Range) -> Mask:
    """Find the evaluations at which an instant vector is empty.

    Args:
        series: All that its selector means.
        times: Of the evaluations, milliseconds, ascending.
        over: Its lookback and semantics count.
    """
    # The first millisecond at which a sample is too old.
    lasts = over.lookback if over.semantics.left_open else over.lookback + 1
    missing = np.ones(len(times), bool)
    for one in series:
        if len(one.times):
            missing &= _unseen(one, times, lasts)
    return missing


def _unseen(series: Series, times: Times, lasts: int) -> Mask:
    """Find the evaluations without a sample: before the first, in gaps, from stale markers on, behind the last."""
    at, stale = series.times, series.stale
    gap = np.diff(at) > lasts
    if stale.any():
        gap |= stale[:-1]
    before = np.append(np.flatnonzero(gap), len(at) - 1)
    begins = np.searchsorted(times, at[before] + np.where(stale[before], 0, lasts))
    ends = np.append(np.searchsorted(times, at[before[:-1] + 1]), len(times))
    size = len(times) + 1
    opened = np.bincount(begins, minlength=size) - np.bincount(ends, minlength=size)
    unseen: Mask = np.cumsum(opened[:-1]) > 0
    unseen[: np.searchsorted(times, at[0])] = True
    return unseen


def _missing(rule: Rule) -> _Missing | None:
    """Read what an absent alert misses; None for what records, is another expression, or has templates."""
    text = rule.expr
    if rule.kind != "alert" or any("{{" in label for label in rule.labels.values()):
        return None
    if not text.startswith(("absent(", "count by (")):
        return None
    match parse(text):
        case Call(func=function, args=[VectorSelector(offset=None, at=None) as node]) if function.name == "absent":
            found = _Missing(selector_of(node))
        case BinaryExpr(op=op, lhs=then, rhs=now, modifier=how) if str(op) == "unless":
            before, after = _counted(then), _counted(now)
            unlike = how is not None and how.matching is not None
            if unlike or before is None or after is None or after.offset or before.offset <= 0:
                return None
            found = before
            if (before.selector, before.by) != (after.selector, after.by) or {*rule.labels, "alertname"} & {
                *(before.by or ())
            }:
                return None
        case _:
            return None
    recorded = not found.selector.metric or found.selector.metric in (ALERTS, FOR_STATE)
    return None if recorded else found


def _counted(expr: Expr) -> _Missing | None:
    """Read ``count by (label) (selector)``."""
    match expr:
        case AggregateExpr(op=op, expr=VectorSelector(at=None) as node, modifier=modifier) if str(op) == "count":
            if modifier is None or modifier.type != AggModifierType.By:
                return None
            return _Missing(selector_of(node), tuple(modifier.labels), _ms(node.offset))
        case _:
            return None


def _active(missing: _Missing, storage: Storage, times: Times, over: Range) -> Iterator[tuple[Labels, Mask]]:
    """Yield each label set that the expression may have, and at which evaluations it has it."""
    series = storage.select(missing.selector)
    if missing.by is None:
        yield absent_labels(missing.selector), absent(series, times, over)
        return
    groups: dict[Labels, list[Series]] = {}
    for one in series:
        groups.setdefault(keep(one.labels, missing.by), []).append(one)
    for labels, own in groups.items():
        yield labels, absent(own, times, over) & ~absent(own, times - missing.offset, over)


def _firings(group: str, rule: Rule, own: Labels, missing: Mask, times: Times) -> Iterator[Firing]:
    changed = {**dict(own), **rule.labels, "alertname": rule.name}
    labels = tuple(sorted((name, text) for name, text in changed.items() if text))
    begins = runs(missing)[:, 0]
    for fired, over in firings(missing, times, _ms(rule.lasting), _ms(rule.keep_firing_for)):
        since = begins[np.searchsorted(begins, fired, side="right") - 1]
        resolved = None if over is None else int(times[over])
        yield Firing(group, rule.name, labels, int(times[since]), int(times[fired]), resolved)


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
