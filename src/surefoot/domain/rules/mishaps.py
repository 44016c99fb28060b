"""Stories for the standard alerts: what each watches goes wrong at once, or a disk fills up."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from math import ceil

from surefoot.domain.rules import driving, sources
from surefoot.domain.rules.draft import Numbers
from surefoot.domain.rules.driving import Drive
from surefoot.domain.rules.outages import ABOVE, BELOW, Pace, timed
from surefoot.domain.rules.story import Form, Leg, Signal, Story, Window
from surefoot.domain.rules.witness import witness
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.promql.series import Labels
from surefoot.spec.model.policy import MetricNames
from surefoot.spec.rulefile import Rule
from surefoot.spec.system import Service

_NOW = timedelta()
_PAUSE = timedelta(minutes=10)
_HOUR = 3600.0
_ALL = 1 - 1e-5
_MOMENT = timedelta(seconds=5)
_CLEAN: tuple[Leg, ...] = ((Window(_NOW, 0.5, "samples"),),)
_NEVER: tuple[Leg, ...] = ((Window(_NOW, 1.0, "samples"),),)

Told = tuple[tuple[Signal, ...], tuple[Leg, ...], float, str]


def standard_stories(
    kind: str, rule: Rule, service: Service, names: MetricNames, numbers: Numbers, pace: Pace
) -> Iterator[Story]:
    """Tell a standard alert's stories.

    Args:
        kind: Such as ``high-cpu``.
        rule: The alert; its name tells the forms of a kind apart.
        service: Whose alert it is.
        names: Of the golden signals.
        numbers: Its numbers.
        pace: Of the server.
    """
    lasting = rule.lasting or _NOW
    for signals, legs, e, name in _TOLD[kind](rule.name, service, names, numbers):
        before = max(window.length for leg in legs for window in leg) + _PAUSE
        filling = name == "filling"
        if filling:
            before = _PAUSE  # the moment at which the told line meets its limit
        if name == "below":
            end = 2 * before + _PAUSE + lasting
            yield Story(name, signals, e, before, end, end + _PAUSE, legs, lasting)
            continue
        yield timed(Story(name, signals, e, before, _NOW, _NOW, legs, lasting, recovers=not filling), pace)


def _api_down(_: str, service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Told]:
    counted = sources.requests(service, names)
    probes = _made(*sources.probes(service, "probe_success"))
    failing = tuple(Signal(labels, Form.GAUGE, 1.0, 0.0) for labels in probes)
    if counted is None:
        if failing:
            yield failing, _CLEAN, 1.0, "total"
        return
    found = driving.events(counted.part, counted.total, bad=counted.bad)
    if isinstance(found, Drive):
        yield (*found.signals(1.0), *failing), _share(numbers.window, _ALL), 1.0, "total"
        yield (*found.signals(0.9), *failing), _share(numbers.window, _ALL), 0.9, "below"


def _service_down(alert: str, service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Told]:
    up = Selector("up", service.matchers)
    if alert.endswith("ServiceDown"):
        yield tuple(Signal(labels, Form.GAUGE, 1.0, 0.0) for labels in _made(up)), _CLEAN, 1.0, "total"
        return
    share = numbers.ratio or 0.0
    count = max(4, ceil(2 / share)) if share else 4
    staying = max(1, ceil(share * count) - 1)
    instances = [
        labels
        for number in range(count)
        for labels in _made(up.without("instance").with_matchers([Matcher("instance", MatchOp.EQUAL, str(number))]))
    ]
    signals = (Signal(one, Form.GAUGE, 1.0, 1.0 if at < staying else 0.0) for at, one in enumerate(instances))
    yield tuple(signals), _CLEAN, 1.0, "some"
    yield tuple(Signal(one, Form.GAUGE, 1.0, 0.0) for one in instances), _NEVER, 1.0, "below"


def _high_error_rate(_: str, service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Told]:
    counted = sources.requests(service, names)
    if counted:
        yield from _shares(driving.events(counted.part, counted.total, bad=counted.bad), numbers.window, numbers.ratio)


def _high_latency(_: str, service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Told]:
    found, bound = sources.latency(service, names), numbers.time
    if found and bound and not found.native:
        limit = (100 - (numbers.quantile or 0)) / 100
        yield from _shares(driving.histogram(found.selector, bound), numbers.window, limit)


def _database_slow(_: str, service: Service, names: MetricNames, numbers: Numbers) -> Iterator[Told]:
    histograms, bound = sources.queries(service, names), numbers.time
    if bound is None:
        return
    if histograms:
        limit = (100 - (numbers.quantile or 0)) / 100
        yield from _shares(driving.histogram(histograms[0].selector, bound), numbers.window, limit)
        return
    active = Matcher("state", MatchOp.EQUAL, "active")
    running = [
        Selector("pg_stat_activity_max_tx_duration", (*one.matchers, active))
        for one in sources.exporters(service, "postgres")
    ]
    yield from _limit(_made(*running[:1]), bound.total_seconds())


def _high_cpu(alert: str, service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Told]:
    limit = numbers.ratio
    if limit is None:
        return
    kind = "cadvisor" if alert.endswith("HighContainerCpu") else "node"
    exporter = sources.exporters(service, kind)[0]
    if kind == "node":
        idle = Selector("node_cpu_seconds_total", (*exporter.matchers, Matcher("mode", MatchOp.EQUAL, "idle")))
        found = Drive(lambda e: tuple(Signal(one, Form.COUNTER, 1.0, 1 - e) for one in _made(idle)))
    else:
        used = _made(Selector("container_cpu_usage_seconds_total", exporter.matchers))
        allowed = _made(
            Selector("container_spec_cpu_quota", exporter.matchers),
            Selector("container_spec_cpu_period", exporter.matchers),
        )
        fixed = tuple(Signal(one, Form.GAUGE, 100000.0, 100000.0) for one in allowed)
        found = Drive(lambda e: (*(Signal(one, Form.COUNTER, 0.0, e) for one in used), *fixed))
    yield from _shares(found, numbers.window, limit)


def _disk_full(_: str, service: Service, __: MetricNames, numbers: Numbers) -> Iterator[Told]:
    limit, exporter = numbers.ratio, sources.exporters(service, "node")[0]
    if limit is None:
        return
    free, size = _made(*(Selector(f"node_filesystem_{name}_bytes", exporter.matchers) for name in ("avail", "size")))
    left, step = 1e9, (1 - limit) / 20

    def told(used: float, name: str) -> Told:
        # The disk shrinks rather than fills: what is free has no trend that could predict anything.
        clean = left / (1 - (limit - step))
        signals = (Signal(free, Form.GAUGE, left, left), Signal(size, Form.GAUGE, clean, left / (1 - used)))
        return signals, _CLEAN if used > limit else _NEVER, 1.0, name

    yield told(limit + step, "above")
    yield told(limit - step / 2, "below")
    if numbers.predict:
        # A straight line is its own trend: the prediction reaches zero when the outage begins, a moment before.
        ahead = (numbers.predict + _PAUSE - _MOMENT).total_seconds()
        filling = Signal(free, Form.COUNTER, -left / ahead, -left / ahead, first=left)
        yield (filling, Signal(size, Form.GAUGE, left, left)), _CLEAN, 1.0, "filling"


def _certificate_expiry(_: str, service: Service, __: MetricNames, numbers: Numbers) -> Iterator[Told]:
    left = numbers.time
    if left is None:
        return
    expiries = _made(*list(sources.probes(service, "probe_ssl_earliest_cert_expiry", "https"))[:1])
    seconds = left.total_seconds()
    for name, change in (("above", -_HOUR), ("below", _HOUR)):
        signals = tuple(Signal(one, Form.CLOCK, -seconds - 2 * _HOUR, -seconds - change) for one in expiries)
        yield signals, _CLEAN if name == "above" else _NEVER, 1.0, name


def _replication_lag(_: str, service: Service, __: MetricNames, numbers: Numbers) -> Iterator[Told]:
    found = [Selector("pg_replication_lag_seconds", one.matchers) for one in sources.exporters(service, "postgres")]
    if numbers.time:
        yield from _limit(_made(*found[:1]), numbers.time.total_seconds())


_TOLD: Mapping[str, Callable[[str, Service, MetricNames, Numbers], Iterator[Told]]] = {
    "api-down": _api_down,
    "service-down": _service_down,
    "high-error-rate": _high_error_rate,
    "high-latency": _high_latency,
    "database-slow": _database_slow,
    "high-cpu": _high_cpu,
    "disk-full": _disk_full,
    "certificate-expiry": _certificate_expiry,
    "replication-lag": _replication_lag,
}


def _shares(found: Drive | str, window: timedelta, limit: float | None) -> Iterator[Told]:
    """Tell a share within a window: just below a limit, just above it, twice, and everything bad."""
    if isinstance(found, str) or not limit:
        return
    legs = _share(window, limit)
    yield found.signals(BELOW * limit), legs, BELOW * limit, "below"
    for name, times in (("above", ABOVE), ("twice", 2.0)):
        if times * limit < 1:
            yield found.signals(times * limit), legs, times * limit, name
    yield found.signals(1.0), legs, 1.0, "total"


def _share(window: timedelta, limit: float) -> tuple[Leg, ...]:
    return ((Window(window, limit),),)


def _limit(found: list[Labels], bound: float) -> Iterator[Told]:
    """Tell a gauge that jumps over a bound, and one that stays under it."""
    for name, factor in (("above", ABOVE), ("below", BELOW)):
        signals = tuple(Signal(one, Form.GAUGE, 0.0, factor * bound) for one in found)
        yield signals, _CLEAN if name == "above" else _NEVER, 1.0, name


def _made(*selectors: Selector) -> list[Labels]:
    return [labels for selector in selectors if (labels := witness(selector)) is not None]
