"""The PromQL of an indicator: bad events and all events within a window (design: errors / (total > 0))."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from surefoot.domain.slo.burn import go_float
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.spec.model.policy import SloPolicy
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    Query,
    RawSli,
    SliceSli,
    Slo,
    Template,
    ThroughputSli,
)

_MILLISECOND_NAMES = ("_milliseconds", "_millis", "_ms")
_COMPARE = "bool"


@dataclass(frozen=True, slots=True)
class Events:
    """Rates of bad and of all events, as functions of the window's text (``5m``); both keep the `by` labels."""

    errors: Callable[[str], str]
    total: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Slices:
    """Slices of time: whether this one is bad (0 or 1), and whether there is one at all (1 or nothing)."""

    bad: str
    any: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """An error ratio without a number of events behind it."""

    ratio: Callable[[str], str]
    open: bool


def expressions(slo: Slo, policy: SloPolicy) -> Events | Slices | Ratio:
    """Translate the indicator of an objective."""
    sli = slo.sli
    match sli:
        case EventSli():
            return _events(sli, slo.by)
        case LatencySli():
            return _native(sli, slo.by) if sli.native else _latency(sli, slo.by)
        case ThroughputSli() | FreshnessSli() | SliceSli():
            value, bad = _slice(sli, slo.by, policy)
            return Slices(f"{value} {bad}", f"{_over('group', slo.by)}({value})")
        case RawSli():
            return _raw(sli)
        case _:
            assert_never(sli)


def presence(slo: Slo) -> str:
    """Select what must exist for the indicator to measure anything, for ``absent`` and ``count``."""
    sli = slo.sli
    match sli:
        case EventSli(total=total):
            return total.render() if isinstance(total, Selector) else f"({total.fill('5m')})"
        case LatencySli(histogram=histogram, native=native):
            return (histogram if native else _suffixed(histogram, "_count")).render()
        case ThroughputSli(source=source) | FreshnessSli(source=source):
            return source.render()
        case SliceSli(value=value):
            return value.render() if isinstance(value, Selector) else f"({value.fill('5m')})"
        case RawSli(ratio=ratio):
            return f"({ratio.fill('5m')})"
        case _:
            assert_never(sli)


def bucket_bounds(bound: timedelta, metric: str) -> list[str]:
    """List the spellings of a bucket's bound: clients and server versions differ in them.

    Prometheus 3 writes ``1.0`` where 2.x kept ``1``; the unit follows from the metric's name.
    """
    seconds = bound.total_seconds()
    value = seconds * 1000 if metric.endswith(_MILLISECOND_NAMES) else seconds
    plain = f"{value:.9f}".rstrip("0").rstrip(".")
    return list(dict.fromkeys((plain, repr(value), go_float(value))))


def base_name(histogram: Selector) -> str:
    """Return the name of a classic histogram without the suffix of one of its series."""
    return histogram.metric.removesuffix("_bucket").removesuffix("_count")


def bucket(histogram: Selector, bound: timedelta) -> Selector:
    """Select the bucket at a bound, in every spelling of the bound."""
    spellings = bucket_bounds(bound, base_name(histogram))
    if len(spellings) == 1:
        matcher = Matcher("le", MatchOp.EQUAL, spellings[0])
    else:
        matcher = Matcher(
            "le", MatchOp.REGEX, "|".join(text.replace(".", "\\.").replace("+", "\\+") for text in spellings)
        )
    selector = _suffixed(histogram, "_bucket").without("le")
    return Selector(selector.metric, (*selector.matchers, matcher))


def count(histogram: Selector) -> Selector:
    """Select the number of observations of a classic histogram."""
    return _suffixed(histogram, "_count").without("le")


def _events(sli: EventSli, by: tuple[str, ...]) -> Events:
    total = _rate(sli.total, by)
    part = _rate(sli.part, by)
    if sli.counts == "bad":
        return Events(lambda w: f"({part(w)} or 0 * {total(w)})", total)
    return Events(lambda w: f"({total(w)} - ({part(w)} or 0 * {total(w)}))", total)


def _latency(sli: LatencySli, by: tuple[str, ...]) -> Events:
    total = _rate(count(sli.histogram), by)
    fast = _rate(bucket(sli.histogram, sli.bound), by)
    return Events(lambda w: f"({total(w)} - {fast(w)})", total)


def _native(sli: LatencySli, by: tuple[str, ...]) -> Events:
    observed = _rate(sli.histogram, by)
    bound = bucket_bounds(sli.bound, sli.histogram.metric)[0]
    return Events(
        lambda w: (
            f"((1 - histogram_fraction(0, {bound}, {observed(w)})) * (histogram_count({observed(w)}) > 0)"
            f" or 0 * histogram_count({observed(w)}))"
        ),
        lambda w: f"histogram_count({observed(w)})",
    )


def _slice(sli: ThroughputSli | FreshnessSli | SliceSli, by: tuple[str, ...], policy: SloPolicy) -> tuple[str, str]:
    """Return the value of a slice and the comparison that is 1 for a bad one."""
    match sli:
        case ThroughputSli(source, floor, gauge):
            text = source.render()
            value = text if gauge else f"rate({text}[{format_duration(policy.slice_range)}])"
            return f"{_over('sum', by)}({value})", f"< {_COMPARE} {go_float(floor)}"
        case FreshnessSli(source, bound, age):
            newest = f"{_over('max', by)}({source.render()})"
            value = newest if age else f"(time() - {newest})"
            return value, f"> {_COMPARE} {go_float(bound.total_seconds())}"
        case SliceSli(value=query):
            range_ = format_duration(policy.slice_range)
            inner = query.render() if isinstance(query, Selector) else query.fill(range_)
            worst = "min" if sli.bad.startswith("<") else "max"
            return f"{_over(worst, by)}({inner})", f"{sli.bad} {_COMPARE} {go_float(sli.limit)}"
        case _:
            assert_never(sli)


def _raw(sli: RawSli) -> Events | Ratio:
    def ratio(window: str) -> str:
        filled = sli.ratio.fill(window).strip()
        return f"({filled})" if sli.counts == "errors" else f"(1 - ({filled}))"

    weight = sli.weight
    if weight is None:
        return Ratio(ratio, "$window" in sli.ratio.text)

    def events(window: str) -> str:
        return f"({weight.fill(window).strip()})"

    # A ratio of nothing is NaN: it counts only where there are events, and the rest is no error.
    return Events(lambda w: f"({ratio(w)} * ({events(w)} > 0) or 0 * {events(w)})", events)


def _rate(query: Query, by: tuple[str, ...]) -> Callable[[str], str]:
    if isinstance(query, Template):
        template = query
        return lambda window: f"({template.fill(window).strip()})"
    text = query.render()
    prefix = _over("sum", by)
    return lambda window: f"{prefix}(rate({text}[{window}]))"


def _over(aggregation: str, by: tuple[str, ...]) -> str:
    return f"{aggregation} by ({', '.join(by)}) " if by else aggregation


def _suffixed(histogram: Selector, suffix: str) -> Selector:
    return Selector(base_name(histogram) + suffix, histogram.matchers)
