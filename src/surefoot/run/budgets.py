"""The live budgets: what a source of metrics knows about each objective, counted by ourselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from surefoot.calendar.windows import Rolling, bounds
from surefoot.domain.rules import names
from surefoot.domain.rules.indicator import Events, Ratio, Slices, expressions
from surefoot.domain.slo.budget import Thresholds
from surefoot.domain.slo.status import Counted, Facts, Period, Status, status
from surefoot.errors import MetricsError
from surefoot.ports.metrics import MetricsSource, fetched_for
from surefoot.promql.duration import format_duration
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Labels, Mask, Storage, Times, Values, keep
from surefoot.spec.model.slo import Sla
from surefoot.spec.system import FreshnessSli, LatencySli, Sli, Slo, System, ThroughputSli

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """One objective, or one group of one that is split by labels.

    Attributes:
        group: The labels that tell the group; empty for an objective that is not split.
        counted: What its counts are.
        status: None if nothing was measured.
        missing: Why there is no status, or what of it is not known; empty if all is.
        coverage: Share of the window so far that was measured.
        sla: The same against the contract; None without one, or if it was not measured.
    """

    slo: Slo
    group: Labels
    period: Period
    counted: Counted
    status: Status | None
    missing: str
    coverage: float
    sla: Status | None


@dataclass(frozen=True, slots=True)
class _Counts:
    """Bad and all events at each point of a grid: shape (points,)."""

    bad: Values
    total: Values
    present: Mask


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked for: the expressions of bad and of all, and how far apart they are evaluated."""

    bad: str
    total: str
    step: int
    per_second: bool


def standings(system: System, source: MetricsSource, now: int) -> Iterator[Standing]:
    """Look at every objective, in the order of the spec.

    Args:
        system: The objectives.
        source: What was measured: recorded events if they are there, else the raw series.
        now: Milliseconds since 1970.

    Raises:
        MetricsError: The source does not answer.
    """
    for service in system.services.values():
        for slo in service.slos.values():
            yield from _standing(slo, system, source, now)


def _standing(slo: Slo, system: System, source: MetricsSource, now: int) -> Iterator[Standing]:
    at = datetime.fromtimestamp(now / 1000, UTC)
    start, end = bounds(slo.window, at)
    period = Period(start, end, at, isinstance(slo.window, Rolling))
    states = system.policy.slo.budget_states
    thresholds = Thresholds(states.prioritise, states.freeze)
    counted, recorded, raw = _questions(slo, system)
    found, gaps = _ask(recorded, slo, system, source, period)
    if not found:
        found, gaps = _ask(raw, slo, system, source, period)
    contract = _contract(slo, system, source, period)
    if not found:
        why = f"no data since {start.isoformat(timespec='minutes')}" + (f" ({gaps[0]})" if gaps else "")
        yield Standing(slo, (), period, counted, None, why, 0.0, None)
        return
    for group, counts in sorted(found.items()):
        facts = _facts(counts, recorded, slo, period)
        own = status(slo.objective, period, facts, thresholds)
        missing = "no events" if own is None else "" if facts.recent is not None else f"nothing since {facts.over} ago"
        sla = None
        if slo.sla is not None:
            measured = _facts(contract[group], recorded, slo, period) if group in contract else facts
            same = group in contract or _with_bound(slo.sli, slo.sla) is None
            sla = status(slo.sla.target, period, measured, thresholds) if same else None
        yield Standing(slo, group, period, counted, own, missing or (gaps[0] if gaps else ""), facts.coverage, sla)


def _contract(slo: Slo, system: System, source: MetricsSource, period: Period) -> Mapping[Labels, _Counts]:
    """Count against the contract's own bound, which no rule records."""
    own = None if slo.sla is None else _with_bound(slo.sli, slo.sla)
    if own is None:
        return {}
    return _ask(_questions(replace(slo, sli=own), system)[2], slo, system, source, period)[0]


def _with_bound(sli: Sli, sla: Sla) -> Sli | None:
    """Return the indicator with the contract's own bound; None if it has none."""
    match sli:
        case LatencySli() if sla.under is not None:
            return replace(sli, bound=sla.under)
        case FreshnessSli() if sla.younger_than is not None:
            return replace(sli, bound=sla.younger_than)
        case ThroughputSli() if sla.at_least is not None:
            return replace(sli, floor=sla.at_least)
        case _:
            return None


def _questions(slo: Slo, system: System) -> tuple[Counted, _Question, _Question]:
    """Ask for what rules recorded, or for the same from raw series."""
    policy, match = system.policy.slo, names.match(slo)
    base, step = format_duration(policy.base), _ms(policy.period_step)
    sli = expressions(slo, policy)
    match sli:
        case Events():
            recorded = _Question(f"{names.ERRORS}{base}{match}", f"{names.TOTAL}{base}{match}", step, per_second=True)
            return Counted.REQUESTS, recorded, _Question(sli.errors(base), sli.total(base), step, per_second=True)
        case Slices():
            text, every = format_duration(policy.slice), _ms(policy.slice)
            bad, total = f"{names.SLICE_ERRORS}{text}{match}", f"{names.SLICE_TOTAL}{text}{match}"
            recorded = _Question(bad, total, every, per_second=False)
            return Counted.SLICES, recorded, _Question(sli.bad, sli.any, every, per_second=False)
        case Ratio():
            record, ratio = f"{names.RATIO}{base}{match}", sli.ratio(base)
            recorded = _Question(record, f"{record} * 0 + 1", step, per_second=False)
            return Counted.RATIO, recorded, _Question(ratio, f"{ratio} * 0 + 1", step, per_second=False)


def _ask(
    question: _Question, slo: Slo, system: System, source: MetricsSource, period: Period
) -> tuple[dict[Labels, _Counts], tuple[str, ...]]:
    """Evaluate both expressions over the window; one row for each group, only points where both are known."""
    times = _points(period, question.step)
    if not len(times):
        return {}, ()
    steps = Steps(int(times[0]), int(times[-1]), question.step)
    policy = system.policy.prometheus
    lookback = _ms(policy.lookback)
    both = f"{question.bad} or {question.total}"
    try:
        fetched = fetched_for(source, both, steps, lookback)
        engine = Engine(Storage(list(fetched.series)), Semantics.of(policy.target), lookback, question.step)
        bad = _by_group(engine.evaluate(question.bad, steps), slo.by)
        total = _by_group(engine.evaluate(question.total, steps), slo.by)
    except (PromqlError, EvaluationError) as error:
        raise MetricsError(f"{slo.subject} cannot be measured: {error}") from None
    found = {}
    for group in total.keys() & bad.keys():
        present = total[group][1] & bad[group][1] & np.isfinite(total[group][0]) & np.isfinite(bad[group][0])
        if present.any():
            found[group] = _Counts(bad[group][0], total[group][0], present)
    return found, fetched.gaps


def _by_group(value: object, by: tuple[str, ...]) -> dict[Labels, tuple[Values, Mask]]:
    """Put the rows of each group together: a record whose other labels changed has several, one after the other."""
    found: dict[Labels, tuple[Values, Mask]] = {}
    if not isinstance(value, Block):
        return found
    for labels, values, present in zip(value.labels, value.values, value.present, strict=True):
        group = keep(labels, by)
        known = found.get(group)
        if known is None:
            found[group] = values, present
        else:
            found[group] = np.where(known[1], known[0], values), known[1] | present
    return found


def _facts(counts: _Counts, question: _Question, slo: Slo, period: Period) -> Facts:
    times = _points(period, question.step)
    weight = question.step / 1000 if question.per_second else 1.0
    over = slo.burn[0].long if slo.burn else timedelta(hours=1)
    late = counts.present & (times > int((period.now - over).timestamp() * 1000))
    bad, total = counts.bad[counts.present], counts.total[counts.present]
    events = float(counts.total[late].sum())
    recent = float(counts.bad[late].sum()) / events if events > 0 else None
    share = float(counts.present.mean())
    return Facts(float(total.sum()) * weight, max(float(bad.sum()), 0.0) * weight, share, recent, over)


def _points(period: Period, step: int) -> Times:
    """Return the points of the grid in the window so far; the grid is that of the period rules."""
    start, now = int(period.start.timestamp() * 1000), int(period.now.timestamp() * 1000)
    return np.arange((start // step + 1) * step, now + 1, step, dtype=np.int64)


def _ms(length: timedelta) -> int:
    return length // _MILLISECOND
