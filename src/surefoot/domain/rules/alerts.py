"""The alerts of an objective: burning too fast, and measuring nothing."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil

from surefoot.domain.rules import names
from surefoot.domain.rules.burning import Burning
from surefoot.domain.rules.indicator import presence
from surefoot.domain.rules.links import annotations
from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Leg, first_detection, go_float
from surefoot.promql.duration import format_duration
from surefoot.spec.model.policy import BurnTier, Policy, Priority
from surefoot.spec.rulefile import Rule
from surefoot.spec.system import Service, Slo, System

SEVERITIES: Mapping[Priority, str] = {"P1": "critical", "P2": "error", "P3": "warning", "P4": "info"}
_SLOTH_SEVERITY: Mapping[BurnTier, str] = {
    "page": "page",
    "fast": "page",
    "medium": "page",
    "ticket": "ticket",
    "slow": "ticket",
}


def burn_alert(slo: Slo, service: Service, system: System, alert: Burning) -> Rule:
    """Alert on one tier of burning; all its legs share the alert, so that one incident sends one page."""
    priority = burn_priority(system.policy, alert.tier, service)
    description = (
        f"{slo.subject} spends its error budget too fast: error ratio "
        f"{{{{ $value | humanizePercentage }}}} over {format_duration(alert.legs[0].short)}, "
        f"budget {100 - slo.objective:.6g} % over {format_duration(slo.period)}."
    )
    if not slo.by:
        description += " " + "; ".join(_ratio(slo, window) for window in _windows(alert))
    written = {"summary": f"{slo.subject} burns its error budget ({alert.tier})", "description": description}
    name = alert_name(slo)
    tier = slo.alerting.page if _SLOTH_SEVERITY[alert.tier] == "page" else slo.alerting.ticket
    labels = {
        **alert_labels(service, priority, "error_budget"),
        "surefoot_tier": alert.tier,
        **slo.alerting.labels,
        **tier.labels,
        "sloth_severity": _SLOTH_SEVERITY[alert.tier],
    }
    notes = {
        **annotations(name, service, system, runbook=slo.runbook),
        **written,
        **slo.alerting.annotations,
        **tier.annotations,
    }
    expr = condition(slo, alert)
    return Rule("alert", name, expr, dict(sorted(labels.items())), dict(sorted(notes.items())), alert.lasting)


def absent_alert(slo: Slo, service: Service, system: System, alerts: list[Burning]) -> Rule:
    """Alert when the indicator has nothing to measure, as fast as a total outage would be found."""
    what = presence(slo)
    if slo.by:
        by, offset = ", ".join(slo.by), format_duration(system.policy.slo.absent.offset)
        expr = f"count by ({by}) ({what} offset {offset}) unless count by ({by}) ({what})"
    else:
        expr = f"absent({what})"
    name = f"{alert_name(slo)}Absent"
    priority = burn_priority(system.policy, "page", service)
    labels = {
        **alert_labels(service, priority, "telemetry_absent"),
        **names.identity(slo),
        "surefoot_tier": "page",
    }
    notes = {
        **annotations(name, service, system, runbook=slo.runbook),
        "summary": f"{slo.subject} cannot be measured",
        "description": f"The series behind {slo.subject} are missing, so no other alert of it can fire.",
    }
    lasting = absent_after(slo, system.policy, alerts)
    return Rule("alert", name, expr, dict(sorted(labels.items())), dict(sorted(notes.items())), lasting)


def absent_after(slo: Slo, policy: Policy, alerts: list[Burning]) -> timedelta:
    """Compute the ``for`` of an absent alert: a total outage's detection time, in whole seconds.

    Never below two scrapes: one failed scrape already marks every series of a target as stale.
    """
    legs = [leg for alert in alerts if _SLOTH_SEVERITY[alert.tier] == "page" for leg in alert.legs]
    outage = first_detection(legs, budget_ratio(slo.objective), 1.0) or timedelta()
    return max(timedelta(seconds=ceil(outage.total_seconds())), 2 * policy.prometheus.scrape_interval)


def condition(slo: Slo, alert: Burning) -> str:
    """Write the alert's expression: windows of a leg joined by ``and``, legs by ``or``."""
    b = go_float(budget_ratio(slo.objective))
    legs = [_leg(slo, leg, b, failures) for leg, failures in zip(alert.legs, alert.failures, strict=True)]
    if len(legs) == 1:
        return legs[0]
    return "\nor\n".join("(\n" + "\n".join(f"    {line}" for line in leg.split("\n")) + "\n)" for leg in legs)


def alert_name(slo: Slo) -> str:
    """Return the name of an objective's burn alerts: the user's, or one made of service and objective."""
    return slo.alerting.name or names.camel(slo.service, slo.name, "budget-burn")


def alert_labels(service: Service, priority: Priority, kind: str) -> dict[str, str]:
    """Return the labels that routing needs."""
    return {
        "alert_type": kind,
        "priority": priority,
        "service": service.name,
        "severity": SEVERITIES[priority],
        "team": service.owner or "none",
    }


def burn_priority(policy: Policy, tier: BurnTier, service: Service) -> Priority:
    """Look up the priority of a burn alert by its tier and the service's."""
    priority: Priority = getattr(getattr(policy.slo.priorities, tier), service.tier)
    return priority


def _leg(slo: Slo, leg: Leg, b: str, failures: int) -> str:
    windows = dict.fromkeys((leg.short, leg.long))
    parts = [
        f"max({names.RATIO}{format_duration(window)}{names.match(slo)} > ({go_float(leg.factor)} * {b}))"
        " without (sloth_window)"
        for window in windows
    ]
    if failures:
        seconds = go_float(leg.long.total_seconds())
        record = f"{names.ERRORS}{format_duration(leg.long)}{names.match(slo)}"
        parts.append(f"max({record} * {seconds} >= {failures}) without (sloth_window)")
    return "\nand\n".join(parts)


def _windows(alert: Burning) -> Iterator[timedelta]:
    return iter(sorted({window for leg in alert.legs for window in (leg.short, leg.long)}))


def _ratio(slo: Slo, window: timedelta) -> str:
    text = format_duration(window)
    query = f"{names.RATIO}{text}{{sloth_id='{slo.id}'}}"
    return f'{text}: {{{{ with query "{query}" }}}}{{{{ . | first | value | humanizePercentage }}}}{{{{ end }}}}'
