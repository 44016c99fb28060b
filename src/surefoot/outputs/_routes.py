"""Alertmanager's routing tree and inhibitions: team by priority, one incident one notification."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from surefoot.outputs._hours import interval_name
from surefoot.outputs._receivers import PRIORITIES, receiver_name, teams
from surefoot.promql.duration import format_duration
from surefoot.promql.quote import quote
from surefoot.spec.model.policy import BurnTier, Priority
from surefoot.spec.system import System

Json = Mapping[str, object]

DEFAULT = "default"
_GROUP_BY = ("service", "sloth_id", "alertname")
_TIERS: tuple[tuple[BurnTier, tuple[BurnTier, ...]], ...] = (  # which silence which
    ("page", ("ticket",)),
    ("fast", ("medium", "slow")),
    ("medium", ("slow",)),
)
_SYMPTOMS = ("latency", "errors", "error_budget", "telemetry_absent", "instances", "database")
_MINOR: tuple[Priority, ...] = ("P3", "P4")


def route(system: System) -> Json:
    """Write the tree; what no team's route takes goes to the default receiver."""
    settings, policy = system.alertmanager, system.policy.alertmanager
    wait = policy.group_wait if settings.group_wait is None else settings.group_wait
    return {
        "receiver": DEFAULT,
        "group_by": list(_GROUP_BY),
        "group_wait": format_duration(wait),
        "group_interval": format_duration(settings.group_interval or policy.group_interval),
        "repeat_interval": format_duration(repeat_interval(system, "P2")),
        "routes": [branch for team in teams(system) for branch in _branches(system, team)],
    }


def repeat_interval(system: System, priority: Priority) -> timedelta:
    """Return how often an unresolved alert is sent again."""
    own: timedelta = getattr(system.policy.alertmanager.repeat_interval, priority)
    return system.alertmanager.repeat_interval or own


def waiting_tiers(system: System, team: str, priority: Priority) -> list[BurnTier]:
    """List the burn tiers of a team's objectives that wait for business hours at a priority."""
    used = {
        (leg.tier, service.tier)
        for service in system.services.values()
        if (service.owner or "none") == team
        for slo in service.slos.values()
        for leg in slo.burn
    }
    priorities = system.policy.slo.priorities
    return [
        tier
        for tier in system.policy.alertmanager.business_hours_only
        if any(
            tier == leg and getattr(getattr(priorities, tier), service_tier) == priority for leg, service_tier in used
        )
    ]


def inhibitions(system: System) -> list[Json]:
    """Write what silences what; both sides ask for the labels that must be equal.

    Alertmanager takes labels that both alerts lack as equal, so that without asking, one service's
    alert would silence another's.
    """
    return [*_burning(system), _down(), _grave()]


def _branches(system: System, team: str) -> Iterator[Json]:
    for priority in PRIORITIES:
        matchers = [f"team={quote(team)}", f"priority={quote(priority)}"]
        target = {
            "receiver": receiver_name(team, priority),
            "repeat_interval": format_duration(repeat_interval(system, priority)),
        }
        waiting = waiting_tiers(system, team, priority)
        if waiting:
            only = [*matchers, _any("surefoot_tier", waiting)]
            yield {"matchers": only, **target, "active_time_intervals": [interval_name(team)]}
        yield {"matchers": matchers, **target}


def _burning(system: System) -> Iterator[Json]:
    """Let a higher tier of an objective silence the lower ones, group by group."""
    slos = [slo for service in system.services.values() for slo in service.slos.values()]
    groups = sorted({label for slo in slos for label in slo.by})
    equal = ["sloth_id", *(label for label in groups if label != "sloth_id")]
    used = {leg.tier for slo in slos for leg in slo.burn}
    label = "sloth_severity" if system.policy.slo.profile == "sloth" else "surefoot_tier"
    for higher, all_lower in _TIERS:
        lower = [tier for tier in all_lower if tier in used]
        if higher in used and lower:
            yield {
                "source_matchers": [f"{label}={quote(higher)}", 'sloth_id=~".+"'],
                "target_matchers": [_any(label, lower), 'sloth_id=~".+"'],
                "equal": equal,
            }


def _down() -> Json:
    """Let an outage silence the symptoms that it causes."""
    return {
        "source_matchers": ['alert_type="availability"', 'service=~".+"'],
        "target_matchers": [_any("alert_type", _SYMPTOMS), 'service=~".+"'],
        "equal": ["service"],
    }


def _grave() -> Json:
    return {
        "source_matchers": ['priority="P1"', 'service=~".+"'],
        "target_matchers": [_any("priority", _MINOR), 'service=~".+"'],
        "equal": ["service"],
    }


def _any(label: str, values: Sequence[str]) -> str:
    return f"{label}={quote(values[0])}" if len(values) == 1 else f"{label}=~{quote('|'.join(values))}"
