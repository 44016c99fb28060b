"""What there is to do for a system: whom to scrape, which rules to evaluate, whom to tell, what to keep."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import gcd

from promql_parser import MatrixSelector, SubqueryExpr, VectorSelector

from surefoot.domain.rules import names
from surefoot.domain.rules.groups import groups
from surefoot.ports.samples import Keeping
from surefoot.promql.duration import format_duration
from surefoot.promql.parse import parse
from surefoot.promql.selector import selector_of
from surefoot.promql.semantics import Semantics
from surefoot.promql.walk import walk
from surefoot.run.grouping import Pace
from surefoot.run.targets import Target, targets
from surefoot.spec.model.workspace import Embedded
from surefoot.spec.rulefile import RuleGroup
from surefoot.spec.system import System

_MILLISECOND = timedelta(milliseconds=1)
_CALENDAR = timedelta(days=3)  # what a real month or quarter has over its nominal length, and some room


@dataclass(frozen=True, slots=True)
class Timed:
    """A group of rules and when it is evaluated: at multiples of `every`, so much later; milliseconds."""

    group: RuleGroup
    every: int
    shift: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do; times in milliseconds.

    Attributes:
        tick: Between looks at what is due.
        scrape: Between scrapes of a target; a multiple of the tick.
        timeout: Of a scrape, seconds.
        stored: Recorded metrics that are kept on disk; scraped ones all are.
        written: Metrics that rules record.
        post: Where notifications go; None: only into the log.
        post_timeout: Seconds.
        outage: How old the state of a pending alert may be.
        series: How many one process is meant for.
    """

    targets: tuple[Target, ...]
    groups: tuple[Timed, ...]
    tick: int
    scrape: int
    timeout: float
    semantics: Semantics
    lookback: int
    evaluation: int
    stored: frozenset[str]
    written: frozenset[str]
    keeping: Keeping
    pace: Pace
    post: str | None
    post_timeout: float
    external_url: str
    outage: int
    series: int


def plan(system: System, post: str | None = None) -> Plan:
    """Make the plan of a system.

    Args:
        system: Its ``metrics: {embedded: ...}`` section may say how long to keep samples and where to post.
        post: Where notifications go instead.
    """
    policy = system.policy
    section = getattr(system.spec.single.get("metrics"), "model", None)
    written = getattr(section, "embedded", None)
    own = written if isinstance(written, Embedded) else Embedded()
    scrape, evaluation = _ms(policy.prometheus.scrape_interval), _ms(policy.prometheus.evaluation_interval)
    compiled = [group for service in system.services.values() for group in groups(service, system)]
    spread_from = _ms(policy.slo.slice)
    tick = gcd(scrape, evaluation, *(_ms(group.interval) or evaluation for group in compiled))
    timed = tuple(_timed(group, _ms(group.interval) or evaluation, tick, spread_from) for group in compiled)
    recorded = frozenset(rule.name for group in compiled for rule in group.rules if rule.kind == "record")
    return Plan(
        targets=targets(system),
        groups=timed,
        tick=tick,
        scrape=scrape,
        timeout=min(policy.prometheus.scrape_timeout, policy.prometheus.scrape_interval).total_seconds(),
        semantics=Semantics.of(policy.prometheus.target),
        lookback=_ms(policy.prometheus.lookback),
        evaluation=evaluation,
        stored=recorded & (_looked_back_at(compiled) | frozenset(_grid(system))),
        written=recorded,
        keeping=_keeping(system, own),
        pace=_pace(system),
        post=post or own.post,
        post_timeout=policy.embedded.post_timeout.total_seconds(),
        external_url=system.links.surefoot or "",
        outage=_ms(policy.embedded.outage),
        series=policy.embedded.series,
    )


def _timed(group: RuleGroup, every: int, tick: int, spread_from: int) -> Timed:
    """Spread the slower groups over their interval, so that they do not come all at once."""
    if every <= spread_from:
        return Timed(group, every, 0)
    number = int.from_bytes(hashlib.sha256(group.name.encode()).digest()[:8], "big")
    return Timed(group, every, number % (every // tick) * tick)


def _looked_back_at(compiled: list[RuleGroup]) -> frozenset[str]:
    found = set()
    for group in compiled:
        for rule in group.rules:
            for node in walk(parse(rule.expr)):
                if isinstance(node, MatrixSelector):
                    found.add(selector_of(node.vector_selector).metric)
                elif isinstance(node, SubqueryExpr):
                    found |= {selector_of(one).metric for one in walk(node) if isinstance(one, VectorSelector)}
    return frozenset(found)


def _grid(system: System) -> dict[str, int]:
    """Return the records from which budgets are counted, and how far apart they are needed."""
    policy = system.policy.slo
    base, slice_ = format_duration(policy.base), format_duration(policy.slice)
    events = dict.fromkeys((f"{names.ERRORS}{base}", f"{names.TOTAL}{base}"), _ms(policy.period_step))
    slices = dict.fromkeys((f"{names.SLICE_ERRORS}{slice_}", f"{names.SLICE_TOTAL}{slice_}"), _ms(policy.slice))
    return events | slices


def _keeping(system: System, own: Embedded) -> Keeping:
    keep = own.keep or system.policy.embedded.keep
    periods = [slo.period for service in system.services.values() for slo in service.slos.values()]
    longest = max([keep, *periods]) + _CALENDAR
    return Keeping(_ms(keep), _ms(longest), _grid(system), _ms(system.policy.prometheus.lookback))


def _pace(system: System) -> Pace:
    settings, policy = system.alertmanager, system.policy.alertmanager
    repeat = {
        priority: _ms(settings.repeat_interval or getattr(policy.repeat_interval, priority))
        for priority in ("P1", "P2", "P3", "P4")
    }
    return Pace(
        wait=_ms(policy.group_wait if settings.group_wait is None else settings.group_wait),
        interval=_ms(settings.group_interval or policy.group_interval),
        repeat=repeat,
        retry=_ms(system.policy.embedded.retry.first),
        longest=_ms(system.policy.embedded.retry.longest),
    )


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
