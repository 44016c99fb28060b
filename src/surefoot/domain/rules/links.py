"""The links that every alert carries: its runbook, its dashboard, logs and traces."""

import re

from surefoot.spec.system import Service, System

RUNBOOKS = "docs/operations/runbooks"
_STRANGE = re.compile(r"[^\w.-]+")


def runbook_path(name: str, service: Service, system: System) -> str:
    """Return where the runbook of an alert stands: a file written by hand, or the generated one.

    A file counts for the alert whose name it bears (``CheckoutApiDown.md``), with the service's name
    before it or not, in any spelling of the words (``api-down.md``).
    """
    short = _plain(name).removeprefix(_plain(service.name))
    for book in system.runbooks.values():
        if _plain(book.name) in (_plain(name), short):
            return book.path
    return generated_path(name, service)


def generated_path(name: str, service: Service) -> str:
    """Return where the generated runbook of an alert stands; a name that users chose may not leave the folder."""
    return f"{RUNBOOKS}/{service.name}/{_STRANGE.sub('-', name).strip('.-')}.md"


def annotations(name: str, service: Service, system: System, *, runbook: str | None = None) -> dict[str, str]:
    """Return the links of an alert; those whose template the workspace does not give are left out."""
    links, result = system.links, {}
    path = runbook_path(name, service, system)
    result["runbook_url"] = runbook or (f"{links.runbooks.rstrip('/')}/{path}" if links.runbooks else path)
    templates = {"dashboard_url": links.dashboards, "logs_url": links.logs, "traces_url": links.traces}
    for key, template in templates.items():
        if template:
            result[key] = fill(template, service.name)
    return result


def fill(template: str, service: str) -> str:
    """Fill a link's template; its times become relative ones, which Kibana, Grafana and Jaeger understand."""
    return template.replace("{service}", service).replace("{from}", "now-1h").replace("{to}", "now")


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
