"""Panels of what users meet: how fast pages come, how many reach the goal, how journeys fare."""

from collections.abc import Iterator

from surefoot.domain.rules import names
from surefoot.domain.rules.indicator import base_name
from surefoot.domain.rules.sources import Histogram
from surefoot.domain.slo.journey import series, step
from surefoot.outputs._grafana import COLUMNS, GREEN, HIGH, ORANGE, RANGE, RED, SIXTH, Panel, Query, Row, Step, note
from surefoot.outputs._panels_objectives import SHARE
from surefoot.outputs._panels_signals import quantiles, selected
from surefoot.promql.duration import format_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.selector import Selector, parse_selector
from surefoot.spec.entry import Entry
from surefoot.spec.model.service import Funnel, Journey
from surefoot.spec.system import LatencySli, Service, Slo, System

_NOTHING = (
    "Nothing tells what users experience. Declare `user_experience: {page_load: …, funnel: {…}}` in the workspace "
    "or a service, or `signals: {page_load: …}` in a service, and `journeys:`."
)


def rows(system: System) -> Iterator[Row]:
    """Show page loads, funnels and journeys; what to declare where there is none of them."""
    found = [
        Row("Page load", tuple(_page_loads(system))),
        Row("Conversion", tuple(_conversions(system))),
        Row("Journeys", tuple(panel for journey in _journeys(system) for panel in _journey(journey, system))),
    ]
    if not any(row.panels for row in found):
        found.append(Row("User experience", (note("Not measured", _NOTHING),)))
    yield from found


def _page_loads(system: System) -> Iterator[Panel]:
    seen: set[str] = set()
    for service in system.services.values():
        experience = service.model.user_experience
        named = (experience.page_load if experience else None) or service.model.signals.page_load
        selector = selected(named, service)
        if selector:
            seen.add(base_name(selector))
            yield quantiles(f"Page load of {service.name}", _histogram(selector, service))
    whole = system.spec.one("user_experience", Funnel)
    everywhere = _plain(whole.page_load) if whole and whole.page_load else None
    if everywhere and base_name(everywhere) not in seen:
        yield quantiles("Page load", Histogram(everywhere))


def _histogram(selector: Selector, service: Service) -> Histogram:
    """Take it for native where an objective says that it is."""
    native = any(
        isinstance(slo.sli, LatencySli) and slo.sli.native and slo.sli.histogram.metric == selector.metric
        for slo in service.slos.values()
    )
    return Histogram(selector, native)


def _conversions(system: System) -> Iterator[Panel]:
    whole = system.spec.one("user_experience", Funnel)
    if whole:
        yield from _funnel("", {name: _plain(metric) for name, metric in whole.funnel.items()})
    for service in system.services.values():
        own = service.model.user_experience
        if own:
            steps = {name: selected(metric, service) for name, metric in own.funnel.items()}
            yield from _funnel(f" of {service.name}", steps)


def _funnel(suffix: str, written: dict[str, Selector | None]) -> Iterator[Panel]:
    """Show how many pass each step, and each as a share of the first."""
    steps = [(name, selector.render()) for name, selector in written.items() if selector]
    if not steps:
        return
    counted = tuple(Query(f"sum(increase({series_}[{RANGE}]))", name) for name, series_ in steps)
    yield Panel(f"Funnel{suffix}", "bargauge", counted, "How often each step was taken in the time shown.")
    (first, start), *later = steps
    if later:
        base = f"(sum(increase({start}[{RANGE}])) > 0)"
        shares = tuple(Query(f"sum(increase({series_}[{RANGE}])) / {base}", name) for name, series_ in later)
        yield Panel(
            f"Conversion{suffix}", "bargauge", shares, f"Each step as a share of `{first}`.", unit=SHARE, top=1.0
        )


def _journeys(system: System) -> Iterator[Entry[Journey]]:
    for _, journey in sorted(system.journeys.items()):
        yield journey


def _journey(journey: Entry[Journey], system: System) -> Iterator[Panel]:
    """Show the success of each step and of the whole, as if the steps failed independently."""
    services = [system.services.get(name) for name in dict.fromkeys(journey.model.steps)]
    slos = [slo for each in services if each and (slo := each.slos.get(journey.model.measure))]
    if not slos:
        return
    good = {slo.service: f"(1 - max({_ratio(slo, system)}))" for slo in slos}
    queries = [Query(expr, name) for name, expr in good.items()]
    if len(queries) > 1:
        queries.insert(0, Query(" * ".join(good.values()), "whole journey"))
    target = journey.model.target
    promised = target / 100 if target is not None else series(step(slo.objective) for slo in slos).product
    promised = round(promised, 12)
    policy = system.policy.dashboards
    steps: tuple[Step, ...] = (
        (RED, None),
        (ORANGE, round(max(0.0, 1 - policy.red * (1 - promised)), 12)),
        (GREEN, round(1 - policy.amber * (1 - promised), 12)),
    )
    text = f"{' → '.join(journey.model.steps)}. {journey.model.description}".strip()
    left_out = [name for name in dict.fromkeys(journey.model.steps) if name not in good]
    if left_out:
        text += f" Without {', '.join(left_out)}, which promises no {journey.model.measure}."
    yield Panel(f"{journey.name} now", "stat", (queries[0],), text, unit=SHARE, steps=steps, height=HIGH)
    yield Panel(journey.name, "timeseries", tuple(queries), text, unit=SHARE, bottom=None, width=COLUMNS - SIXTH)


def _ratio(slo: Slo, system: System) -> str:
    return f"{names.RATIO}{format_duration(system.policy.slo.base)}{names.match(slo)}"


def _plain(text: str) -> Selector | None:
    try:
        return parse_selector(text)
    except PromqlError:
        return None
