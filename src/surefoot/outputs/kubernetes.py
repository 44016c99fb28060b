"""Manifests for the Prometheus Operator: the same rules, and what is scraped and probed."""

import re
from collections.abc import Iterator, Mapping
from textwrap import indent

from surefoot.artifact import Artifact
from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.sources import exporters, probed, prober
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._yaml import document, rule_file
from surefoot.outputs.prometheus_config import MODULE, address_of, equal_labels
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Service, System

Json = Mapping[str, object]

_API = "monitoring.coreos.com/v1"
_STRANGE = re.compile("[^a-z0-9-]+")


def _render(system: System) -> Iterator[Artifact]:
    for service in system.services.values():
        manifests = list(_manifests(service, system))
        if manifests:
            yield Artifact(f"kubernetes/{service.name}.yaml", header(system) + "---\n".join(manifests))


def _manifests(service: Service, system: System) -> Iterator[str]:
    found = groups(service, system)
    if found:
        # Rules are many: the same fast writer as for plain files, below `spec:`.
        yield f"{document(_head('PrometheusRule', service))}spec:\n{indent(rule_file(found, ''), '  ')}"
    port = _port(service)
    if port:
        yield document({**_head("ServiceMonitor", service), "spec": _monitor(service, system, port)})
    for suffix, spec in _probes(service, system):
        yield document({**_head("Probe", service, suffix), "spec": spec})


def _head(kind: str, service: Service, suffix: str = "") -> Json:
    labels = {"app": service.name, "app.kubernetes.io/managed-by": "surefoot"}
    name = _name(f"{service.name}{suffix}")
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name, "labels": labels}}


def _name(text: str) -> str:
    """Make a name that Kubernetes takes: lower-case letters, digits and dashes."""
    return _STRANGE.sub("-", text.lower()).strip("-")


def _port(service: Service) -> Json:
    """Name the port that is scraped: the service's, or that of its first target."""
    port = service.model.port
    if port is None and service.model.targets:
        _, _, number = address_of(service.model.targets[0]).rpartition(":")
        port = int(number) if number.isdigit() else None
    if port is None:
        return {}
    return {"targetPort": port} if isinstance(port, int) else {"port": port}


def _monitor(service: Service, system: System, port: Json) -> Json:
    """Select the Kubernetes Service by its label ``app``; series get the labels that the rules ask for."""
    model = service.model
    relabelings = [
        {"targetLabel": label, "replacement": value}
        for label, value in equal_labels(service.matchers).items()
        if (label, value) != ("job", service.name)
    ]
    endpoint: dict[str, object] = {
        **port,
        "path": model.metrics_path,
        "scheme": model.scheme,
        "interval": format_duration(system.policy.prometheus.scrape_interval),
        "scrapeTimeout": format_duration(system.policy.prometheus.scrape_timeout),
    }
    if relabelings:
        endpoint["relabelings"] = relabelings
    return {
        "jobLabel": "app",
        "selector": {"matchLabels": {"app": service.name}},
        "endpoints": [endpoint],
    }


def _probes(service: Service, system: System) -> Iterator[tuple[str, Json]]:
    """Yield the end of each probe's name, and the probe."""
    addresses = list(probed(service))
    probers = [(found, address) for found in exporters(service, "blackbox") if (address := prober(found))]
    for exporter, address in probers if addresses else ():
        labels = equal_labels(exporter.matchers)
        job = labels.pop("job", exporter.name)
        static = {"static": addresses, **({"labels": labels} if labels else {})}
        spec = {
            "jobName": job,
            "prober": {"url": address},
            "module": MODULE,
            "interval": format_duration(system.policy.prometheus.scrape_interval),
            "targets": {"staticConfig": static},
        }
        yield f"-{exporter.name}" if len(probers) > 1 else "", spec


OUTPUT = Output(
    "kubernetes",
    "PrometheusRule, ServiceMonitor and Probe of each service for the Prometheus Operator.",
    _render,
)
