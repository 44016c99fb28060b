"""Every alert of a service with the stories that try it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from surefoot.domain.rules.alerts import condition
from surefoot.domain.rules.burning import Burning, burning
from surefoot.domain.rules.driving import Drive, drive
from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.mishaps import standard_stories
from surefoot.domain.rules.outages import Pace, absent_story, burn_stories
from surefoot.domain.rules.rehearsal import Rehearsal, rehearse, rehearse_burn
from surefoot.domain.rules.standard import by_kind, numbers
from surefoot.domain.rules.story import Story
from surefoot.promql.quote import quote
from surefoot.spec.rulefile import Rule, RuleGroup
from surefoot.spec.system import Service, Slo, System

_IDENTITY = ("sloth_id", "surefoot_tier", "sloth_severity")


@dataclass(frozen=True, slots=True)
class Trial:
    """One alert and what tries it.

    Attributes:
        group: In which it is evaluated.
        slo: The objective that it watches; None for a standard alert.
        burning: The burn legs; None for all other alerts.
        found: What drives the objective's indicator; None for a standard alert.
        reason: Why there are no stories; empty where there are.
    """

    service: Service
    rule: Rule
    group: RuleGroup
    slo: Slo | None = None
    burning: Burning | None = None
    found: Drive | None = None
    kind: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Name it within its service: the alert's name, with the tier where several bear it."""
        chosen = self.slo.name if self.slo and self.slo.alerting.name else None  # users may repeat a name
        return "-".join(filter(None, (self.rule.name, chosen, self.burning.tier if self.burning else None)))

    @property
    def matchers(self) -> str:
        """Write the matchers on ``ALERTS`` that tell it from others."""
        found = {"alertname": self.rule.name}
        if self.slo:
            found["sloth_id"] = self.slo.id
        found |= {label: self.rule.labels[label] for label in _IDENTITY if label in self.rule.labels}
        return ",".join(f"{label}={quote(value)}" for label, value in found.items())

    def stories(self, system: System) -> Iterator[Story]:
        """Tell its stories at the server's true intervals."""
        pace = self.pace(system)
        if self.reason:
            return
        if self.slo is None:
            yield from self._standard(system, pace)
        elif self.found is not None and self.burning is not None:
            yield from burn_stories(self.slo, self.burning, self.found, pace)
        elif self.found is not None:
            yield absent_story(self.slo, self.found, self.rule.lasting or timedelta(), system.policy, pace)

    def rehearsals(self, system: System) -> Iterator[Rehearsal]:
        """Tell its stories on coarse grids."""
        if self.reason:
            return
        if self.slo is not None and self.burning is not None and self.found is not None:
            yield from rehearse_burn(self.slo, self.burning, self.found)
            return
        for story in self.stories(system):
            told = rehearse(story)
            if told is not None:
                yield told

    def pace(self, system: System) -> Pace:
        """Return how often its metrics are scraped and its group is evaluated."""
        policy = system.policy.prometheus
        return Pace(policy.scrape_interval, self.group.interval or policy.evaluation_interval)

    def _standard(self, system: System, pace: Pace) -> Iterator[Story]:
        found = numbers(self.kind, self.service, system.policy)
        yield from standard_stories(self.kind, self.rule, self.service, system.policy.metrics, found, pace)


def trials(service: Service, system: System) -> Iterator[Trial]:
    """List every alert of a service, in the order of its rules."""
    exact = system.policy.slo.profile != "sloth"
    kinds = {id_: kind for kind, rule in by_kind(service, system) for id_ in ((rule.name, rule.expr),)}
    objectives = {f"{prefix}{slo.id}": slo for slo in service.slos.values() for prefix in _PREFIXES}
    for group in groups(service, system):
        slo = objectives.get(group.name)
        found = drive(slo, system.policy.slo) if slo and any(rule.kind == "alert" for rule in group.rules) else None
        alerts = burning(slo, system.policy, exact=exact) if slo else []
        conditions = {condition(slo, alert): alert for alert in alerts if alert.legs} if slo else {}
        for rule in group.rules:
            if rule.kind != "alert":
                continue
            kind = kinds.get((rule.name, rule.expr), "")
            yield Trial(
                service,
                rule,
                group,
                slo,
                conditions.get(rule.expr),
                found if isinstance(found, Drive) else None,
                kind,
                found if isinstance(found, str) else "",
            )


_PREFIXES = ("surefoot-slo-", "sloth-slo-alerts-")
