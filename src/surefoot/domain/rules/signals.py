"""Standard alerts on what users see: nothing answers, errors, slowness, a slow database."""

from collections.abc import Iterator

from surefoot.domain.rules import sources
from surefoot.domain.rules.draft import PERCENTAGE, Draft, Numbers, joined, number, percent, seconds
from surefoot.domain.rules.indicator import bucket, bucket_bounds, count
from surefoot.domain.rules.sources import Histogram, Requests
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.spec.model.policy import MetricNames
from surefoot.spec.system import Service

_ALL = "0.999999"  # sums of floats: all requests failed, whatever the last bits say


def api_down(service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert when requests arrive or probes run, and none succeeds; silence is for the absent alert."""
    counted = sources.requests(service, names)
    probes = [probe.render() for probe in sources.probes(service, "probe_success")]
    parts = []
    if counted:
        parts.append(_no_request_succeeds(counted, numbers.range))
    for probe in probes:
        succeeding = _succeeding(counted, numbers.range) if counted else None
        parts.append(f"max({probe}) == 0" + (f" unless {succeeding}" if succeeding else ""))
    if parts:
        what = {
            (True, False): "Requests arrive and none succeeds.",
            (False, True): "Every probe fails.",
            (True, True): "Requests arrive or probes run, and none succeeds.",
        }[(bool(counted), bool(probes))]
        yield Draft(
            "api-down",
            "availability",
            numbers.priority,
            joined(parts),
            numbers.lasting,
            "no request succeeds",
            f"{what} Users of {service.name} get nothing.",
        )


def service_down(service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert when no instance answers the scrape, and less urgently when many do not."""
    if not sources.scraped(service):
        return
    up = Selector("up", service.matchers).render()
    yield Draft(
        "service-down",
        "availability",
        numbers.priority,
        f"max({up}) == 0",
        numbers.lasting,
        "every instance is down",
        f"Prometheus reaches no instance of {service.name}.",
    )
    share = numbers.ratio
    if numbers.partial and share:
        yield Draft(
            "service-partly-down",
            "instances",
            numbers.partial,
            f"avg({up}) < {number(share)} unless max({up}) == 0",
            numbers.lasting,
            f"fewer than {percent(share)} of the instances are up",
            f"Only {PERCENTAGE} of the instances of {service.name} are up.",
        )


def high_error_rate(service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert when too many requests fail."""
    counted, limit = sources.requests(service, names), numbers.ratio
    if counted and limit is not None:
        yield Draft(
            "high-error-rate",
            "errors",
            numbers.priority,
            f"{error_ratio(counted, numbers.range)} > {number(limit)}",
            numbers.lasting,
            f"more than {percent(limit)} of the requests fail",
            f"{PERCENTAGE} of the requests to {service.name} failed over {numbers.range}.",
        )


def high_latency(service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert when a quantile exceeds a bound, which is to say: when too many requests do."""
    histogram, bound, quantile = sources.latency(service, names), numbers.time, numbers.quantile
    if histogram and bound and quantile:
        limit = (100 - quantile) / 100
        yield Draft(
            "high-latency",
            "latency",
            numbers.priority,
            f"{_slow(histogram, numbers)} > {number(limit)}",
            numbers.lasting,
            f"p{quantile:g} is above {format_duration(bound)}",
            f"{PERCENTAGE} of the requests to {service.name} took longer than {format_duration(bound)}"
            f" over {numbers.range}; {percent(limit)} may.",
        )


def database_slow(service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert on slow queries, seen by the client, an SQL exporter, or PostgreSQL itself."""
    bound, quantile = numbers.time, numbers.quantile
    histograms = sources.queries(service, names)
    if not bound or not quantile:
        return
    length, limit = format_duration(bound), (100 - quantile) / 100
    if histograms:
        slow = [f"{_slow(histogram, numbers)} > {number(limit)}" for histogram in histograms]
        yield Draft(
            "database-slow",
            "database",
            numbers.priority,
            joined(slow),
            numbers.lasting,
            f"p{quantile:g} of the queries is above {length}",
            f"{PERCENTAGE} of the queries of {service.name} took longer than {length}"
            f" over {numbers.range}; {percent(limit)} may.",
        )
        return
    active = Matcher("state", MatchOp.EQUAL, "active")
    running = [
        Selector("pg_stat_activity_max_tx_duration", (*exporter.matchers, active)).render()
        for exporter in sources.exporters(service, "postgres")
    ]
    if running:
        yield Draft(
            "database-slow",
            "database",
            numbers.priority,
            joined([f"max by (instance, datname) ({series}) > {seconds(bound)}" for series in running]),
            numbers.lasting,
            f"a query runs longer than {length}, scrape after scrape",
            "The longest query in {{ $labels.datname }} runs for {{ $value | humanizeDuration }}.",
        )


def _no_request_succeeds(counted: Requests, window: str) -> str:
    total = summed_rate(counted.total, window)
    if counted.good:
        return f"{total} > 0 unless {summed_rate(counted.good, window)} > 0"
    return f"{summed_rate(counted.part, window)} / ({total} > 0) > {_ALL}"


def _succeeding(counted: Requests, window: str) -> str:
    if counted.good:
        return f"{summed_rate(counted.good, window)} > 0"
    return f"({error_ratio(counted, window)} < {_ALL})"


def error_ratio(counted: Requests, window: str) -> str:
    """Write the share of the requests that failed; nothing where none arrived."""
    total, part = summed_rate(counted.total, window), summed_rate(counted.part, window)
    if counted.bad:
        return f"{part} / ({total} > 0)"
    return f"({total} - ({part} or 0 * {total})) / ({total} > 0)"


def _slow(histogram: Histogram, numbers: Numbers) -> str:
    """Write the share of observations above the bound."""
    bound = numbers.time
    assert bound is not None
    if histogram.native:
        upper = bucket_bounds(bound, histogram.selector.metric)[0]
        observed = summed_rate(histogram.selector, numbers.range)
        return f"(1 - histogram_fraction(0, {upper}, {observed}))"
    total = summed_rate(count(histogram.selector), numbers.range)
    return f"({total} - {summed_rate(bucket(histogram.selector, bound), numbers.range)}) / ({total} > 0)"


def summed_rate(selector: Selector, window: str) -> str:
    """Write events per second over a window such as ``5m``, all series together."""
    return f"sum(rate({selector.render()}[{window}]))"
