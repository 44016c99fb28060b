"""The links that every alert carries: its runbook, its dashboard, logs and traces."""

import re
from hashlib import sha256

from surefoot.spec.model.workspace import Links
from surefoot.spec.system import Service, System

RUNBOOKS = "docs/operations/runbooks"
_STRANGE = re.compile(r"[^\w.-]+")
_UID = re.compile(r"/d/([^/?#]*\{service\}[^/?#]*)")
_NO_UID = re.compile(r"[^a-zA-Z0-9_-]+")
_LONGEST_UID = 40
_DIGEST = 8


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
    board = dashboard(service.name, links)
    if board:
        result["dashboard_url"] = board
    templates = {"logs_url": links.logs, "traces_url": links.traces}
    for key, template in templates.items():
        if template:
            result[key] = fill(template, service.name)
    return result


def dashboard(service: str, links: Links) -> str | None:
    """Return the address of a service's dashboard; None if the workspace gives no template."""
    template = links.dashboards
    found = _UID.search(template or "")
    if template and found:
        template = template[: found.start(1)] + dashboard_uid(service, links) + template[found.end(1) :]
    return fill(template, service) if template else None


def dashboard_uid(service: str, links: Links) -> str:
    """Return the uid of a service's dashboard in Grafana: what stands in ``…/d/{service}`` of the template."""
    found = _UID.search(links.dashboards or "")
    return uid(found[1].replace("{service}", service) if found else service)


def uid(text: str) -> str:
    """Make a uid that Grafana takes: letters, digits, dashes, at most 40.

    What had to be changed ends in a digest of the original, so that two of them stay two.

    Example:
        >>> uid("checkout"), uid("shop.checkout")
        ('checkout', 'shop-checkout-180780fc')
    """
    plain = _NO_UID.sub("-", text)
    if plain == text and len(plain) <= _LONGEST_UID:
        return plain
    return f"{plain[: _LONGEST_UID - _DIGEST - 1]}-{sha256(text.encode()).hexdigest()[:_DIGEST]}"


def fill(template: str, service: str) -> str:
    """Fill a link's template; its times become relative ones, which Kibana, Grafana and Jaeger understand."""
    return template.replace("{service}", service).replace("{from}", "now-1h").replace("{to}", "now")


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
