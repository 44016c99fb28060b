"""Panels of what services stand on: machines, containers, databases, probes, and the capacity that is planned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from surefoot.domain.rules import sources
from surefoot.domain.rules.saturation import CONTAINER, container_cpu, disk_used, node_cpu
from surefoot.domain.rules.standard import numbers
from surefoot.outputs._grafana import GREEN, ORANGE, RATE, RED, THIRD, Panel, Query, Row, Step, note
from surefoot.outputs._panels_objectives import SHARE
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.spec.model.capacity import CapacityPlan, Resource
from surefoot.spec.model.policy import AlertPolicy
from surefoot.spec.system import Exporter, Service, System

_BITS, _PER_SECOND = "bps", "cps"
# Loopback and the ends of containers' cables would count everything twice.
_CARDS = Matcher("device", MatchOp.NOT_REGEX, "lo|veth.*|cali.*|docker.*|br-.*|cni.*|flannel.*")
_BY_CONTAINER = f"sum by ({', '.join(CONTAINER)})"
_NOTHING = (
    "Nothing tells how machines are. Declare `exporters:` of the kinds `node`, `cadvisor`, `postgres` or `blackbox` "
    "in the workspace, and name them in the services that stand on them."
)
_CONTAINER_NAME = "{{namespace}} {{pod}} {{container}} {{name}}"
_INSTANCE = "{{instance}}"


def rows(system: System) -> Iterator[Row]:
    """Show what is known, or what to declare."""
    found = [row for row in _known(system) if row.panels]
    yield from found or [Row("Infrastructure", (note("Not measured", _NOTHING),))]


def _known(system: System) -> Iterator[Row]:
    """Show every exporter that a service uses, each once, then the capacity plan."""
    used = {exporter.name: exporter for service in system.services.values() for exporter in service.exporters.values()}
    exporters = [used[name] for name in sorted(used)]
    up = tuple(Query(f"avg({_series(e, 'up')})", e.name) for e in exporters if e.matchers)
    if up:
        panel = Panel("Exporters that answer", "bargauge", up, unit=SHARE, steps=_ALL_UP, top=1.0, height=THIRD)
        yield Row("Exporters", (panel,))
    for kind, (title, panels) in _KINDS.items():
        for exporter in exporters:
            if exporter.kind == kind:
                yield Row(f"{title} ({exporter.name})", tuple(panels(exporter, system)))
    probed = [service for service in system.services.values() if sources.probed(service)]
    yield Row("Probes", tuple(_probes(probed)))
    yield Row("Capacity", tuple(_capacity(system)))


def saturation(service: Service, system: System) -> Row:
    """Show how full is what one service stands on."""
    cpu, disk = (numbers(alert, service, system.policy).ratio for alert in ("high-cpu", "disk-full"))
    panels: list[Panel] = []
    for exporter in service.exporters.values():
        if exporter.kind == "node":
            panels += [_cpu(exporter, cpu), _memory(exporter), _disks(exporter, disk)]
        elif exporter.kind == "cadvisor":
            panels += [_container_cpu(exporter, cpu), _container_memory(exporter)]
        elif exporter.kind == "postgres":
            panels.append(_connections(exporter))
    return Row("Saturation", tuple(panels))


def _machines(exporter: Exporter, system: System) -> Iterator[Panel]:
    yield _cpu(exporter, _shipped(system.policy.alerts.high_cpu))
    yield _memory(exporter)
    yield _disks(exporter, _shipped(system.policy.alerts.disk_full))
    received, sent = (
        f"8 * sum by (instance) (rate({_series(exporter, f'node_network_{way}_bytes_total', _CARDS)}[{RATE}]))"
        for way in ("receive", "transmit")
    )
    queries = (Query(received, f"{_INSTANCE} in"), Query(sent, f"{_INSTANCE} out"))
    yield Panel("Network", "timeseries", queries, unit=_BITS, width=THIRD)
    busy = f"max by (instance) (rate({_series(exporter, 'node_disk_io_time_seconds_total')}[{RATE}]))"
    yield _share("Disk busy", busy, _INSTANCE, "Share of the time that the busiest disk works.")
    idle = _series(exporter, "node_cpu_seconds_total", Matcher("mode", MatchOp.EQUAL, "idle"))
    load = f"{_series(exporter, 'node_load5')} / on (instance) count by (instance) ({idle})"
    text = "Processes that want to run, for each CPU, over 5 minutes."
    yield Panel("Load per CPU", "timeseries", (Query(load, _INSTANCE),), text, width=THIRD)


def _containers(exporter: Exporter, system: System) -> Iterator[Panel]:
    yield _container_cpu(exporter, _shipped(system.policy.alerts.high_cpu))
    yield _container_memory(exporter)
    throttled, periods = (
        f"{_BY_CONTAINER} (rate({_series(exporter, f'container_cpu_cfs_{what}_total')}[{RATE}]))"
        for what in ("throttled_periods", "periods")
    )
    text = "Share of the periods in which a container had to wait for its CPU limit."
    yield _share("Throttled", f"{throttled} / ({periods} > 0)", _CONTAINER_NAME, text)
    received, sent = (
        f"8 * sum by (namespace, pod, name) (rate({_series(exporter, f'container_network_{way}_bytes_total')}[{RATE}]))"
        for way in ("receive", "transmit")
    )
    name = "{{namespace}} {{pod}} {{name}}"
    queries = (Query(received, f"{name} in"), Query(sent, f"{name} out"))
    yield Panel("Network of containers", "timeseries", queries, unit=_BITS, width=THIRD)
    started = f"{_BY_CONTAINER} (changes({_series(exporter, 'container_start_time_seconds')}[{RATE}]))"
    yield Panel("Restarts", "timeseries", (Query(started, _CONTAINER_NAME),), width=THIRD)


def _databases(exporter: Exporter, _: System) -> Iterator[Panel]:
    yield _connections(exporter)
    both = Matcher("__name__", MatchOp.REGEX, "pg_replication_lag|pg_replication_lag_seconds")
    lag = f"max by (instance) ({_series(exporter, '', both)})"
    yield Panel("Replication lag", "timeseries", (Query(lag, _INSTANCE),), unit="s", width=THIRD)
    done, undone = (
        f"sum by (datname) (rate({_series(exporter, f'pg_stat_database_xact_{what}')}[{RATE}]))"
        for what in ("commit", "rollback")
    )
    queries = (Query(done, "{{datname}} committed"), Query(undone, "{{datname}} rolled back"))
    yield Panel("Transactions", "timeseries", queries, unit=_PER_SECOND, width=THIRD)


def _probes(services: Sequence[Service]) -> Iterator[Panel]:
    found = [
        (service, success.render(), duration.render())
        for service in services
        for success, duration in zip(
            sources.probes(service, "probe_success"), sources.probes(service, "probe_duration_seconds"), strict=True
        )
    ]
    if found:
        queries = tuple(
            Query(f"min by (instance) ({success})", f"{service.name}: {_INSTANCE}") for service, success, _ in found
        )
        names = {1.0: ("answers", GREEN), 0.0: ("fails", RED)}
        yield Panel("Probes", "state-timeline", queries, names=names, steps=((RED, None), (GREEN, 1.0)))
        queries = tuple(
            Query(f"max by (instance) ({duration})", f"{service.name}: {_INSTANCE}") for service, _, duration in found
        )
        yield Panel("Duration of probes", "timeseries", queries, unit="s")


def _capacity(system: System) -> Iterator[Panel]:
    plan = system.spec.one("capacity", CapacityPlan)
    for name, resource in (plan.resources if plan else {}).items():
        if all(map(_readable, filter(None, (resource.use, resource.limit_query)))):
            yield _resource(name, resource)


def _resource(name: str, resource: Resource) -> Panel:
    queries = [Query(resource.use, "use")]
    if resource.limit_query:
        queries.append(Query(resource.limit_query, "limit"))
    steps: tuple[Step, ...] = ((GREEN, None), (RED, resource.limit)) if resource.limit is not None else ()
    cure = f" When it fills up: {resource.cure}." if resource.cure else ""
    unit = f"suffix: {resource.unit}" if resource.unit else "short"
    text = f"Of {resource.service or resource.store}.{cure}"
    return Panel(name, "timeseries", tuple(queries), text, unit=unit, steps=steps, width=THIRD)


def _readable(text: str) -> bool:
    try:
        parse(text)
    except PromqlError:
        return False
    return True


def _shipped(alert: AlertPolicy) -> float | None:
    """Return the limit of a standard alert, which is in per cent, as a ratio."""
    return None if alert.above is None or isinstance(alert.above, timedelta) else alert.above / 100


def _cpu(exporter: Exporter, limit: float | None) -> Panel:
    return _share("CPU", node_cpu(exporter, RATE), _INSTANCE, "Share of each machine's CPU.", limit)


def _memory(exporter: Exporter) -> Panel:
    free, size = (_series(exporter, f"node_memory_{what}_bytes") for what in ("MemAvailable", "MemTotal"))
    return _share("Memory", f"1 - {free} / {size}", _INSTANCE, "Share of each machine's memory.")


def _disks(exporter: Exporter, limit: float | None) -> Panel:
    return _share("Disks", disk_used(exporter), f"{_INSTANCE} {{{{mountpoint}}}}", "Share of each disk.", limit)


def _container_cpu(exporter: Exporter, limit: float | None) -> Panel:
    text = "Share of each container's CPU limit."
    return _share("CPU of containers", container_cpu(exporter, RATE), _CONTAINER_NAME, text, limit)


def _container_memory(exporter: Exporter) -> Panel:
    used, limit = (
        f"{_BY_CONTAINER} ({_series(exporter, f'container_{what}_bytes')})"
        for what in ("memory_working_set", "spec_memory_limit")
    )
    text = "Share of each container's memory limit."
    return _share("Memory of containers", f"{used} / ({limit} > 0)", _CONTAINER_NAME, text)


def _connections(exporter: Exporter) -> Panel:
    used = f"sum by (instance) ({_series(exporter, 'pg_stat_activity_count')})"
    limit = f"max by (instance) ({_series(exporter, 'pg_settings_max_connections')})"
    return _share("Connections", f"{used} / {limit}", _INSTANCE, "Share of the database's connections.")


def _share(title: str, expr: str, legend: str, text: str, limit: float | None = None) -> Panel:
    """Show a share of a whole; its limit is that of the standard alert."""
    steps: tuple[Step, ...] = () if limit is None else ((GREEN, None), (RED, limit))
    return Panel(title, "timeseries", (Query(expr, legend),), text, unit=SHARE, steps=steps, top=1.0, width=THIRD)


def _series(exporter: Exporter, metric: str, *more: Matcher) -> str:
    return Selector(metric, (*exporter.matchers, *more)).render()


_ALL_UP: tuple[Step, ...] = ((RED, None), (ORANGE, 0.5), (GREEN, 1.0))
_KINDS: Mapping[str, tuple[str, Callable[[Exporter, System], Iterator[Panel]]]] = {
    "node": ("Machines", _machines),
    "cadvisor": ("Containers", _containers),
    "postgres": ("Databases", _databases),
}
