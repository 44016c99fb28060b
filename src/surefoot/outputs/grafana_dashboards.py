"""Grafana's dashboards: executive overview, service health, infrastructure, user experience, on-call (MON-5)."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from surefoot.artifact import Artifact
from surefoot.domain.rules.links import dashboard_uid, fill, uid
from surefoot.domain.shields import Shield, shields
from surefoot.outputs import Output
from surefoot.outputs._catalog import alerts
from surefoot.outputs._grafana import Dashboard, Panel, Row, deployments, fired, note, write
from surefoot.outputs._header import header
from surefoot.outputs._markdown import bullets, code
from surefoot.outputs._panels_machines import rows as machine_rows
from surefoot.outputs._panels_machines import saturation
from surefoot.outputs._panels_objectives import row as objective_row
from surefoot.outputs._panels_overview import alerting, alerts_of, executive, variables
from surefoot.outputs._panels_resilience import row as resilience_row
from surefoot.outputs._panels_signals import rows as signal_rows
from surefoot.outputs._panels_signals import undeclared
from surefoot.outputs._panels_users import rows as user_rows
from surefoot.outputs._yaml import document
from surefoot.promql.duration import format_duration
from surefoot.spec.model.workspace import Prometheus
from surefoot.spec.system import Service, System

FOLDER = "grafana"
_MOUNTED = "/etc/grafana/dashboards"  # where the JSON files lie in Grafana's own container or machine
_SIGNALS = "Traffic, errors, latency, saturation, objectives and calls to dependencies."
_CURES = 3  # lines of height of a note about what is not declared


@lru_cache(maxsize=2)
def dashboards(system: System) -> tuple[Dashboard, ...]:
    """Make every dashboard of a workspace, once for the files and their document; none without services."""
    return tuple(_dashboards(system))


def _dashboards(system: System) -> Iterator[Dashboard]:
    if not system.services:
        return
    yield _over_all(
        "executive", "Executive overview", "What is promised, and whether it is kept.", executive(system), system
    )
    yield _over_all("infrastructure", "Infrastructure", "What services stand on.", machine_rows(system), system)
    yield _over_all("user-experience", "User experience", "What users meet.", user_rows(system), system)
    yield _over_all("on-call", "On-call", "What fires, and what fired.", alerting(system), system)
    found: dict[str, list[Shield]] = {}
    for shield in shields(system):
        found.setdefault(shield.service.name, []).append(shield)
    for service in system.services.values():
        yield _of_service(service, found.get(service.name, []), system)


def _over_all(name: str, title: str, describes: str, rows: Iterator[Row], system: System) -> Dashboard:
    links = system.links
    return Dashboard(
        f"{FOLDER}/{name}.json",
        uid(f"surefoot-{system.name}-{name}"),
        f"{title} ({system.name})",
        describes,
        tuple(rows),
        tuple((title, url) for title, url in (("Runbooks", links.runbooks), ("Surefoot", links.surefoot)) if url),
        variables(system) if name == "on-call" else (),
        (deployments(),),
    )


def _of_service(service: Service, shielded: list[Shield], system: System) -> Dashboard:
    rows = [
        *signal_rows(service, system),
        saturation(service, system),
        *(objective_row(slo, system) for slo in service.slos.values()),
        resilience_row(shielded),
        Row("Runbooks and gaps", tuple(_notes(service, system))),
    ]
    links = system.links
    templates = {"Logs": links.logs, "Traces": links.traces, "Runbooks": links.runbooks, "Surefoot": links.surefoot}
    return Dashboard(
        f"{FOLDER}/services/{service.name}.json",
        dashboard_uid(service.name, system.links),
        f"Service health: {service.name}",
        f"{_SIGNALS} {service.model.description}".strip(),
        tuple(rows),
        tuple((title, fill(url, service.name)) for title, url in templates.items() if url),
        annotations=(deployments(service.name), fired(alerts_of(service, system))),
    )


def _notes(service: Service, system: System) -> Iterator[Panel]:
    books = {found.rule.name: found.rule.annotations.get("runbook_url", "") for found in alerts(service, system)}
    lines = [f"[{name}]({url})" if "://" in url else f"{name}: {code(url)}" for name, url in books.items() if url]
    if lines:
        yield note("Runbooks", bullets(lines), height=_height(lines))
    gaps = undeclared(service, system)
    if gaps:
        yield note("Not measured", bullets(gaps), height=_height(gaps))


def _height(lines: list[str]) -> int:
    return _CURES + len(lines)


def _render(system: System) -> Iterator[Artifact]:
    found = dashboards(system)
    for dashboard in found:
        yield Artifact(dashboard.path, write(dashboard, system))
    if found:
        yield Artifact(f"{FOLDER}/provisioning/dashboards.yaml", document(_provider(system), header(system)))
    server = _server(system)
    if found and server:
        yield Artifact(f"{FOLDER}/provisioning/datasources.yaml", document(_source(server, system), header(system)))


def _provider(system: System) -> Mapping[str, object]:
    provider = {
        "name": f"surefoot-{system.name}",
        "orgId": 1,
        "folder": system.name,
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "options": {"path": f"{_MOUNTED}/{system.name}", "foldersFromFilesStructure": False},
    }
    return {"apiVersion": 1, "providers": [provider]}


def _server(system: System) -> Prometheus | None:
    entry = system.spec.single.get("metrics")
    server = getattr(entry.model, "prometheus", None) if entry else None
    return server if isinstance(server, Prometheus) else None


def _source(server: Prometheus, system: System) -> Mapping[str, object]:
    """Write the data source; secrets stay where the spec says they are."""
    headers: list[tuple[str, str]] = []
    if server.tenant:
        headers.append(("X-Scope-OrgID", server.tenant.replace("$", "$$")))
    if server.token:
        headers.append(("Authorization", f"Bearer {_secret(server.token)}"))
    settings: dict[str, object] = {
        "httpMethod": "POST",
        "timeInterval": format_duration(system.policy.prometheus.scrape_interval),
    }
    hidden: dict[str, object] = {}
    for index, (name, value) in enumerate(headers, 1):
        settings[f"httpHeaderName{index}"] = name
        hidden[f"httpHeaderValue{index}"] = value
    source: dict[str, object] = {
        "name": f"Prometheus ({system.name})",
        "uid": uid(f"surefoot-{system.name}-prometheus"),
        "type": "prometheus",
        "access": "proxy",
        "url": server.url.replace("$", "$$"),
        "jsonData": settings,
    }
    if server.username:
        source |= {"basicAuth": True, "basicAuthUser": server.username.replace("$", "$$")}
        if server.password:
            hidden["basicAuthPassword"] = _secret(server.password)
    if hidden:
        source["secureJsonData"] = hidden
    return {"apiVersion": 1, "datasources": [source]}


def _secret(written: str) -> str:
    """Point Grafana at a secret: its provisioning reads the environment and files, too."""
    kind, _, name = written.partition(":")
    return f"$__{kind}{{{name}}}"


OUTPUT = Output(
    "grafana-dashboards",
    "Grafana's dashboards: executive overview, health of each service, infrastructure, user experience, on-call.",
    _render,
)
