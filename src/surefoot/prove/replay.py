"""Replaying one unit of rules over history: the fast path where it is exact, the general engine elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from surefoot.domain.rules.burning import Burning
from surefoot.domain.slo.budget import budget_ratio
from surefoot.promql.burnrate import Scene
from surefoot.promql.duration import format_duration
from surefoot.promql.rules import Conditions, Firing, evaluate_groups
from surefoot.promql.series import Labels, Storage, Times
from surefoot.prove.absences import absences
from surefoot.prove.burning import Burnt, burnt
from surefoot.prove.history import Need, Unit, paging
from surefoot.prove.intervals import firings, runs
from surefoot.prove.past import AlertPast, Interval, NearMiss, ObjectivePast, Past, Range, Silence, Spending, Tier
from surefoot.prove.ratios import CountedRatios, Ratios, counted, queries, recorded
from surefoot.prove.spending import spending
from surefoot.spec.model.policy import Policy
from surefoot.spec.rulefile import Rule, RuleGroup
from surefoot.spec.system import Slo

_MILLISECOND = timedelta(milliseconds=1)
_WINDOW = "sloth_window"


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What came out for a unit, and the ratios behind it, for questions that follow.

    Attributes:
        ratios: Of its objective; None for other rules.
    """

    past: Past
    ratios: Ratios | None = None


def replay(
    unit: Unit, need: Need, storage: Storage, over: Range, policy: Policy | None, *, fast: bool = True
) -> Replayed:
    """Find out what a unit's alerts would have done.

    Args:
        unit: The rules.
        need: What they need.
        storage: The samples; records are added.
        over: The evaluations.
        policy: Of the unit's objective; None for rule files.
        fast: False leaves everything to the general engine.

    Raises:
        PromqlError: A rule is not supported.
        UnsupportedTemplateError: A label's template is not.
    """
    own = next((group.interval for group in unit.groups if group.interval is not None), None)
    if unit.slo is not None and own is not None:  # slices: their number depends on how often they are taken
        over = replace(over, step=_ms(own))
    counts = _counted(unit, storage, over) if fast else None
    silent = tuple(_silent(unit, need, storage, over))
    if silent and len(silent) == len(unit.vital or need.selectors):
        return Replayed(Past((), _unmeasured(unit), silent))
    done = frozenset(id(rule) for rule, _ in unit.burns) if counts is not None else frozenset()
    rest = unit.without(done)
    problems: list[str] = []
    early = replace(over, start=over.start - -(-need.warmup // over.step) * over.step)
    fired: Sequence[Firing] | None = absences(rest, storage, early) if fast else None
    if fired is None:
        fired = _general(unit, rest, storage, early, problems)
    alerts = [past for group in rest for rule in group.rules for past in _of_rule(unit, group, rule, fired, over)]
    slo = unit.slo
    if slo is None or policy is None:
        return Replayed(Past(tuple(alerts), (), silent, tuple(problems)))
    near = policy.backtest.near_miss / 100
    ratios: Ratios = counts if counts is not None else recorded(slo, _windows(unit), storage, over.times)
    if counts is not None:
        alerts = [*_burnt(unit, slo, counts, over, near), *alerts]
    elif unit.burns:
        alerts = [_levelled(alert, unit, slo, ratios, over, near) for alert in alerts]
    objective = _objective(unit, slo, spending(slo, counts, storage, over, policy.slo))
    return Replayed(Past(tuple(alerts), (objective,), silent, tuple(problems)), ratios)


def _counted(unit: Unit, storage: Storage, over: Range) -> CountedRatios | None:
    """Take the fast path where it is exact: bare selectors, windows on the grid, labels that are what they are."""
    slo = unit.slo
    asked = queries(slo) if slo is not None and unit.burns else None
    if slo is None or asked is None or not unit.plain or over.end <= over.start:
        return None
    windows = [window // _MILLISECOND for window in _windows(unit)]
    if any(window % over.step for window in windows) or {*slo.by} & {*unit.burns[0][0].labels, _WINDOW, *slo.labels}:
        return None
    hold = max(_ms(rule.lasting) for rule, _ in unit.burns)
    early = replace(over, start=over.start - -(-hold // over.step) * over.step)
    return counted(slo, asked, storage, Scene(early.times, max(windows), over.semantics))


def _windows(unit: Unit) -> list[timedelta]:
    legs = [leg for _, alert in unit.burns for leg in alert.legs]
    return sorted({window for leg in legs for window in (leg.short, leg.long)})


def _silent(unit: Unit, need: Need, storage: Storage, over: Range) -> Iterator[Silence]:
    for selector in unit.vital or need.selectors:
        found = storage.select(selector)
        if not any(len(one.times) and one.times[-1] >= over.start and one.times[0] <= over.end for one in found):
            yield Silence(unit.subject, selector.render())


def _unmeasured(unit: Unit) -> tuple[ObjectivePast, ...]:
    """Make of an objective without data what it is: unknown. Its absent alert says nothing, either."""
    return () if unit.slo is None else (_objective(unit, unit.slo, None),)


def _objective(unit: Unit, slo: Slo, spent: Spending | None) -> ObjectivePast:
    b, period = budget_ratio(slo.objective), slo.period // _MILLISECOND
    return ObjectivePast(unit.subject, unit.service, slo.objective, b, period, spent)


def _burnt(unit: Unit, slo: Slo, ratios: CountedRatios, over: Range, near: float) -> Iterator[AlertPast]:
    b, times = budget_ratio(slo.objective), ratios.scene.evaluations
    skipped = len(times) - len(over.times)
    for group, own in enumerate(ratios.groups):
        alerts = [alert for _, alert in unit.burns]
        every = burnt(ratios, group, alerts, b, len(times), near=near)
        for (rule, alert), found in zip(unit.burns, every, strict=True):
            hold, keep = _ms(rule.lasting), _ms(rule.keep_firing_for)
            fired = [
                Interval(
                    int(times[max(start, skipped)]),
                    None if end is None else int(times[end]),
                    float(found.level[max(start, skipped) : end].max()),
                )
                for start, end in firings(found.active, times, hold, keep)
                if end is None or end > skipped
            ]
            seen = Burnt(found.active[skipped:], found.level[skipped:])
            labels = {**unit.record_labels, **dict(own), **rule.labels, "alertname": rule.name}
            yield _past(unit, rule, tuple(sorted((n, v) for n, v in labels.items() if v))).with_burn(
                tuple(fired), tuple(_near(seen, over.times, fired, near)), _factors(alert), "fast path"
            )


def _near(found: Burnt, times: Times, fired: Sequence[Interval], near: float) -> Iterator[NearMiss]:
    """Find where an alert nearly fired: a stretch near its threshold in which it did not."""
    for start, end in runs(found.level >= near).tolist():
        begin, until = int(times[start]), int(times[end - 1])
        if any(one.start <= until and one.until(int(times[-1])) >= begin for one in fired):
            continue
        at = start + int(np.argmax(found.level[start:end]))
        yield NearMiss(begin, until, int(times[at]), float(found.level[at]))


def _general(
    unit: Unit, groups: Sequence[RuleGroup], storage: Storage, over: Range, problems: list[str]
) -> Sequence[Firing]:
    run = evaluate_groups(groups, storage, over.start, over.end, Conditions(over.step, over.semantics, over.lookback))
    if run.failures:
        first = run.failures[0]
        problems.append(f"{unit.subject}: {first.rule} failed {len(run.failures)} times: {first.message}")
    return run.firings


def _of_rule(unit: Unit, group: RuleGroup, rule: Rule, found: Sequence[Firing], over: Range) -> Iterator[AlertPast]:
    if rule.kind != "alert":
        return
    fired: dict[Labels, list[Interval]] = {}
    for one in found:
        same = (one.group, one.name) == (group.name, rule.name) and _made_by(rule, one.labels)
        if same and (one.resolved is None or one.resolved > over.start):
            fired.setdefault(one.labels, []).append(Interval(max(one.fired, over.start), one.resolved))
    subject = unit.subject if unit.service else group.name
    if not fired:
        silent = _past(unit, rule, tuple(sorted({**rule.labels, "alertname": rule.name}.items())))
        yield replace(silent, subject=subject)
    for labels, intervals in fired.items():
        yield replace(_past(unit, rule, labels), subject=subject, intervals=tuple(intervals))


def _made_by(rule: Rule, labels: Labels) -> bool:
    """Tell apart rules of one name by their labels, as a page and a ticket are."""
    known = dict(labels)
    return all(known.get(name, "") == text for name, text in rule.labels.items() if "{{" not in text)


def _levelled(alert: AlertPast, unit: Unit, slo: Slo, ratios: Ratios, over: Range, near: float) -> AlertPast:
    """Add to what the engine found how far the burn went, from the recorded ratios."""
    by = dict(alert.labels)
    named = ((rule, burning) for rule, burning in unit.burns if rule.name == alert.name)
    burning = next((burning for rule, burning in named if _made_by(rule, alert.labels)), None)
    if burning is None:
        return alert
    times = over.times
    for group, own in enumerate(ratios.groups):
        if dict(own).items() <= by.items() or not alert.intervals:
            found = burnt(ratios, group, [burning], budget_ratio(slo.objective), len(times), near=near)[0]
            fired = tuple(_peaked(one, found, times) for one in alert.intervals)
            missed = tuple(_near(found, times, fired, near))
            return alert.with_burn(fired, missed, _factors(burning), "engine")
    return alert


def _peaked(one: Interval, found: Burnt, times: Times) -> Interval:
    inside = (times >= one.start) & (times < one.until(int(times[-1]) + 1))
    return replace(one, peak=float(found.level[inside].max(initial=0.0)) or None)


def _past(unit: Unit, rule: Rule, labels: Labels) -> AlertPast:
    known: Mapping[str, str] = dict(labels)
    tier: Tier = "page" if paging(known) else "ticket"
    service = known.get("service") or known.get("sloth_service") or unit.service
    priority = known.get("priority") or known.get("severity", "")
    return AlertPast(unit.subject, service, rule.name, tier, priority, labels)


def _factors(alert: Burning) -> tuple[str, ...]:
    return tuple(f"{format_duration(leg.long)}/{format_duration(leg.short)} {leg.factor:g}×" for leg in alert.legs)


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
