"""The standard alerts of a service (ALR-2): each only where something provides its metric."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from surefoot.domain.rules import names, sources
from surefoot.domain.rules.alerts import alert_labels
from surefoot.domain.rules.links import annotations
from surefoot.domain.rules.saturation import certificate_expiry, disk_full, high_cpu, replication_lag
from surefoot.domain.rules.signals import (
    api_down,
    database_slow,
    high_error_rate,
    high_latency,
    service_down,
)
from surefoot.domain.rules.wording import Draft, Numbers
from surefoot.spec.model.policy import AlertPolicy, Policy, Thresholds
from surefoot.spec.model.service import StandardAlert
from surefoot.spec.rulefile import Rule
from surefoot.spec.system import Service, System

_SCRAPES = 4  # a rate over fewer is a matter of luck


@dataclass(frozen=True, slots=True)
class Kind:
    """One standard alert.

    Attributes:
        drafts: Makes it, as often as the service has forms of it; nothing without a source.
        applies: Whether the service should have it.
        source: What would provide its metric.
    """

    drafts: Callable[[Service, Policy, Numbers], Iterator[Draft]]
    applies: Callable[[Service], bool]
    source: str


def _always(_: Service) -> bool:
    return True


def _has_store(service: Service) -> bool:
    return any(dependency.store for dependency in service.model.depends_on)


def _has_certificate(service: Service) -> bool:
    return any(address.startswith("https://") for address in sources.probed(service))


def _has_replicas(service: Service) -> bool:
    return bool(sources.exporters(service, "postgres"))


_COUNTER = "`metrics: {requests: …, errors: …}`, an objective on requests"

KINDS: Mapping[str, Kind] = {
    "api-down": Kind(api_down, _always, f"{_COUNTER}, or an exporter of kind `blackbox` and `url:`"),
    "service-down": Kind(service_down, _always, "`targets:`, or the `selector:` of its series"),
    "high-error-rate": Kind(high_error_rate, _always, _COUNTER),
    "high-latency": Kind(high_latency, _always, "`metrics: {latency: …}`, or an objective on latency"),
    "database-slow": Kind(
        database_slow, _has_store, "`metrics: {queries: …}`, or an exporter of kind `sql` or `postgres`"
    ),
    "high-cpu": Kind(high_cpu, _always, "an exporter of kind `node` or `cadvisor`"),
    "disk-full": Kind(disk_full, _always, "an exporter of kind `node`"),
    "certificate-expiry": Kind(certificate_expiry, _has_certificate, "an exporter of kind `blackbox`"),
    "replication-lag": Kind(replication_lag, _has_replicas, "an exporter of kind `postgres`"),
}


def standard_alerts(service: Service, system: System) -> Iterator[Rule]:
    """Compile the standard alerts of a service; none for the profile ``sloth``, which knows no such."""
    for _, rule in by_kind(service, system):
        yield rule


def by_kind(service: Service, system: System) -> Iterator[tuple[str, Rule]]:
    """Compile the standard alerts, each with its kind such as ``api-down``."""
    if system.policy.slo.profile == "sloth":
        return
    for name, kind in KINDS.items():
        change = service.model.alerts.get(name) or StandardAlert()
        if change.enabled:
            numbers = _numbers(name, service, system.policy)
            for draft in kind.drafts(service, system.policy, numbers):
                yield name, _rule(draft, service, system, change.runbook)


def missing(service: Service, system: System) -> Iterator[tuple[str, str]]:
    """List the standard alerts that the service should have and that nothing provides.

    Returns:
        The alert's key, such as ``high-cpu``, and what would provide its metric.
    """
    if system.policy.slo.profile == "sloth":
        return
    for name, kind in KINDS.items():
        change = service.model.alerts.get(name) or StandardAlert()
        if not change.enabled or not kind.applies(service):
            continue
        if next(kind.drafts(service, system.policy, _numbers(name, service, system.policy)), None) is None:
            yield name, kind.source


def _numbers(name: str, service: Service, policy: Policy) -> Numbers:
    """Collect an alert's numbers: the policy's, those of the service's tier, and the service's own."""
    shipped: AlertPolicy = getattr(policy.alerts, name.replace("-", "_"))
    numbers = Numbers(
        priority=shipped.priority,
        window=_window(shipped.window, policy),
        lasting=shipped.lasting,
        limit=shipped.above if shipped.above is not None else shipped.below,
        quantile=shipped.quantile,
        share=shipped.share,
        partial=shipped.partial,
        predict=shipped.predict,
        history=shipped.history,
    )
    tier = _thresholds(service, policy)
    if name == "high-error-rate" and tier:
        numbers = replace(
            numbers, limit=_given(numbers.limit, tier.errors), lasting=_given(numbers.lasting, tier.errors_for)
        )
    if name == "high-latency" and tier:
        numbers = replace(
            numbers,
            limit=_given(numbers.limit, tier.latency),
            lasting=_given(numbers.lasting, tier.latency_for),
            quantile=_given(numbers.quantile, tier.quantile),
        )
    return _changed(numbers, service.model.alerts.get(name))


def _changed(numbers: Numbers, change: StandardAlert | None) -> Numbers:
    if change is None:
        return numbers
    limit = change.above if change.above is not None else change.below
    return replace(
        numbers,
        priority=change.priority or numbers.priority,
        lasting=numbers.lasting if change.lasting is None else change.lasting,
        # A limit of another sort than the alert compares (5m of CPU) changes nothing.
        limit=limit if isinstance(limit, timedelta) == isinstance(numbers.limit, timedelta) else None,
        quantile=change.quantile or numbers.quantile,
    ).or_limit(numbers.limit)


def _thresholds(service: Service, policy: Policy) -> Thresholds | None:
    by_tier = policy.alerts.thresholds.get(policy.thresholds)
    found: Thresholds | None = getattr(by_tier, service.tier) if by_tier else None
    return found


def _window(window: timedelta | None, policy: Policy) -> timedelta:
    return max(window or timedelta(), _SCRAPES * policy.prometheus.scrape_interval)


def _rule(draft: Draft, service: Service, system: System, runbook: str | None) -> Rule:
    name = names.camel(service.name, draft.name)
    labels = alert_labels(service, draft.priority, draft.type)
    written = {"summary": f"{service.name}: {draft.summary}", "description": draft.description}
    notes = {**annotations(name, service, system, runbook=runbook), **written}
    return Rule(
        "alert",
        name,
        draft.expr,
        dict(sorted(labels.items())),
        dict(sorted(notes.items())),
        draft.lasting,
    )
