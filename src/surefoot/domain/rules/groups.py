"""The rule groups of a service: one per objective, so that no alert reads another group's older value."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from surefoot.domain.rules import sloth
from surefoot.domain.rules.alerts import absent_alert, burn_alert
from surefoot.domain.rules.burning import burning
from surefoot.domain.rules.indicator import Slices, expressions
from surefoot.domain.rules.names import surefoot_version
from surefoot.domain.rules.records import indicator_records, info_record, period_records
from surefoot.domain.rules.standard import standard_alerts
from surefoot.spec.rulefile import RuleGroup
from surefoot.spec.system import Service, Slo, System

_MODE = "surefoot"


def groups(service: Service, system: System) -> tuple[RuleGroup, ...]:
    """Compile the objectives of a service, then its standard alerts."""
    return _compiled(system)[service.name]


@lru_cache(maxsize=2)
def _compiled(system: System) -> Mapping[str, tuple[RuleGroup, ...]]:
    """Compile once what rules, routes and documents all speak of; two systems, for comparing them."""
    return {name: tuple(_groups(service, system)) for name, service in system.services.items()}


def _groups(service: Service, system: System) -> Iterator[RuleGroup]:
    for slo in service.slos.values():
        if system.policy.slo.profile == "sloth":
            yield from sloth.groups(slo, system.policy)
        else:
            yield from _accurate(slo, service, system)
    standard = tuple(standard_alerts(service, system))
    if standard:
        interval = system.policy.prometheus.evaluation_interval
        yield RuleGroup(f"surefoot-alerts-{service.name}", standard, interval)


def _accurate(slo: Slo, service: Service, system: System) -> Iterator[RuleGroup]:
    policy = system.policy
    alerts = burning(slo, policy)
    rules = list(indicator_records(slo, policy, alerts))
    if slo.alerting.enabled:
        rules += [
            burn_alert(slo, service, system, alert) for alert in alerts if alert.legs and _wanted(slo, alert.tier)
        ]
        if slo.alerting.absent:
            rules.append(absent_alert(slo, service, system, alerts))
    sliced = isinstance(expressions(slo, policy.slo), Slices)
    interval = policy.slo.slice if sliced else policy.prometheus.evaluation_interval
    yield RuleGroup(f"surefoot-slo-{slo.id}", tuple(rules), interval)
    period = (*period_records(slo, policy), info_record(slo, _MODE, surefoot_version()))
    yield RuleGroup(f"surefoot-slo-period-{slo.id}", period, policy.slo.period_interval)


def _wanted(slo: Slo, tier: str) -> bool:
    paging = tier in ("page", "fast", "medium")
    return slo.alerting.page.enabled if paging else slo.alerting.ticket.enabled
