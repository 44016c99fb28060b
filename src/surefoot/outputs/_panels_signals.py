"""Panels of the four golden signals of a service: what it counts itself, and what probes of it see."""

import re
from collections.abc import Iterator

from surefoot.domain.rules import sources
from surefoot.domain.rules.draft import percent
from surefoot.domain.rules.indicator import base_name
from surefoot.domain.rules.signals import error_ratio, summed_rate
from surefoot.domain.rules.sources import Histogram, Requests
from surefoot.domain.rules.standard import missing
from surefoot.outputs._grafana import COLUMNS, GREEN, ORANGE, RATE, RED, THIRD, Panel, Query, Row, Step
from surefoot.outputs._panels_objectives import SHARE, error_steps, thresholds
from surefoot.promql.error import PromqlError
from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector
from surefoot.spec.system import EventSli, LatencySli, Service, Slo, System

QUANTILES = (0.5, 0.95, 0.99)
_PER_SECOND = "reqps"
_SECONDS, _MILLISECONDS = "s", "ms"
_CLASSES = ("1", "2", "3", "4", "5")
_FAILED_CLASSES = ("4", "5")
_CODE = re.compile(r"(^|_)(code|status|class)($|_)")
_HTTP = re.compile(r"[\[\](){}0-9x.|^$+*?:\\-]+", re.IGNORECASE)
_UNNAMED: tuple[tuple[str, str, str], ...] = (
    ("requests", "Requests and errors", "`signals: {requests: …, errors: …}`, or an objective on counted requests"),
    ("latency", "Latency", "`signals: {latency: …}`, or an objective on latency"),
    ("concurrency", "Concurrency", "`signals: {concurrency: …}`"),
)


def rows(service: Service, system: System) -> Iterator[Row]:
    """Show traffic, errors and latency, then the probes."""
    yield Row("Traffic and errors", tuple(_traffic(service, system)))
    yield Row("Latency", tuple(_latency(service, system)))
    yield Row("Availability", tuple(_availability(service)))


def quantiles(title: str, histogram: Histogram, steps: tuple[Step, ...] = (), by: str = "") -> Panel:
    """Show p50, p95 and p99 of a histogram."""
    queries = tuple(Query(quantile(histogram, each, by), f"p{each * 100:g} {by}".strip()) for each in QUANTILES)
    return Panel(title, "timeseries", queries, unit=unit_of(histogram), steps=steps)


def quantile(histogram: Histogram, share: float, by: str = "") -> str:
    """Write a quantile of a histogram, for each value of a label if one is given."""
    if histogram.native:
        grouped = f"sum by ({by}) " if by else "sum"
        return f"histogram_quantile({share:g}, {grouped}(rate({histogram.selector.render()}[{RATE}])))"
    buckets = Selector(f"{base_name(histogram.selector)}_bucket", histogram.selector.matchers).without("le").render()
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share:g}, sum by ({labels}) (rate({buckets}[{RATE}])))"


def unit_of(histogram: Histogram) -> str:
    """Tell the unit of a histogram by its name, as Prometheus' conventions want it."""
    name = base_name(histogram.selector)
    return _MILLISECONDS if name.endswith(("_milliseconds", "_millis", "_ms")) else _SECONDS


def selected(text: str | None, service: Service) -> Selector | None:
    """Read a metric that the spec names, narrowed to the service; None if it cannot be read (rule S09 tells)."""
    if not text:
        return None
    try:
        return parse_selector(text).with_matchers(service.matchers)
    except PromqlError:
        return None


def undeclared(service: Service, system: System) -> list[str]:
    """List what is not shown, and what would have to be declared."""
    model = service.model
    known = {
        "requests": sources.requests(service, system.policy.metrics) is not None,
        "latency": sources.latency(service, system.policy.metrics) is not None,
        "concurrency": model.signals.concurrency is not None,
    }
    lines = [f"{title}: declare {source}." for key, title, source in _UNNAMED if not known[key]]
    if not sources.scraped(service):
        lines.append("Instances: declare `targets:`, or the `selector:` of its series.")
    kinds = {exporter.kind for exporter in service.exporters.values()}
    if not kinds & {"node", "cadvisor"}:
        lines.append("CPU, memory and disks: name an exporter of kind `node` or `cadvisor` under `exporters:`.")
    covered = {"api-down", "high-error-rate", "high-latency", "service-down", "high-cpu", "disk-full"}
    lines += [f"`{name}`: declare {source}." for name, source in missing(service, system) if name not in covered]
    return lines


def _traffic(service: Service, system: System) -> Iterator[Panel]:
    counted = sources.requests(service, system.policy.metrics)
    if counted:
        code = _code(counted)
        yield Panel("Requests", "timeseries", tuple(_by_class(counted, code, _CLASSES)), unit=_PER_SECOND, width=THIRD)
        yield Panel("Errors", "timeseries", tuple(_failures(counted, code)), unit=_PER_SECOND, width=THIRD)
        slo = _judging(counted, service)
        text = "Share of the requests that fail"
        if slo:
            amber, red = thresholds(slo, system)
            text += f": amber from {percent(amber)}, red from {percent(red)} ({slo.name})"
        steps = error_steps(slo, system) if slo else ()
        ratio = Query(error_ratio(counted, RATE), "errors")
        yield Panel("Error rate", "timeseries", (ratio,), f"{text}.", unit=SHARE, steps=steps, width=THIRD)
    concurrency = selected(service.model.signals.concurrency, service)
    if concurrency:
        limit = service.model.capacity.concurrency if service.model.capacity else None
        steps = ((GREEN, None), (RED, float(limit))) if limit else ()
        yield Panel("Concurrency", "timeseries", (Query(f"sum({concurrency.render()})", "requests"),), steps=steps)


def _by_class(counted: Requests, code: str | None, classes: tuple[str, ...]) -> Iterator[Query]:
    if code is None:
        yield Query(summed_rate(counted.total, RATE), "all")
        return
    for each in classes:
        yield Query(summed_rate(_narrowed(counted.total, code, each), RATE), f"{each}xx")


def _failures(counted: Requests, code: str | None) -> Iterator[Query]:
    if code is not None:
        yield from _by_class(counted, code, _FAILED_CLASSES)
        return
    if counted.bad:
        yield Query(summed_rate(counted.part, RATE), "failed")
        return
    total, good = summed_rate(counted.total, RATE), summed_rate(counted.part, RATE)
    yield Query(f"{total} - ({good} or 0 * {total})", "failed")


def _narrowed(total: Selector, code: str, each: str) -> Selector:
    return Selector(total.metric, (*total.matchers, Matcher(code, MatchOp.REGEX, f"{each}..")))


def _code(counted: Requests) -> str | None:
    """Find the label with the status: the one that tells good from bad, if it looks like one of HTTP."""
    if counted.part.metric != counted.total.metric:
        return None
    extra = [matcher for matcher in counted.part.matchers if matcher not in counted.total.matchers]
    found = (m.label for m in extra if _CODE.search(m.label.lower()) and _HTTP.fullmatch(m.value))
    return next(found, None)


def _judging(counted: Requests, service: Service) -> Slo | None:
    """Find the objective that judges these requests, the tightest if there are several."""
    same = [
        slo
        for slo in service.slos.values()
        if isinstance(slo.sli, EventSli) and not slo.by and slo.sli.total == counted.total
    ]
    return max(same, key=lambda slo: slo.objective, default=None)


def _latency(service: Service, system: System) -> Iterator[Panel]:
    histogram = sources.latency(service, system.policy.metrics)
    if histogram:
        yield quantiles("Latency", histogram, _bounds(histogram, service))
    queries = sources.queries(service, system.policy.metrics)
    for index, each in enumerate(queries, 1):
        title = "Database queries" if len(queries) == 1 else f"Database queries {index}"
        yield quantiles(title, each)


def _bounds(histogram: Histogram, service: Service) -> tuple[Step, ...]:
    """Mark the bound of the objective on the same histogram."""
    scale = 1000 if unit_of(histogram) == _MILLISECONDS else 1
    bounds = [
        slo.sli.bound.total_seconds() * scale
        for slo in service.slos.values()
        if isinstance(slo.sli, LatencySli) and base_name(slo.sli.histogram) == base_name(histogram.selector)
    ]
    return ((GREEN, None), (ORANGE, min(bounds))) if bounds else ()


def _availability(service: Service) -> Iterator[Panel]:
    if sources.scraped(service):
        up = Selector("up", service.matchers).render()
        names = {1.0: ("up", GREEN), 0.0: ("down", RED)}
        yield Panel("Instances", "state-timeline", (Query(up, "{{instance}}"),), names=names, steps=_UP)
    probes = [probe.render() for probe in sources.probes(service, "probe_success")]
    if probes:
        queries = tuple(Query(f"min by (instance) ({probe})", "{{instance}}") for probe in probes)
        names = {1.0: ("answers", GREEN), 0.0: ("fails", RED)}
        yield Panel("Probes", "state-timeline", queries, names=names, steps=_UP)
        durations = [probe.render() for probe in sources.probes(service, "probe_duration_seconds")]
        queries = tuple(Query(f"max by (instance) ({probe})", "{{instance}}") for probe in durations)
        yield Panel("Duration of probes", "timeseries", queries, unit=_SECONDS)
    expiries = [probe.render() for probe in sources.probes(service, "probe_ssl_earliest_cert_expiry", "https")]
    if expiries:
        queries = tuple(Query(f"min by (instance) ({expiry}) - time()", "{{instance}}") for expiry in expiries)
        yield Panel("Certificates end in", "stat", queries, unit=_SECONDS, width=COLUMNS // 2)


_UP: tuple[Step, ...] = ((RED, None), (GREEN, 1.0))
