"""Every alert in one place: how urgent, when it fires, whom it reaches, what to do."""

from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.rules.alerts import alert_name
from surefoot.domain.rules.burning import burning
from surefoot.domain.rules.links import RUNBOOKS
from surefoot.domain.slo.burn import Leg
from surefoot.outputs import Output
from surefoot.outputs._catalog import Alert, alerts
from surefoot.outputs._escalation import duty
from surefoot.outputs._markdown import code, page, table
from surefoot.outputs._receivers import PRIORITIES, integrations, receiver_name, teams
from surefoot.outputs._routes import repeat_interval, waiting_tiers
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Service, System

_BESIDE = "docs/operations/"


def _render(system: System) -> Iterator[Artifact]:
    found = {service.name: list(alerts(service, system)) for service in system.services.values()}
    if any(found.values()):
        yield Artifact(f"{_BESIDE}alerting.md", page(system, "Alerting", _blocks(found, system)))


def _blocks(found: dict[str, list[Alert]], system: System) -> Iterator[str]:
    yield "## Priorities"
    yield _priorities(system)
    yield "## Receivers"
    yield _receivers(system)
    for name, listed in found.items():
        if listed:
            yield f"## {name}"
            yield _alerts(listed, system.services[name], system)


def _priorities(system: System) -> str:
    on_duty, policy = duty(system), system.policy.alertmanager
    rows = [
        (
            priority,
            f"answer {on_duty.respond(priority)}",
            ", ".join(getattr(policy.routes, priority)),
            format_duration(repeat_interval(system, priority)),
        )
        for priority in PRIORITIES
    ]
    return table(("Priority", "Response", "Means", "Repeated after"), rows)


def _receivers(system: System) -> str:
    rows = []
    for team in teams(system):
        for priority in PRIORITIES:
            reached = ", ".join(way.via for way in integrations(system, team, priority))
            waiting = ", ".join(waiting_tiers(system, team, priority))
            note = f"tiers in business hours only: {waiting}" if waiting else ""
            rows.append((code(receiver_name(team, priority)), team, priority, reached or "**nobody**", note))
    return table(("Receiver", "Team", "Priority", "Reaches", "Note"), rows)


def _alerts(listed: list[Alert], service: Service, system: System) -> str:
    burns = _burns(service, system)
    rows = []
    for alert in listed:
        tier = alert.rule.labels.get("surefoot_tier", "")
        summary = alert.rule.annotations.get("summary", "").removeprefix(f"{service.name}: ")
        rows.append(
            (
                code(alert.rule.name),
                tier or alert.kind,
                alert.priority or "none",
                burns.get((alert.rule.name, tier), summary),
                format_duration(alert.rule.lasting) if alert.rule.lasting else "at once",
                _receiver(alert, service),
                _runbook(alert),
            )
        )
    return table(("Alert", "Tier or kind", "Priority", "Fires when", "For", "Receiver", "Runbook"), rows)


def _burns(service: Service, system: System) -> dict[tuple[str, str], str]:
    """Say in words when the burn alerts fire, by name and tier; the expressions stand in the runbooks."""
    return {
        (alert_name(slo), alert.tier): f"{slo.name} burns " + ", or ".join(map(_leg, alert.legs))
        for slo in service.slos.values()
        for alert in burning(slo, system.policy)
    }


def _leg(leg: Leg) -> str:
    windows = dict.fromkeys((format_duration(leg.long), format_duration(leg.short)))
    return f"{round(leg.factor, 4):g}× over {' and '.join(windows)}"


def _receiver(alert: Alert, service: Service) -> str:
    team = alert.rule.labels.get("team", service.owner or "none")
    priority = next((each for each in PRIORITIES if each == alert.priority), None)
    return code(receiver_name(team, priority)) if priority else code("default")


def _runbook(alert: Alert) -> str:
    if alert.runbook:
        return f"[runbook]({alert.runbook.removeprefix(_BESIDE)})"
    url = alert.rule.annotations.get("runbook_url", "")
    if url.startswith(RUNBOOKS):
        return f"[runbook]({url.removeprefix(_BESIDE)})"
    return f"[runbook]({url})" if "://" in url else code(url) if url else ""


OUTPUT = Output(
    "alerting-document",
    "Every alert with its priority, condition, receiver and runbook.",
    _render,
)
