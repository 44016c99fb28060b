"""What a backtest replays: units of rules that stand alone, and which samples each of them needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from surefoot.domain.rules import names
from surefoot.domain.rules.alerts import condition
from surefoot.domain.rules.burning import Burning, burning
from surefoot.domain.rules.groups import groups
from surefoot.promql import order
from surefoot.promql.engine import Steps
from surefoot.promql.reach import Reach, reaches
from surefoot.promql.selector import Selector
from surefoot.prove.ratios import queries
from surefoot.spec.rulefile import Rule, RuleFile, RuleGroup
from surefoot.spec.system import Service, Slo, System

_MILLISECOND = timedelta(milliseconds=1)
_PREFIXES = ("surefoot-slo-", "sloth-slo-sli-recordings-", "sloth-slo-alerts-")


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Groups of rules that read no other unit's records.

    Attributes:
        subject: ``service/objective``, the service, or the file.
        groups: Only the rules that alerts depend on, without annotations.
        slo: The objective that the groups belong to, if to one.
        burns: Its burn alerts, each with its rule.
        vital: Without samples of these it measures nothing; empty: without samples of any that it reads.
        plain: Whether its rules are the compiled ones and no label is a template, so that what fires
            follows from the ratios alone.
    """

    subject: str
    service: str
    groups: tuple[RuleGroup, ...]
    slo: Slo | None = None
    burns: tuple[tuple[Rule, Burning], ...] = ()
    vital: tuple[Selector, ...] = ()
    plain: bool = False

    @property
    def record_labels(self) -> Mapping[str, str]:
        """Return the labels that the records of its objective carry, without their window."""
        return names.labels(self.slo) if self.slo is not None else {}

    def without(self, rules: frozenset[int]) -> tuple[RuleGroup, ...]:
        """Leave out rules, by identity, and the records that only they read."""
        if not rules:
            return self.groups
        kept = [
            replace(group, rules=tuple(rule for rule in group.rules if id(rule) not in rules)) for group in self.groups
        ]
        return trimmed(kept)


@dataclass(frozen=True, slots=True)
class Need:
    """Samples that a unit needs: which, and from how long before the first evaluation on, milliseconds."""

    selectors: tuple[Selector, ...]
    before: int
    warmup: int


def units(system: System) -> Iterator[tuple[str, list[Unit]]]:
    """Yield the units of each service, with its name.

    Groups are evaluated at the backtest's step, but for those of time slices, which keep their interval.
    """
    for service in system.services.values():
        found = [_objective(slo, service, system) for slo in service.slos.values()]
        compiled = groups(service, system)
        taken = {name for slo in service.slos.values() for name in _names(slo)}
        rest = tuple(
            group for group in compiled if group.name not in taken and any(rule.kind == "alert" for rule in group.rules)
        )
        if rest:
            found.append(Unit(service.name, service.name, _at_any_step(rest)))
        yield service.name, found


def unit_of(files: Sequence[RuleFile]) -> Unit:
    """Make a unit of rule files: their rules may read each other."""
    return Unit(", ".join(file.file for file in files), "", trimmed([group for file in files for group in file.groups]))


def trimmed(written: Sequence[RuleGroup]) -> tuple[RuleGroup, ...]:
    """Leave out the rules that no alert depends on, and all annotations."""
    rules = [rule for group in written for rule in group.rules]
    wanted = {id(rule): rule for rule in rules if rule.kind == "alert"}
    waiting = list(wanted.values())
    while waiting:
        reader = waiting.pop()
        read = _reads(reader.expr, tuple(text for text in reader.labels.values() if "{{" in text))
        for rule in rules:
            if rule.kind != "record" or id(rule) in wanted:
                continue
            made = [(0, known) for known in order.writes(rule.kind, rule.name, rule.labels)]
            if read.last({rule.name: made}) == 0:
                wanted[id(rule)] = rule
                waiting.append(rule)
    kept = (
        replace(group, rules=tuple(replace(rule, annotations={}) for rule in group.rules if id(rule) in wanted))
        for group in written
    )
    return tuple(group for group in kept if group.rules)


def need(unit: Unit, lookback: int) -> Need:
    """Find out which samples a unit needs, and how much earlier its records must begin."""
    writers: dict[str, list[Rule]] = {}
    for group in unit.groups:
        for rule in group.rules:
            if rule.kind == "record":
                writers.setdefault(rule.name, []).append(rule)
    selectors: dict[Selector, int] = {}
    warmup = 0
    alerts = [rule for group in unit.groups for rule in group.rules if rule.kind == "alert"]
    waiting: list[tuple[Rule, int, frozenset[int]]] = [(rule, _ms(rule.lasting), frozenset()) for rule in alerts]
    while waiting:
        rule, before, path = waiting.pop()
        warmup = max(warmup, before)
        for reach in _reaches(rule.expr):
            back = before + max(-reach.start, 0)
            written = writers.get(reach.selector.metric, ())
            waiting += [(one, back, path | {id(one)}) for one in written if id(one) not in path]
            if not written:
                selectors[reach.selector] = max(selectors.get(reach.selector, 0), back + lookback)
    return Need(tuple(selectors), max(selectors.values(), default=0), warmup)


def paging(labels: Mapping[str, str]) -> bool:
    """Tell whether an alert wakes people, by its labels: Surefoot's, Sloth's, or the usual ``severity``."""
    if "sloth_severity" in labels:
        return labels["sloth_severity"] == "page"
    if "priority" in labels:
        return labels["priority"] in ("P1", "P2")
    return labels.get("severity", "page") in ("page", "critical")


@lru_cache(maxsize=256)
def _reads(expr: str, templates: tuple[str, ...]) -> order.Reads:
    """Parse the rules of a unit once, though they are trimmed more than once."""
    return order.reads(expr, templates)


@lru_cache(maxsize=256)
def _reaches(expr: str) -> tuple[Reach, ...]:
    return tuple(reaches(expr, Steps(0, 0, 1), 0))


def _objective(slo: Slo, service: Service, system: System) -> Unit:
    own = _at_any_step([group for group in groups(service, system) if group.name in _names(slo)])
    exact = system.policy.slo.profile != "sloth"
    burns = []
    for alert in burning(slo, system.policy, exact=exact):
        if alert.legs:
            text = condition(slo, alert)
            rules = (rule for group in own for rule in group.rules if rule.kind == "alert" and rule.expr == text)
            burns += [(rule, alert) for rule in rules]
    plain = exact and not any("{{" in text for rule, _ in burns for text in rule.labels.values())
    asked = queries(slo)
    return Unit(slo.subject, service.name, own, slo, tuple(burns), (asked.total,) if asked else (), plain)


def _at_any_step(written: Sequence[RuleGroup]) -> tuple[RuleGroup, ...]:
    return tuple(
        group
        if any(rule.name.startswith(names.SLICE_ERRORS) for rule in group.rules)
        else replace(group, interval=None)
        for group in trimmed(written)
    )


def _names(slo: Slo) -> list[str]:
    return [f"{prefix}{slo.id}" for prefix in _PREFIXES]


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
