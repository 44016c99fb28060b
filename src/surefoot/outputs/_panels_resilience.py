"""Panels of the calls to dependencies, as the resilience library counts them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from surefoot.domain.shields import Shield
from surefoot.outputs._grafana import COLUMNS, GREEN, ORANGE, QUARTER, RATE, RED, THIRD, YELLOW, Panel, Query, Row
from surefoot.outputs._panels_objectives import SHARE
from surefoot.promql.duration import format_duration
from surefoot.promql.quote import quote
from surefoot.resilience.settings import PipelineSettings

_WINDOW = timedelta(minutes=5)  # of the recording rules
_PER_SECOND = "cps"
_BREAKER = "resilience4j_circuitbreaker_"
_OURS = "surefoot_resilience_"
# The worst state of any instance wins.
_STATES: Mapping[str, tuple[float, str, str]] = {
    "closed": (0, "closed", GREEN),
    "disabled|metrics_only": (1, "not guarding", "blue"),
    "half_open": (2, "half open", YELLOW),
    "open": (3, "open", RED),
    "forced_open": (4, "forced open", "purple"),
}
_REFUSALS: tuple[tuple[str, str, Callable[[PipelineSettings], object]], ...] = (
    ("rate_limited_calls_total", "rate limit", lambda found: found.rate),
    ("bulkhead_full_calls_total", "no place", lambda found: found.bulkhead or found.adaptive),
    ("deadline_exceeded_calls_total", "deadline", lambda found: found.deadline),
    ("shed_calls_total", "shed", lambda found: found.shed),
    ("budget_refused_calls_total", "retry budget", lambda found: found.budget),
)


def row(shields: list[Shield]) -> Row:
    """Show the calls of one service to all that it depends on; only what its policies count."""
    if not shields:
        return Row("Dependencies", ())
    at = f"service={quote(shields[0].service.name)}"
    settings = [shield.settings for shield in shields]
    guarded = any(found.breaker for found in settings)
    panels: list[Panel] = []
    if guarded:
        panels += _breakers(at)
    panels += _repetitions(at, settings)
    refusals = tuple(_refusals(at, settings, guarded=guarded))
    if refusals:
        panels.append(Panel("Rejections", "timeseries", refusals, unit=_PER_SECOND, width=THIRD))
    if any(found.fallback for found in settings):
        rate = _rate(f"{_OURS}fallback_calls_total", at, "name, kind")
        text = "Failed calls by what answered in their place; `none` is an error that the caller saw."
        panels.append(_line("Fallbacks", rate, "{{name}}: {{kind}}", text))
    if any(found.bulkhead or found.adaptive for found in settings):
        panels.append(_places(at))
    if any(found.chaos for found in settings):
        rate = _rate(f"{_OURS}chaos_calls_total", at, "name")
        panels.append(_line("Calls with injected faults", rate, "{{name}}"))
    return Row("Dependencies", tuple(panels))


def _breakers(at: str) -> Iterator[Panel]:
    states = " or ".join(
        f"{value:g} * {_BREAKER}state{{state=~{quote(state)},{at}}}" for state, (value, _, _) in _STATES.items()
    )
    names = {value: (text, colour) for value, text, colour in _STATES.values()}
    yield Panel(
        "Breakers",
        "state-timeline",
        (Query(f"max by (name) ({states})", "{{name}}"),),
        "The worst state among the instances.",
        steps=tuple((colour, value or None) for value, _, colour in _STATES.values()),
        names=names,
        width=COLUMNS - QUARTER,
    )
    yield Panel(
        "Open now",
        "bargauge",
        (Query(f"resilience:open:share{{{at}}}", "{{name}}"),),
        "Share of the instances whose breaker is open.",
        unit=SHARE,
        steps=((GREEN, None), (RED, 0.01)),
        top=1.0,
        width=QUARTER,
    )
    yield _line("Calls by kind", _rate(f"{_BREAKER}calls_seconds_count", at, "name, kind"), "{{name}}: {{kind}}")
    window = format_duration(_WINDOW)
    yield Panel(
        "Failure rate",
        "timeseries",
        (
            Query(f"resilience:failures:ratio_rate{window}{{{at}}}", "{{name}}"),
            Query(f"max by (name) ({_BREAKER}slow_call_rate{{{at}}} >= 0) / 100", "{{name}}: slow"),
        ),
        "Share of the calls that failed, and of those in the breaker's window that were slow.",
        unit=SHARE,
        width=THIRD,
    )
    mean = f"resilience:duration_seconds:mean_rate{window}{{{at}}}"
    yield Panel("Mean duration", "timeseries", (Query(mean, "{{name}}"),), unit="s", width=THIRD)


def _repetitions(at: str, settings: list[PipelineSettings]) -> Iterator[Panel]:
    queries = []
    if any(found.retry for found in settings):
        metric = "resilience4j_retry_calls_total"
        queries.append(Query(_rate(metric, f'kind=~".*_with_retry",{at}', "name, kind"), "{{name}}: {{kind}}"))
    if any(found.hedge for found in settings):
        queries.append(Query(_rate(f"{_OURS}hedged_calls_total", at, "name"), "{{name}}: hedged"))
    if queries:
        yield Panel("Retries", "timeseries", tuple(queries), "Calls made again.", unit=_PER_SECOND, width=THIRD)


def _refusals(at: str, settings: list[PipelineSettings], *, guarded: bool) -> Iterator[Query]:
    if guarded:
        yield Query(_rate(f"{_BREAKER}not_permitted_calls_total", at, "name"), "{{name}}: breaker")
    for metric, what, asked in _REFUSALS:
        if any(asked(found) for found in settings):
            yield Query(_rate(f"{_OURS}{metric}", at, "name"), f"{{{{name}}}}: {what}")


def _places(at: str) -> Panel:
    free, all_of_them = (f"resilience4j_bulkhead_{what}_concurrent_calls" for what in ("available", "max_allowed"))
    used = f"1 - min by (name) ({free}{{{at}}} / {all_of_them}{{{at}}})"
    return Panel(
        "Places taken",
        "timeseries",
        (Query(used, "{{name}}"),),
        "Share of the concurrent calls that are allowed, in the fullest instance.",
        unit=SHARE,
        steps=((GREEN, None), (ORANGE, 0.8), (RED, 1.0)),
        top=1.0,
        width=THIRD,
    )


def _line(title: str, expr: str, legend: str, text: str = "") -> Panel:
    return Panel(title, "timeseries", (Query(expr, legend),), text, unit=_PER_SECOND, width=THIRD)


def _rate(metric: str, at: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{at}}}[{RATE}]))"
