"""How much of an objective's budget a stretch of history spent, in buckets."""

from datetime import timedelta

import numpy as np

from surefoot.domain.rules.indicator import Events, Ratio, Slices, expressions
from surefoot.promql.duration import format_duration
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.series import Block, Scalar, Storage, Times, Values
from surefoot.prove.past import Range, Spending
from surefoot.prove.ratios import CountedRatios
from surefoot.spec.model.policy import SloPolicy
from surefoot.spec.system import Slo

_MOST_BUCKETS = 720
_HOUR = 3_600_000
_BASE = 300_000
_SLICE = 60_000
_MILLISECOND = timedelta(milliseconds=1)


def spending(
    slo: Slo, ratios: CountedRatios | None, storage: Storage, over: Range, policy: SloPolicy
) -> Spending | None:
    """Count bad and all events in buckets of an hour, longer for long ranges.

    Counted events come from the counters themselves. Other indicators are evaluated: events at every base
    window, slices at every slice, and a ratio without events weighs every moment alike.

    Returns:
        The events; None if nothing was measured.
    """
    if ratios is not None:
        bad, total = ratios.growth(len(ratios.scene.evaluations) - len(over.times))
        return _bucketed(over.times[1:], bad, total, over)
    sli = expressions(slo, policy)
    match sli:
        case Events(errors, every):
            step, window = _BASE, format_duration(timedelta(milliseconds=_BASE))
            texts = f"{errors(window)} * {_BASE // 1000}", f"{every(window)} * {_BASE // 1000}"
        case Slices(bad=bad_slice, any=any_slice):
            step, texts = policy.slice // _MILLISECOND, (bad_slice, any_slice)
        case Ratio(ratio=ratio):
            step, window = _BASE, format_duration(timedelta(milliseconds=_BASE))
            texts = ratio(window), f"{ratio(window)} >= bool -Inf"
    steps = Steps(over.start + step, over.end, step)
    if not len(steps.times):
        return None
    engine = Engine(storage, over.semantics, over.lookback)
    bad, total = (_sum(engine, text, steps) for text in texts)
    return _bucketed(steps.times, bad, total, over)


def _sum(engine: Engine, text: str, steps: Steps) -> Values:
    """Evaluate an expression and add up its rows; where it fails or yields nothing, nothing is counted."""
    try:
        found = engine.evaluate(text, steps)
    except (PromqlError, EvaluationError):
        return np.zeros(len(steps.times))
    match found:
        case Block():
            values = np.where(found.present & np.isfinite(found.values), found.values, 0.0)
            return np.asarray(values.sum(axis=0), np.float64)
        case Scalar(values):
            return np.nan_to_num(values)
        case _:
            return np.zeros(len(steps.times))


def _bucketed(ends: Times, bad: Values, total: Values, over: Range) -> Spending | None:
    if not total.any():
        return None
    length = max(_HOUR, -(-(over.end - over.start) // (_MOST_BUCKETS * _HOUR)) * _HOUR)
    which = (ends - over.start - 1) // length
    count = int(which[-1]) + 1
    edges = np.minimum(over.start + (np.arange(count, dtype=np.int64) + 1) * length, over.end)
    in_buckets = (np.bincount(which, events, count).astype(np.float64) for events in (bad, total))
    return Spending(edges, *in_buckets)
