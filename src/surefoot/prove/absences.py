"""Alerts on ``absent(selector)``: from the gaps between samples, without looking at every evaluation.

Equal to `surefoot.promql.rules.evaluate_groups`; what it cannot do is left to that (None).
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
from promql_parser import Call, VectorSelector

from surefoot.promql.alerts import ALERTS, FOR_STATE
from surefoot.promql.engine import Steps
from surefoot.promql.labels import absent_labels
from surefoot.promql.parse import parse
from surefoot.promql.rules import Firing
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.series import Mask, Series, Storage, Times
from surefoot.prove.intervals import firings, runs
from surefoot.prove.past import Range
from surefoot.spec.rulefile import Rule, RuleGroup

_MILLISECOND = timedelta(milliseconds=1)


def absences(groups: Sequence[RuleGroup], storage: Storage, over: Range) -> list[Firing] | None:
    """Evaluate groups of nothing but absent alerts.

    Args:
        groups: Their rules.
        storage: The samples; nothing is recorded.
        over: The evaluations, from where the rules begin.

    Returns:
        What fired, rule by rule; None if any rule is of another kind.

    Raises:
        PromqlError: A rule does not parse.
    """
    found: list[Firing] = []
    for group in groups:
        steps = Steps(over.start, over.end, _ms(group.interval) or over.step)
        for rule in group.rules:
            selector = _selector(rule)
            if selector is None:
                return None
            missing = absent(storage.select(selector), steps.times, over)
            found += _firings(group.name, rule, selector, missing, steps.times)
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


def _selector(rule: Rule) -> Selector | None:
    """Read which samples an absent alert misses; None for what records, is another expression, or has templates."""
    if rule.kind != "alert" or not rule.expr.startswith("absent(") or any("{{" in t for t in rule.labels.values()):
        return None
    match parse(rule.expr):
        case Call(func=function, args=[VectorSelector(offset=None, at=None) as node]) if function.name == "absent":
            selector = selector_of(node)
            recorded = not selector.metric or selector.metric in (ALERTS, FOR_STATE)
            return None if recorded else selector
        case _:
            return None


def _firings(group: str, rule: Rule, selector: Selector, missing: Mask, times: Times) -> Iterator[Firing]:
    changed = {**dict(absent_labels(selector)), **rule.labels, "alertname": rule.name}
    labels = tuple(sorted((name, text) for name, text in changed.items() if text))
    begins = runs(missing)[:, 0]
    for fired, over in firings(missing, times, _ms(rule.lasting), _ms(rule.keep_firing_for)):
        since = begins[np.searchsorted(begins, fired, side="right") - 1]
        resolved = None if over is None else int(times[over])
        yield Firing(group, rule.name, labels, int(times[since]), int(times[fired]), resolved)


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
