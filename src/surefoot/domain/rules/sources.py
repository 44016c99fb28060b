"""What a service's own metrics and its exporters provide: the series that standard alerts read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from surefoot.domain.rules.indicator import base_name
from surefoot.promql.error import PromqlError
from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector
from surefoot.spec.model.policy import MetricNames
from surefoot.spec.system import EventSli, Exporter, LatencySli, Service

_NEGATED = {
    MatchOp.EQUAL: MatchOp.NOT_EQUAL,
    MatchOp.NOT_EQUAL: MatchOp.EQUAL,
    MatchOp.REGEX: MatchOp.NOT_REGEX,
    MatchOp.NOT_REGEX: MatchOp.REGEX,
}
_SCHEME = "://"
_REGEX_SIGNS = re.compile(r"([.+*?()|\[\]{}^$\\])")


@dataclass(frozen=True, slots=True)
class Requests:
    """Counted requests: all of them, and the bad or the good ones."""

    total: Selector
    part: Selector
    bad: bool

    @property
    def good(self) -> Selector | None:
        """Select the good ones, if one selector can: the bad ones must differ from all by one matcher."""
        if not self.bad:
            return self.part
        extra = [matcher for matcher in self.part.matchers if matcher not in self.total.matchers]
        kept = [matcher for matcher in self.part.matchers if matcher in self.total.matchers]
        if self.part.metric != self.total.metric or len(extra) != 1 or len(kept) != len(self.total.matchers):
            return None
        only = extra[0]
        return Selector(self.total.metric, (*self.total.matchers, Matcher(only.label, _NEGATED[only.op], only.value)))


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram of durations."""

    selector: Selector
    native: bool = False


def requests(service: Service, names: MetricNames) -> Requests | None:
    """Find the counters of requests: those that ``signals`` names, or those that an objective counts.

    The policy's names are taken for a service whose objectives use them, or that names other signals:
    an alert on a metric that the service may not have would never fire.
    """
    own = service.model.signals
    counted = [
        Requests(sli.total, sli.part, sli.counts == "bad")
        for sli in (slo.sli for slo in service.slos.values())
        if isinstance(sli, EventSli) and isinstance(sli.total, Selector) and isinstance(sli.part, Selector)
    ]
    usual = parse_selector(names.requests).metric
    if own.requests or own.errors or own.latency or any(found.total.metric == usual for found in counted):
        total = _selector(own.requests or names.requests, service)
        bad = _selector(own.errors or names.errors, service)
        if own.requests and not own.errors:
            bad = total and _with_errors(total, names)
        return Requests(total, bad, bad=True) if total and bad else None
    return counted[0] if counted else None


def latency(service: Service, names: MetricNames) -> Histogram | None:
    """Find the histogram of latencies, by the same rule as `requests`."""
    own = service.model.signals
    measured = [slo.sli for slo in service.slos.values() if isinstance(slo.sli, LatencySli)]
    if own.latency:
        selector = _selector(own.latency, service)
        return Histogram(selector) if selector else None
    usual = next((sli for sli in measured if base_name(sli.histogram) == names.latency), None)
    if usual is not None:
        selector = _selector(names.latency, service)
        return Histogram(selector, usual.native) if selector else None
    if measured:
        return Histogram(measured[0].histogram, measured[0].native)
    counted = requests(service, names)
    selector = _selector(names.latency, service)
    if counted and selector and counted.total.metric == parse_selector(names.requests).metric:
        return Histogram(selector)
    return None


def queries(service: Service, names: MetricNames) -> list[Histogram]:
    """Find the histograms of database queries: the client's, or those of the exporters of kind ``sql``."""
    if service.model.signals.queries:
        selector = _selector(service.model.signals.queries, service)
        return [Histogram(selector)] if selector else []
    return [Histogram(Selector(names.queries, found.matchers)) for found in exporters(service, "sql")]


def exporters(service: Service, kind: str) -> list[Exporter]:
    """Return the service's exporters of a kind."""
    return [exporter for exporter in service.exporters.values() if exporter.kind == kind]


def scraped(service: Service) -> bool:
    """Tell whether ``up`` can be asked for the service alone."""
    return bool(service.matchers) and bool(service.model.targets or service.model.selector)


def probed(service: Service) -> tuple[str, ...]:
    """List the addresses that a blackbox exporter probes: the page of users and the health endpoint.

    A health endpoint that is only a path belongs to ``url``. A service that names neither is probed at
    the addresses that its blackbox exporters name.
    """
    url, health = service.model.url, service.model.health
    if health and health.startswith("/"):
        health = f"{url.rstrip('/')}{health}" if url else None
    own = [address for address in (url, health) if address and _SCHEME in address]
    others = (target for exporter in exporters(service, "blackbox") for target in exporter.targets)
    return tuple(dict.fromkeys(own or (target for target in others if _SCHEME in target)))


def prober(exporter: Exporter) -> str | None:
    """Return the address of a blackbox exporter itself: the target that is no URL."""
    return next((target for target in exporter.targets if _SCHEME not in target), None)


def probes(service: Service, metric: str, prefix: str = "") -> Iterator[Selector]:
    """Select a metric of the probes of the service's addresses that begin with a prefix."""
    addresses = [address for address in probed(service) if address.startswith(prefix)]
    if not addresses:
        return
    for exporter in exporters(service, "blackbox"):
        yield Selector(metric, (*exporter.matchers, one_of("instance", addresses)))


def one_of(label: str, values: list[str]) -> Matcher:
    """Match a label that has one of some values."""
    if len(values) == 1:
        return Matcher(label, MatchOp.EQUAL, values[0])
    return Matcher(label, MatchOp.REGEX, "|".join(_REGEX_SIGNS.sub(r"\\\1", value) for value in values))


def _with_errors(total: Selector, names: MetricNames) -> Selector:
    """Take the policy's condition of errors over to another counter."""
    extra = parse_selector(names.errors).matchers
    return Selector(total.metric, (*total.matchers, *(m for m in extra if m not in total.matchers)))


def _selector(text: str, service: Service) -> Selector | None:
    """Read a metric's name or selector; one that cannot be read provides nothing."""
    try:
        return parse_selector(text).with_matchers(service.matchers)
    except PromqlError:
        return None
