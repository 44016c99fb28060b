"""Panels over all services: what is promised and kept (executive), what fires and fired (on-call)."""

from collections.abc import Iterator, Mapping
from typing import get_args

from surefoot.domain.rules.sources import one_of
from surefoot.outputs._grafana import (
    COLUMNS,
    GREEN,
    HALF,
    ORANGE,
    RANGE,
    RED,
    YELLOW,
    Json,
    Panel,
    Query,
    Row,
    Step,
    choice,
    note,
    to_service,
)
from surefoot.outputs._panels_objectives import SHARE, budget_steps, burn_steps, calendar_row
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher
from surefoot.spec.model.policy import Priority
from surefoot.spec.model.service import Tier
from surefoot.spec.system import Service, System

_ID = "sloth_id, sloth_service, sloth_slo"
_BY = "by (sloth_service, sloth_slo)"
_LEFT = "slo:period_error_budget_remaining:ratio"
_BURN = "slo:current_burn_rate:ratio"
_COLOURS: Mapping[Priority, str] = {"P1": RED, "P2": ORANGE, "P3": YELLOW, "P4": "blue"}
_ALERT = ("priority", "alertname", "service", "team", "severity")
_NO_OBJECTIVES = "No service promises anything yet. Declare `slos:` in a service, such as an availability of 99.9 %."


def executive(system: System) -> Iterator[Row]:
    """Show health, then compliance and budgets for each tier, then how budgets went."""
    promising = [service for service in system.services.values() if service.slos]
    if not promising:
        yield Row("Objectives", (note("Not promised", _NO_OBJECTIVES),))
        return
    tiers = {tier: [s for s in promising if s.tier == tier] for tier in get_args(Tier)}
    yield Row("Health", (*(_kept(tier, found) for tier, found in tiers.items() if found), *_firing_now(system)))
    for tier, found in tiers.items():
        if found:
            yield Row(f"Services of tier {tier}", (_table(found, system),))
    yield calendar_row(system)
    yield Row("Trends", tuple(_trends(promising, system)))


def alerting(system: System) -> Iterator[Row]:
    """Show what fires, what is about to, and what fired in the time shown."""
    chosen = _chosen(system)
    yield Row("Now", tuple(_counts(chosen, system)))
    yield Row("Active alerts", (_active("firing", chosen, system), _active("pending", chosen, system)))
    yield Row("Recent alerts", tuple(_recent(chosen, system)))
    if system.links.surefoot:
        text = f"Incidents, acknowledgements and who is on call: <{system.links.surefoot}>"
        yield Row("Incidents", (note("Incidents", text, height=3),))


def variables(system: System) -> tuple[Json, ...]:
    """Make the choices of the on-call dashboard: the spec's services and teams, and the priorities."""
    if _foreign(system):
        return ()
    names = list(system.services)
    teams = sorted({service.owner or "none" for service in system.services.values()})
    return (
        choice("service", "Service", names, one_of("service", names).value),
        choice("team", "Team", teams, one_of("team", teams).value),
        choice("priority", "Priority", list(_COLOURS), "|".join(_COLOURS)),
    )


def alerts_of(service: Service, system: System) -> str:
    """Select the firing alerts of one service; Sloth's have only the labels of their records."""
    label = "sloth_service" if _foreign(system) else "service"
    return f'ALERTS{{alertstate="firing",{one_of(label, [service.name]).render()}}}'


def _foreign(system: System) -> bool:
    return system.policy.slo.profile == "sloth"


def _of(services: list[Service]) -> Matcher:
    return one_of("sloth_service", [service.name for service in services])


def _kept(tier: str, services: list[Service]) -> Panel:
    return Panel(
        f"Objectives kept: {tier}",
        "stat",
        (Query(f"avg({_LEFT}{{{_of(services).render()}}} >= bool 0)", "kept"),),
        "Share of the objectives with a rolling window whose budget is not exhausted.",
        unit=SHARE,
        steps=((RED, None), (ORANGE, 0.9), (GREEN, 1.0)),
    )


def _firing_now(system: System) -> Iterator[Panel]:
    services = list(system.services.values())
    query = f"count({_BURN}{{{_of(services).render()}}} > {system.policy.dashboards.amber:g}) or vector(0)"
    steps: tuple[Step, ...] = ((GREEN, None), (ORANGE, 1.0))
    text = "Objectives that now spend their budget faster than it lasts."
    yield Panel("Burning", "stat", (Query(query, "objectives"),), text, steps=steps)
    if _foreign(system):
        return
    own = one_of("service", list(system.services)).render()
    for priority in ("P1", "P2"):
        expr = f'count(ALERTS{{alertstate="firing",priority="{priority}",{own}}}) or vector(0)'
        steps = ((GREEN, None), (_COLOURS[priority], 1.0))
        yield Panel(f"{priority} alerts", "stat", (Query(expr, priority),), "Alerts that fire now.", steps=steps)


def _table(services: list[Service], system: System) -> Panel:
    """Show each objective; what a calendar window leaves open stands in a row of its own."""
    at = f"{{{_of(services).render()}}}"
    spent = f"slo:period_burn_rate:ratio{at} * on ({_ID}) group_left () slo:error_budget:ratio{at}"
    columns = {
        "Objective": f"min {_BY} (slo:objective:ratio{at})",
        "Compliance": f"1 - max {_BY} ({spent})",
        "Budget remaining": f"min {_BY} ({_LEFT}{at})",
        "Burn rate": f"max {_BY} ({_BURN}{at})",
    }
    coloured = {"custom.cellOptions": {"mode": "basic", "type": "color-background"}}
    rows = sum(len(service.slos) for service in services)
    return Panel(
        f"Budgets: {services[0].tier}",
        "table",
        tuple(Query(expr) for expr in columns.values()),
        "Compliance is the share of good events in the window; 100 % is the whole budget.",
        columns={
            "Service": to_service(system),
            "Objective": {"unit": SHARE, "decimals": 3},
            "Compliance": {"unit": SHARE, "decimals": 4},
            "Budget remaining": {"unit": SHARE, "thresholds": _absolute(budget_steps(system)), **coloured},
            "Burn rate": {"decimals": 2, "thresholds": _absolute(burn_steps(system)), **coloured},
        },
        order={
            "sloth_service": "Service",
            "sloth_slo": "Name",
            **{f"Value #Q{index}": title for index, title in enumerate(columns, 1)},
        },
        height=min(4 + rows, COLUMNS),
    )


def _trends(services: list[Service], system: System) -> Iterator[Panel]:
    at = f"{{{_of(services).render()}}}"
    left = Query(f"min by (sloth_service) ({_LEFT}{at})", "{{sloth_service}}")
    text = "The objective with the least left, of each service."
    yield Panel("Budget remaining", "timeseries", (left,), text, unit=SHARE, bottom=None)
    burn = Query(f"max by (sloth_service) ({_BURN}{at})", "{{sloth_service}}")
    text = "The objective that burns fastest, of each service."
    yield Panel("Burn rate", "timeseries", (burn,), text, steps=burn_steps(system))


def _absolute(steps: tuple[Step, ...]) -> Json:
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for colour, value in steps]}


def _chosen(system: System) -> str:
    """Write the matchers that follow the choices above the dashboard."""
    return "" if _foreign(system) else ',service=~"$service",team=~"$team",priority=~"$priority"'


def _counts(chosen: str, system: System) -> Iterator[Panel]:
    if _foreign(system):
        expr = 'count(ALERTS{alertstate="firing"}) or vector(0)'
        yield Panel("Firing", "stat", (Query(expr, "alerts"),), steps=((GREEN, None), (RED, 1.0)), width=HALF)
        return
    for priority, colour in _COLOURS.items():
        expr = f'count(ALERTS{{alertstate="firing",priority="{priority}"{chosen}}}) or vector(0)'
        steps: tuple[Step, ...] = ((GREEN, None), (colour, 1.0))
        yield Panel(f"{priority} firing", "stat", (Query(expr, priority),), steps=steps, width=COLUMNS // len(_COLOURS))


def _active(state: str, chosen: str, system: System) -> Panel:
    """List alerts with the time since when; the value of ALERTS_FOR_STATE is when an alert became active."""
    matching = chosen.removeprefix(",")
    since = f"ALERTS_FOR_STATE{{{matching}}}" if matching else "ALERTS_FOR_STATE"
    expr = f'1000 * {since} and ignoring (alertstate) ALERTS{{alertstate="{state}"{chosen}}}'
    labels = ("alertname", "sloth_service", "sloth_slo", "sloth_severity") if _foreign(system) else _ALERT
    return Panel(
        state.capitalize(),
        "table",
        (Query(expr),),
        columns={"service": to_service(system), "since": {"unit": "dateTimeFromNow"}},
        order={**{label: label.removeprefix("sloth_") for label in labels}, "Value": "since"},
        width=HALF,
        height=HALF,
    )


def _recent(chosen: str, system: System) -> Iterator[Panel]:
    by = "alertname" if _foreign(system) else "service, alertname"
    name = "{{alertname}}" if _foreign(system) else "{{service}} {{alertname}}"
    fires = f'ALERTS{{alertstate="firing"{chosen}}}'
    steps: tuple[Step, ...] = ((RED, None),)
    names = {1.0: ("fires", RED)}
    over_time = (Query(f"max by ({by}) ({fires})", name),)
    yield Panel("When they fired", "state-timeline", over_time, steps=steps, names=names, height=HALF)
    every = system.policy.prometheus.evaluation_interval
    expr = f"sort_desc(sum by ({by}) (count_over_time({fires}[{RANGE}])) * {every.total_seconds():g})"
    text = f"In the time shown; each evaluation counts {format_duration(every)}."
    yield Panel("How long they fired", "bargauge", (Query(expr, name),), text, unit="s", steps=steps, height=HALF)
