"""When an alert fires in a story, by our own engine at the server's true intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from surefoot.domain.rules.story import Story, sample
from surefoot.domain.rules.trials import Trial
from surefoot.promql.parse import parse
from surefoot.promql.rules import Conditions, evaluate_groups
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Storage
from surefoot.promql.walk import metric_names
from surefoot.spec.rulefile import Rule, RuleGroup

_MS = timedelta(milliseconds=1)
_CALM = timedelta(minutes=5)
_WARM = 20  # evaluations before an outage, so that `for` and the look back have begun


@dataclass(frozen=True, slots=True)
class Seen:
    """What an alert did.

    Attributes:
        fires: After the outage's start; None: never.
        stops: After its end; None: never.
        early: It fired when the outage began, or had until just before. (What the first minutes of a history
            make of rates that are not yet filled is no matter.)
    """

    fires: timedelta | None
    stops: timedelta | None
    early: bool


def needed(trial: Trial, groups: Sequence[RuleGroup]) -> RuleGroup:
    """Pick the alert and the records that it reads, directly or not, without texts that change nothing."""
    identity = trial.slo.id if trial.slo else None
    records = [
        rule
        for group in groups
        for rule in group.rules
        if rule.kind == "record" and rule.labels.get("sloth_id") == identity
    ]
    wanted = metric_names(parse(trial.rule.expr))
    kept: list[Rule] = []
    for rule in reversed(records):
        if rule.name in wanted:
            kept.insert(0, rule)
            wanted |= metric_names(parse(rule.expr))
    return RuleGroup(trial.group.name, (*kept, replace(trial.rule, annotations={})), trial.group.interval)


def observe(
    story: Story, group: RuleGroup, semantics: Semantics, pace: tuple[timedelta, timedelta], turn: int = 0
) -> Seen:
    """Evaluate an alert over a story.

    Args:
        story: The history.
        group: From `needed`.
        semantics: Of which version of Prometheus.
        pace: Scrape and evaluation interval.
        turn: Shifts scrapes and evaluations against each other and the outage.
    """
    scrape, evaluation = pace
    phases = (scrape * (turn * 7 % 15) / 15, evaluation * (turn * 4 % 15) / 15)
    storage = Storage(sample(story, scrape, phases[0]))
    interval = evaluation // _MS
    first = phases[1] // _MS
    if not any(
        (rule.kind == "record" and "sum_over_time" in rule.expr) or "avg_over_time" in rule.expr for rule in group.rules
    ):
        first += max(0, (story.start - story.lasting) // evaluation - _WARM) * interval
    conditions = Conditions(interval, semantics)
    run = evaluate_groups([group], storage, first, story.length // _MS, conditions)
    start, end = story.start // _MS, story.end // _MS
    fired = [firing for firing in run.firings if firing.fired >= start]
    stops = None
    if fired and fired[-1].resolved is not None:
        stops = (fired[-1].resolved - end) * _MS
    return Seen(
        (fired[0].fired - start) * _MS if fired else None,
        stops,
        any(f.fired < start and (f.resolved is None or f.resolved > start - _CALM // _MS) for f in run.firings),
    )
