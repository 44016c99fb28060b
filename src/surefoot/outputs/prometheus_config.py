"""The server's own configuration: what it scrapes and probes, which rules it loads, where alerts go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from surefoot.artifact import Artifact
from surefoot.domain.rules.sources import exporters, probed, prober
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._yaml import document
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher, MatchOp
from surefoot.spec.system import Exporter, Service, System

Json = Mapping[str, object]

MODULE = "http_2xx"
_METRICS = "/metrics"
_PROBER = "127.0.0.1:9115"  # where a blackbox exporter listens unless told otherwise
_RULES = "rules/*.yml"  # relative to the configuration
# From 3.0 on a target that names no content type is refused, unless this says how to read it.
_FALLBACK_SINCE = (3, 0)
_FALLBACK = "PrometheusText0.0.4"


def _render(system: System) -> Iterator[Artifact]:
    policy = system.policy.prometheus
    content: dict[str, object] = {
        "global": {
            "scrape_interval": format_duration(policy.scrape_interval),
            "scrape_timeout": format_duration(policy.scrape_timeout),
            "evaluation_interval": format_duration(policy.evaluation_interval),
        },
        "rule_files": [_RULES],
    }
    if system.alertmanager.targets:
        content["alerting"] = {"alertmanagers": list(_alertmanagers(system.alertmanager.targets))}
    fallback = {"fallback_scrape_protocol": _FALLBACK} if at_least(policy.target, _FALLBACK_SINCE) else {}
    content["scrape_configs"] = [{**job, **fallback} for job in scrape_configs(system)]
    yield Artifact("prometheus/prometheus.yml", document(content, header(system)))


def at_least(target: str, version: tuple[int, int]) -> bool:
    """Tell whether a target such as ``2.42`` is of a version or a later one."""
    major, minor = target.split(".")
    return (int(major), int(minor)) >= version


def scrape_configs(system: System) -> Iterator[Json]:
    """Write a job for each service and exporter that names targets, and for each prober."""
    jobs: dict[str, _Job] = {}
    scraped: set[tuple[str, str, str]] = set()
    for service in system.services.values():
        model = service.model
        _add(jobs, scraped, _Job(service.name, model.metrics_path, model.scheme), service.matchers, model.targets)
    probers = {}
    for exporter in _used_exporters(system):
        if exporter.kind == "blackbox":
            probers[exporter.name] = exporter
        else:
            _add(jobs, scraped, _Job(exporter.name), exporter.matchers, exporter.targets)
    for name in sorted(jobs):
        yield jobs[name].config(name)
    for exporter in probers.values():
        yield from _probes(exporter, system, set(jobs))


@dataclass(frozen=True, slots=True)
class _Job:
    """A scrape job in the making."""

    owner: str
    path: str = _METRICS
    scheme: str = "http"
    targets: list[Json] = field(default_factory=list)

    def config(self, name: str) -> Json:
        """Write it; what Prometheus assumes is left out."""
        path = {"metrics_path": self.path} if self.path != _METRICS else {}
        scheme = {"scheme": self.scheme} if self.scheme != "http" else {}
        return {"job_name": name, **path, **scheme, "static_configs": self.targets}


def _add(
    jobs: dict[str, _Job],
    scraped: set[tuple[str, str, str]],
    job: _Job,
    matchers: Sequence[Matcher],
    targets: Iterable[str],
) -> None:
    """Add targets to the job whose series the matchers select; no target is scraped twice under one job."""
    labels = equal_labels(matchers)
    label = labels.pop("job", job.owner)
    addresses = [
        address for address in dict.fromkeys(map(address_of, targets)) if (label, address, job.path) not in scraped
    ]
    if not addresses:
        return
    scraped.update((label, address, job.path) for address in addresses)
    name = label
    found = jobs.get(name)
    if found and (found.path, found.scheme) != (job.path, job.scheme):
        # A job has one path; another job under the same label needs another name.
        name, labels = f"{label}-{job.owner}", {"job": label, **labels}
    jobs.setdefault(name, job).targets.append({"targets": addresses, **({"labels": labels} if labels else {})})


def _used_exporters(system: System) -> list[Exporter]:
    used = {exporter.name: exporter for service in system.services.values() for exporter in service.exporters.values()}
    return [used[name] for name in sorted(used)]


def _probes(exporter: Exporter, system: System, taken: set[str]) -> Iterator[Json]:
    """Write the job that lets a blackbox exporter probe the services that use it."""
    services = [service for service in system.services.values() if exporter in exporters(service, "blackbox")]
    groups = list(_probe_groups(services))
    if not groups:
        return
    labels = equal_labels(exporter.matchers)
    job = labels.pop("job", exporter.name)
    name = f"{job}-probes" if job in taken else job
    if name != job:
        labels["job"] = job
    yield {
        "job_name": name,
        "metrics_path": "/probe",
        "params": {"module": [MODULE]},
        "static_configs": [{**group, "labels": labels} if labels else group for group in groups],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": prober(exporter) or _PROBER},
        ],
    }


def _probe_groups(services: Sequence[Service]) -> Iterator[Json]:
    """List each address once, though several services may share it."""
    seen: set[str] = set()
    for service in services:
        addresses = [address for address in probed(service) if address not in seen]
        seen.update(addresses)
        if addresses:
            yield {"targets": addresses}


def equal_labels(matchers: Iterable[Matcher]) -> dict[str, str]:
    """Return the labels that a scrape must set so that the matchers find its series."""
    return {matcher.label: matcher.value for matcher in matchers if matcher.op is MatchOp.EQUAL}


def address_of(target: str) -> str:
    """Take host and port out of an address that may be a URL."""
    return target.rpartition("://")[2].partition("/")[0]


def _alertmanagers(targets: Sequence[str]) -> Iterator[Json]:
    """Group Alertmanagers by scheme and path; the path is what stands before ``/api/v2``."""
    groups: dict[tuple[str, str], list[str]] = {}
    for target in targets:
        scheme, _, rest = target.rpartition("://")
        address, slash, path = rest.partition("/")
        prefix = f"{slash}{path}".rstrip("/")
        groups.setdefault((scheme or "http", prefix), []).append(address)
    for (scheme, prefix), addresses in groups.items():
        yield {
            **({"scheme": scheme} if scheme != "http" else {}),
            **({"path_prefix": prefix} if prefix else {}),
            "static_configs": [{"targets": addresses}],
        }


OUTPUT = Output(
    "prometheus-config",
    "Scrape and probe jobs, rule files and Alertmanagers of the Prometheus server.",
    _render,
)
