"""The document of each service's objectives (SLO-8), and their index."""

from collections.abc import Iterator
from typing import assert_never
from urllib.parse import quote

from surefoot.artifact import Artifact
from surefoot.calendar.windows import CalendarWindow
from surefoot.domain.rules.alerts import burn_priority
from surefoot.domain.rules.burning import Burning, burning
from surefoot.domain.rules.indicator import Events, Ratio, Slices, expressions
from surefoot.domain.slo.budget import budget_ratio, time_budget
from surefoot.domain.slo.burn import Leg, detection, go_float, reset, spent, threshold
from surefoot.outputs import Output
from surefoot.outputs._escalation import Duty, duty
from surefoot.outputs._markdown import bullets, code, fence, length, page, table
from surefoot.outputs._promise import consequences, dependencies, journeys, overview, reviews
from surefoot.promql.duration import format_duration
from surefoot.spec.model.workspace import Prometheus
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    RawSli,
    Service,
    Sli,
    SliceSli,
    Slo,
    System,
    ThroughputSli,
)

_FOLDER = "docs/operations"


def _render(system: System) -> Iterator[Artifact]:
    promised = [service for service in system.services.values() if service.slos]
    if not promised:
        return
    on_duty = duty(system)
    yield Artifact(f"{_FOLDER}/SLOs.md", page(system, "Service level objectives", _index(promised)))
    for service in promised:
        title = f"Service level objectives of {service.name}"
        yield Artifact(f"{_FOLDER}/slos/{service.name}.md", page(system, title, _blocks(service, on_duty)))


def _index(services: list[Service]) -> Iterator[str]:
    rows = [
        (f"[{slo.service}](slos/{slo.service}.md)", slo.name, *_promise(slo), service.owner or "none")
        for service in services
        for slo in service.slos.values()
    ]
    yield table(("Service", "Objective", "Indicator", "Target", "SLA", "Window", "Team"), rows)


def _blocks(service: Service, on_duty: Duty) -> Iterator[str]:
    system = on_duty.system
    yield overview(service, system)
    yield from journeys(service, system)
    yield "## Objectives"
    rows = [(f"[{slo.name}](#{_anchor(slo.name)})", *_promise(slo), slo.description) for slo in service.slos.values()]
    yield table(("Objective", "Indicator", "Target", "SLA", "Window", "Description"), rows)
    for slo in service.slos.values():
        yield f"### {slo.name}"
        yield from _objective(slo, service, system)
    yield from consequences(system)
    yield from reviews(service, on_duty)
    yield from dependencies(service, system)


def _objective(slo: Slo, service: Service, system: System) -> Iterator[str]:
    yield "How it is measured, as the share of bad events:"
    yield fence("promql", measured(slo, system))
    yield from _budget(slo, system)
    alerts = burning(slo, system.policy)
    yield "Burn policy:"
    rows = [row for alert in alerts for row in _legs(slo, service, system, alert)]
    head = (
        "Tier",
        "Priority",
        "Windows",
        "Burn",
        "Error ratio above",
        "Budget spent",
        "Total outage found in",
        "Ends after",
    )
    yield table(head, rows)
    capped = [note for alert in alerts for note in alert.capped]
    yield bullets(
        f"{note.leg.factor:g}× over {format_duration(note.leg.long)} can never fire at {slo.objective:g} %; "
        + (f"{note.instead.factor:g}× stands in its place." if note.instead else "it is left out.")
        for note in capped
    )


def measured(slo: Slo, system: System) -> str:
    """Write the PromQL of an objective's error ratio over the base window."""
    window = format_duration(system.policy.slo.base)
    sli = expressions(slo, system.policy.slo)
    match sli:
        case Events(errors, total):
            return f"{errors(window)}\n/\n({total(window)} > 0)"
        case Slices(bad, _):
            return bad
        case Ratio(ratio, _):
            return ratio(window)
        case _:
            assert_never(sli)


def _budget(slo: Slo, system: System) -> Iterator[str]:
    budget = time_budget(slo.objective, slo.period)
    share = budget_ratio(slo.objective) * 100
    allowed = f", or {length(budget.allowed)} of a total outage" if budget else ""
    yield f"Error budget: {round(share, 6):g} % of the events in {_window(slo)}{allowed}."
    rows = []
    now = f'slo:current_burn_rate:ratio{{sloth_id="{slo.id}"}}'
    left = f'slo:period_error_budget_remaining:ratio{{sloth_id="{slo.id}"}}'
    rows.append(("Burning now (1 spends it exactly)", code(now), _link(now, system)))
    if not isinstance(slo.window, CalendarWindow):
        rows.append(("Left of the budget", code(left), _link(left, system)))
    yield table(("Live", "Query", "Link"), rows)


def _link(query: str, system: System) -> str:
    """Link to the query in Prometheus' own page, else to nothing."""
    entry = system.spec.single.get("metrics")
    server = getattr(entry.model, "prometheus", None) if entry else None
    if not isinstance(server, Prometheus):
        return ""
    return f"[graph]({server.url.rstrip('/')}/graph?g0.expr={quote(query, safe='')}&g0.tab=0)"


def _legs(slo: Slo, service: Service, system: System, alert: Burning) -> Iterator[tuple[str, ...]]:
    priority = burn_priority(system.policy, alert.tier, service)
    for leg, failures in zip(alert.legs, alert.failures, strict=True):
        yield (alert.tier, priority, *_leg(slo, leg, failures))


def _leg(slo: Slo, leg: Leg, failures: int) -> tuple[str, ...]:
    b = budget_ratio(slo.objective)
    windows = " and ".join(dict.fromkeys((format_duration(leg.long), format_duration(leg.short))))
    least = f" and {failures} failures" if failures else ""
    found, ends = detection(leg, b, 1.0), reset(leg, b, 1.0)
    return (
        windows,
        f"{round(leg.factor, 4):g}×",
        f"{round(threshold(leg, b) * 100, 4):g} %{least}",
        f"{round(spent(leg, slo.period) * 100, 4):g} %",
        length(found) if found is not None else "never",
        length(ends) if ends is not None else "never",
    )


def _promise(slo: Slo) -> tuple[str, str, str, str]:
    sla = f"{slo.sla.target:g} %" if slo.sla else "none"
    if slo.sla and slo.sla.under:
        sla += f" under {format_duration(slo.sla.under)}"
    return _indicator(slo.sli), f"{slo.objective:g} %", sla, _window(slo)


def _indicator(sli: Sli) -> str:
    match sli:
        case EventSli(counts="bad"):
            return "requests that do not fail"
        case EventSli():
            return "requests that succeed"
        case LatencySli(bound=bound):
            return f"requests within {format_duration(bound)}"
        case ThroughputSli(floor=floor):
            return f"minutes with at least {go_float(floor)}/s"
        case FreshnessSli(bound=bound):
            return f"minutes with data younger than {format_duration(bound)}"
        case SliceSli(bad=bad, limit=limit):
            return f"minutes in which the value is not {bad} {go_float(limit)}"
        case RawSli():
            return "a ratio computed elsewhere"
        case _:
            assert_never(sli)


def _window(slo: Slo) -> str:
    if isinstance(slo.window, CalendarWindow):
        return f"a calendar {slo.window.unit} ({slo.window.zone})"
    return length(slo.period)


def _anchor(name: str) -> str:
    """Make the anchor that Markdown gives a heading."""
    return "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


OUTPUT = Output(
    "slo-document",
    "The objectives of each service: measurement, budget, burn policy, consequences, reviews, dependencies.",
    _render,
)
