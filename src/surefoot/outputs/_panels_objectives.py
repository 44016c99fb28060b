"""Panels of objectives: what is promised, what is left of the budget, how fast it burns, and how much fails."""

from collections.abc import Iterator
from dataclasses import replace

from surefoot.calendar.windows import CalendarWindow
from surefoot.domain.rules import names
from surefoot.domain.rules.burning import windows
from surefoot.domain.rules.draft import percent
from surefoot.domain.rules.indicator import Slices, expressions
from surefoot.domain.rules.records import period_ratio
from surefoot.domain.slo.budget import budget_ratio, time_budget
from surefoot.domain.slo.burn import go_float
from surefoot.outputs._grafana import COLUMNS, GREEN, HIGH, ORANGE, RANGE, RED, SIXTH, YELLOW, Panel, Query, Row, Step
from surefoot.outputs._markdown import length
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Slo, System

SHARE = "percentunit"
_FIXED = 12  # decimal places: enough for any budget, without the dust of floats
# Grafana's names of the beginning of the present unit, in the dashboard's time zone.
_SINCE = {"month": "now/M", "quarter": "now/fQ"}


def row(slo: Slo, system: System) -> Row:
    """Show one objective."""
    left = budget(slo, system)
    stats = [replace(each, height=HIGH) for each in (_promise(slo), left, *_agreed(slo)) if each]
    width = (COLUMNS - SIXTH * len(stats)) // 2
    lines = [replace(each, width=width) for each in (_errors(slo, system), _burning(slo, system))]
    return Row(f"Objective {slo.name}", (*stats, *lines))


def error_steps(slo: Slo, system: System) -> tuple[Step, ...]:
    """Colour an error ratio: amber at the rate that spends the budget exactly, red at ten times that (policy).

    Red never lies above 100 %: an objective below 90 % would have no red at all.
    """
    amber, red = thresholds(slo, system)
    return (GREEN, None), (ORANGE, amber), (RED, red)


def thresholds(slo: Slo, system: System) -> tuple[float, float]:
    """Compute the error ratios from which on a panel is amber and red."""
    policy, b = system.policy.dashboards, budget_ratio(slo.objective)
    return round(min(policy.amber * b, 1.0), _FIXED), round(min(policy.red * b, 1.0), _FIXED)


def burn_steps(system: System) -> tuple[Step, ...]:
    """Colour a burn rate by the same policy."""
    policy = system.policy.dashboards
    return (GREEN, None), (ORANGE, policy.amber), (RED, policy.red)


def budget_steps(system: System) -> tuple[Step, ...]:
    """Colour what is left of a budget by what follows from it (policy ``slo.budget_states``)."""
    states = system.policy.slo.budget_states
    return (RED, None), (ORANGE, 0.0), (YELLOW, states.freeze / 100), (GREEN, states.prioritise / 100)


def budget(slo: Slo, system: System) -> Panel | None:
    """Show what is left of the budget; None if Grafana cannot count the window.

    PromQL knows no time zones, but a panel can look back to the beginning of the month by the dashboard's
    zone, which is the workspace's.
    """
    allowed = time_budget(slo.objective, slo.period)
    text = f"1 is the whole budget: {length(allowed.allowed)} of a total outage." if allowed else ""
    if not isinstance(slo.window, CalendarWindow):
        left = f"slo:period_error_budget_remaining:ratio{names.match(slo)}"
        return _stat("Budget remaining", left, slo, text, budget_steps(system))
    if slo.window.zone != system.zone:
        return None
    title = f"Budget remaining this {slo.window.unit}"
    return _stat(title, calendar_budget(slo, system), slo, text, budget_steps(system), _SINCE[slo.window.unit])


def calendar_budget(slo: Slo, system: System) -> str:
    """Write what is left of the budget within the panel's range."""
    policy = system.policy.slo
    if policy.profile == "sloth":  # which records no events
        spent = f"avg_over_time({names.RATIO}{format_duration(policy.base)}{names.match(slo)}[{RANGE}])"
    else:
        spent = period_ratio(slo, system.policy, RANGE)
    return f"1 - ({spent}) / {go_float(budget_ratio(slo.objective))}"


def calendar_row(system: System) -> Row:
    """Show the budgets of calendar windows, which no recording rule can count."""
    panels = []
    for unit, since in _SINCE.items():
        queries = tuple(
            Query(calendar_budget(slo, system), slo.subject + _groups(slo))
            for service in system.services.values()
            for slo in service.slos.values()
            if isinstance(slo.window, CalendarWindow) and (slo.window.unit, slo.window.zone) == (unit, system.zone)
        )
        if queries:
            title = f"Budget remaining this {unit}"
            steps = budget_steps(system)
            panels.append(Panel(title, "bargauge", queries, unit=SHARE, steps=steps, since=since, top=1.0))
    return Row("Budgets by the calendar", tuple(panels))


def _promise(slo: Slo) -> Panel:
    text = f"Over {length(slo.period)}" if not isinstance(slo.window, CalendarWindow) else f"Each {slo.window.unit}"
    return _stat("Objective", f"slo:objective:ratio{names.match(slo)}", slo, f"{text}. {slo.description}".strip())


def _agreed(slo: Slo) -> Iterator[Panel]:
    """Show the budget of the contract too, where it is judged by the same events."""
    sla = slo.sla
    if sla is None or isinstance(slo.window, CalendarWindow):
        return
    if sla.under or sla.younger_than or sla.at_least:
        return
    spent = f"{names.RATIO}{format_duration(slo.period)}{names.match(slo)}"
    left = f"1 - {spent} / {go_float(budget_ratio(sla.target))}"
    text = f"What is left of the {100 - sla.target:.6g} % that the contract allows."
    yield _stat("SLA budget remaining", left, slo, text, ((RED, None), (GREEN, 0.0)))


def _burning(slo: Slo, system: System) -> Panel:
    """Show the burn rate of each window that an alert reads."""
    b = go_float(budget_ratio(slo.objective))
    queries = tuple(
        Query(f"{names.RATIO}{text}{names.match(slo)} / {b}", f"{text}{_groups(slo)}")
        for text in map(format_duration, windows(slo, system.policy))
    )
    return Panel(
        "Burn rate",
        "timeseries",
        queries,
        f"1 spends the budget exactly within {length(slo.period)}.",
        steps=burn_steps(system),
    )


def _errors(slo: Slo, system: System) -> Panel:
    amber, red = thresholds(slo, system)
    text = format_duration(system.policy.slo.base)
    what = "slices of time" if isinstance(expressions(slo, system.policy.slo), Slices) else "events"
    return Panel(
        "Error ratio",
        "timeseries",
        (Query(f"{names.RATIO}{text}{names.match(slo)}", f"{text}{_groups(slo)}"),),
        f"Share of bad {what}: amber from {percent(amber)}, red from {percent(red)}.",
        unit=SHARE,
        steps=error_steps(slo, system),
    )


def _stat(title: str, expr: str, slo: Slo, text: str, steps: tuple[Step, ...] = (), since: str = "") -> Panel:
    named = _groups(slo).strip()
    return Panel(title, "stat", (Query(expr, named),), text, unit=SHARE, steps=steps, since=since)


def _groups(slo: Slo) -> str:
    """Name the groups of an objective that is split by labels."""
    return "".join(f" {{{{{label}}}}}" for label in slo.by)
