"""Whose an alert is, and how much it matters; what is unknown wakes somebody, and is told as a doubt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from surefoot.domain.alerts.signal import Signal
from surefoot.spec.model.channel import AlertSource
from surefoot.spec.model.forms import Criticality, Priority, Severity
from surefoot.spec.model.policy_oncall import Intake

_PRIORITIES: tuple[Priority, ...] = get_args(Priority)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that an alert does not say, what was done instead, and the cure."""

    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class IncidentKey:
    """What makes alerts one incident; at most one with a key is open.

    Attributes:
        owner: The service; ``team:NAME`` of what belongs to none.
    """

    owner: str
    group: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a service, and its tier."""

    team: str
    tier: Criticality


@dataclass(frozen=True, slots=True)
class World:
    """What routing goes by.

    Attributes:
        services: By name.
        default_team: Takes what nobody owns.
        default_tier: Of what belongs to no service.
        matrix: Severity by priority and tier; where it has none, the alert stays an alert.
        own: The spec's changes of it, by tier and priority.
        group_by: Labels that group, where the source names none; the sender's group if none.
    """

    services: Mapping[str, Owner]
    default_team: str
    default_tier: Criticality
    intake: Intake
    matrix: Mapping[Priority, Mapping[Criticality, Severity]]
    own: Mapping[Criticality, Mapping[Priority, Severity]] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an alert goes.

    Attributes:
        service: None if it belongs to none.
        severity: None if it stays an alert.
    """

    priority: Priority
    service: str | None
    team: str
    severity: Severity | None
    key: IncidentKey
    doubts: tuple[Doubt, ...]


def route(signal: Signal, source: AlertSource, world: World) -> Routed:
    """Decide where an alert goes; nothing is dropped."""
    priority, unsure = priority_of(signal, source, world.intake)
    service, lost = service_of(signal, source, world.services)
    owner = world.services.get(service or "")
    team = owner.team if owner else source.team or world.default_team
    severity = severity_of(priority, owner.tier if owner else world.default_tier, world)
    group = _group(signal, source, service or "", world)
    key = IncidentKey(service or f"team:{team}", group)
    doubts = tuple(doubt for doubt in (unsure, lost) if doubt is not None)
    return Routed(priority, service, team, severity, key, doubts)


def priority_of(signal: Signal, source: AlertSource, intake: Intake) -> tuple[Priority, Doubt | None]:
    """Find the priority: the label, else what the source calls severe, else the policy's default and a doubt."""
    said = signal.labels.get("priority", "").strip()
    if (named := _named(said.upper(), source, intake)) is not None:
        return named, None
    words = {word.lower(): priority for word, priority in (intake.priority_labels | source.priorities).items()}
    for word in (said, signal.labels.get("severity", "").strip()):
        if (found := words.get(word.lower())) is not None:
            return found, None
    known = ", ".join(sorted(words))
    message = f"`{signal.source}` sends alerts without a known priority: taken as {intake.default_priority}"
    return intake.default_priority, Doubt(
        message, f"add a label `priority: P1` to P4, a `severity` of {known}, or `priorities:` to the source"
    )


def _named(said: str, source: AlertSource, intake: Intake) -> Priority | None:
    """Read P1 to P4 as they are, and those of Opsgenie (P5 as well) as the policy says."""
    own = next((priority for priority in _PRIORITIES if priority == said), None)
    return intake.opsgenie.get(said) if own is None or source.kind == "opsgenie" else own


def service_of(signal: Signal, source: AlertSource, known: Mapping[str, object]) -> tuple[str | None, Doubt | None]:
    """Find the service: the label, else the source's rules, else the route, else none and a doubt."""
    label = signal.labels.get("service", "")
    if label in known:
        return label, None
    for rule in source.services:
        if all(re.fullmatch(wanted, signal.labels.get(name, "")) for name, wanted in rule.match.items()):
            return rule.service, None
    routed = signal.route.get("service", "")
    if routed in known:
        return routed, None
    message = f"no service is called `{label}`" if label else f"`{signal.source}` sends alerts of no service"
    return None, Doubt(f"{message}: the default team gets them", "add a label `service`, or `services:` to the source")


def severity_of(priority: Priority, tier: Criticality, world: World) -> Severity | None:
    """Look the severity up: the spec's own, else the policy's."""
    return world.own.get(tier, {}).get(priority) or world.matrix.get(priority, {}).get(tier)


def risen(current: Severity | None, joining: Severity | None) -> Severity | None:
    """Return the heavier of two severities: an incident's rises by itself, and only a person lowers it."""
    return min((severity for severity in (current, joining) if severity is not None), default=None)


def storm_key(owner: str) -> IncidentKey:
    """Return the key under which all alerts of a service come together in a storm."""
    return IncidentKey(owner, "surefoot/storm")


def _group(signal: Signal, source: AlertSource, service: str, world: World) -> str:
    names = source.group_by or world.group_by
    if not names:
        return signal.group or signal.key
    labels = {"environment": source.environment or "", **signal.labels} | ({"service": service} if service else {})
    return ",".join(f"{name}={labels.get(name, '')}" for name in names)
