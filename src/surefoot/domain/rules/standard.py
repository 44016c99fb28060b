"""The standard alerts of a service (ALR-2): each only where something provides its metric."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import NoneType

from surefoot.domain.rules import names, sources
from surefoot.domain.rules.alerts import alert_labels
from surefoot.domain.rules.draft import Draft, Numbers
from surefoot.domain.rules.links import annotations
from surefoot.domain.rules.saturation import certificate_expiry, disk_full, high_cpu, replication_lag
from surefoot.domain.rules.signals import (
    api_down,
    database_slow,
    high_error_rate,
    high_latency,
    service_down,
)
from surefoot.spec.model.policy import AlertPolicy, MetricNames, Policy, Thresholds
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
        limit: The sort of value that it compares.
    """

    drafts: Callable[[Service, MetricNames, Numbers], Iterator[Draft]]
    applies: Callable[[Service], bool]
    source: str
    limit: type[float] | type[timedelta] | type[None]


def _always(_: Service) -> bool:
    return True


def _has_store(service: Service) -> bool:
    return any(dependency.store for dependency in service.model.depends_on)


def _has_certificate(service: Service) -> bool:
    return any(address.startswith("https://") for address in sources.probed(service))


def _has_replicas(service: Service) -> bool:
    return bool(sources.exporters(service, "postgres"))


_COUNTER = "`signals: {requests: …, errors: …}`, an objective on requests"

KINDS: Mapping[str, Kind] = {
    "api-down": Kind(api_down, _always, f"{_COUNTER}, or an exporter of kind `blackbox` and `url:`", NoneType),
    "service-down": Kind(service_down, _always, "`targets:`, or the `selector:` of its series", float),
    "high-error-rate": Kind(high_error_rate, _always, _COUNTER, float),
    "high-latency": Kind(high_latency, _always, "`signals: {latency: …}`, or an objective on latency", timedelta),
    "database-slow": Kind(
        database_slow,
        _has_store,
        "`signals: {queries: …}`, or an exporter of kind `sql` or `postgres`",
        timedelta,
    ),
    "high-cpu": Kind(high_cpu, _always, "an exporter of kind `node` or `cadvisor`", float),
    "disk-full": Kind(disk_full, _always, "an exporter of kind `node`", float),
    "certificate-expiry": Kind(certificate_expiry, _has_certificate, "an exporter of kind `blackbox`", timedelta),
    "replication-lag": Kind(replication_lag, _has_replicas, "an exporter of kind `postgres`", timedelta),
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
            for draft in kind.drafts(service, system.policy.metrics, numbers(name, service, system.policy)):
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
        found = numbers(name, service, system.policy)
        if next(kind.drafts(service, system.policy.metrics, found), None) is None:
            yield name, kind.source


def numbers(name: str, service: Service, policy: Policy) -> Numbers:
    """Collect an alert's numbers: the service's own, the policy's, then those of the service's tier.

    A limit of another sort than the alert compares (``5m`` of CPU) is passed over.
    """
    shipped: AlertPolicy = getattr(policy.alerts, name.replace("-", "_"))
    change = service.model.alerts.get(name) or StandardAlert()
    tier = _tier(name, service, policy)
    limits = (change.above, change.below, shipped.above, shipped.below, shipped.share, tier.limit)
    return Numbers(
        priority=change.priority or shipped.priority,
        window=max(shipped.window or timedelta(), _SCRAPES * policy.prometheus.scrape_interval),
        lasting=_first(change.lasting, shipped.lasting, tier.lasting),
        limit=next((limit for limit in limits if isinstance(limit, KINDS[name].limit)), None),
        quantile=change.quantile or shipped.quantile or tier.quantile,
        partial=shipped.partial,
        predict=shipped.predict,
        history=shipped.history,
    )


@dataclass(frozen=True, slots=True)
class _Tier:
    """What the thresholds of a tier say about one alert."""

    limit: float | timedelta | None = None
    lasting: timedelta | None = None
    quantile: float | None = None


def _tier(name: str, service: Service, policy: Policy) -> _Tier:
    by_tier = policy.alerts.thresholds.get(policy.thresholds)
    if by_tier is None:
        return _Tier()
    found: Thresholds = getattr(by_tier, service.tier)
    match name:
        case "high-error-rate":
            return _Tier(found.errors, found.errors_for)
        case "high-latency":
            return _Tier(found.latency, found.latency_for, found.quantile)
        case _:
            return _Tier()


def _first(*lengths: timedelta | None) -> timedelta | None:
    return next((length for length in lengths if length is not None), None)


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
