"""The document of the dashboards: where each is, what it shows, and where its colours change (MON-5)."""

import re
from collections.abc import Iterator, Sequence

from surefoot.artifact import Artifact
from surefoot.domain.rules.draft import percent
from surefoot.outputs import Output
from surefoot.outputs._grafana import Dashboard, Panel
from surefoot.outputs._markdown import bullets, code, fence, page, table
from surefoot.outputs._panels_objectives import thresholds
from surefoot.outputs._panels_signals import undeclared
from surefoot.outputs.grafana_dashboards import FOLDER, dashboards
from surefoot.spec.system import System

_PATH = "docs/operations/dashboards.md"
_LABEL = re.compile(r"\{\{(\w+)\}\}")
_TOKEN, _GRAFANA = "$GRAFANA_TOKEN", "$GRAFANA_URL"


def _render(system: System) -> Iterator[Artifact]:
    found = dashboards(system)
    if found:
        yield Artifact(_PATH, page(system, "Dashboards", _blocks(found, system)))


def _blocks(found: Sequence[Dashboard], system: System) -> Iterator[str]:
    yield (
        f"The files below {code(FOLDER + '/')} are Grafana's (11 or later). They ask a Prometheus that evaluates the "
        "rules of this workspace; the data source is chosen at the top of each dashboard. What no exporter, target or "
        "objective of the spec provides is not shown."
    )
    yield table(
        ("Dashboard", "File", "Address", "Shows"),
        [(each.title, code(each.path), code(f"/d/{each.uid}"), each.describes) for each in found],
    )
    yield "## Set-up"
    yield (
        f"Copy {code(f'{FOLDER}/provisioning/dashboards.yaml')} into Grafana's folder `provisioning/dashboards`, "
        f"{code(f'{FOLDER}/provisioning/datasources.yaml')}, where it is built, into `provisioning/datasources`, and "
        f"the JSON files to {code(f'/etc/grafana/dashboards/{system.name}')}; or import each file by hand. A changed "
        "spec changes the files, not their addresses: dashboards and panels keep their ids."
    )
    yield "Mark a deployment, from the pipeline that makes it; the second tag is the service:"
    yield fence(
        "sh",
        f'curl -sf -H "Authorization: Bearer {_TOKEN}" -H "Content-Type: application/json" \\\n'
        f'  -d \'{{"tags": ["deployment", "{next(iter(system.services))}"], "text": "1.4.2"}}\' '
        f'"{_GRAFANA}/api/annotations"',
    )
    yield from _colours(system)
    yield "## Panels"
    for each in found:
        yield f"### {each.title}"
        yield table(
            ("Row", "Panel", "Shows"),
            [(row.title, panel.title, _shown(panel)) for row in each.rows for panel in row.panels],
        )
    yield from _gaps(system)


def _shown(panel: Panel) -> str:
    if panel.kind == "text":
        return "text"
    lines = dict.fromkeys(_LABEL.sub(r"\1", query.name) for query in panel.queries if query.name)
    return panel.describes or ", ".join(lines)


def _colours(system: System) -> Iterator[str]:
    policy, states = system.policy.dashboards, system.policy.slo.budget_states
    yield "## Thresholds"
    yield (
        f"An error ratio is amber from {policy.amber:g}× the rate that spends its budget exactly, and red from "
        f"{policy.red:g}×, but never above 100 % (policy `dashboards`); so is a burn rate."
    )
    rows = []
    for service in system.services.values():
        for slo in service.slos.values():
            amber, red = thresholds(slo, system)
            rows.append((service.name, slo.name, f"{slo.objective:g} %", percent(amber), percent(red)))
    if rows:
        yield table(("Service", "Objective", "Target", "Amber from", "Red from"), rows)
    yield (
        f"What is left of a budget is green from {states.prioritise:g} %, yellow from {states.freeze:g} %, "
        "orange below, and red once it is exhausted (policy `slo.budget_states`)."
    )


def _gaps(system: System) -> Iterator[str]:
    lines = [f"{service.name}: {line}" for service in system.services.values() for line in undeclared(service, system)]
    if lines:
        yield "## Not shown"
        yield bullets(lines)


OUTPUT = Output(
    "dashboards-document",
    "Every dashboard with its address and panels, its thresholds, and what is not shown for want of a source.",
    _render,
)
