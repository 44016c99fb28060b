"""Standard alerts on what a service stands on: CPU, disks, certificates, replicas."""

from collections.abc import Iterator

from surefoot.domain.rules import sources
from surefoot.domain.rules.draft import DURATION, PERCENTAGE, Draft, Numbers, joined, number, percent, seconds
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.spec.model.policy import MetricNames
from surefoot.spec.system import Exporter, Service

# Read-only images are always full, and what lives in memory is no disk.
_DISKS = Matcher("fstype", MatchOp.NOT_REGEX, "tmpfs|ramfs|overlay|squashfs|iso9660")
CONTAINER = ("namespace", "pod", "container", "name")


def high_cpu(service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert on busy machines, and on containers that use up their limit."""
    limit = numbers.ratio
    if limit is None:
        return
    nodes = [
        f"{node_cpu(exporter, numbers.range)} > {number(limit)}" for exporter in sources.exporters(service, "node")
    ]
    if nodes:
        yield Draft(
            "high-cpu",
            "saturation",
            numbers.priority,
            joined(nodes),
            numbers.lasting,
            f"CPU above {percent(limit)}",
            f"{{{{ $labels.instance }}}} uses {PERCENTAGE} of its CPU.",
        )
    containers = [
        f"{container_cpu(exporter, numbers.range)} > {number(limit)}"
        for exporter in sources.exporters(service, "cadvisor")
    ]
    if containers:
        yield Draft(
            "high-container-cpu",
            "saturation",
            numbers.priority,
            joined(containers),
            numbers.lasting,
            f"a container uses more than {percent(limit)} of its CPU limit",
            f"{{{{ $labels.pod }}}} {{{{ $labels.name }}}} uses {PERCENTAGE} of its CPU limit.",
        )


def disk_full(service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert on disks that are nearly full, or that will be if they go on filling like this."""
    limit = numbers.ratio
    disks = sources.exporters(service, "node")
    if limit is None or not disks:
        return
    soon = format_duration(numbers.predict) if numbers.predict else ""
    yield Draft(
        "disk-full",
        "saturation",
        numbers.priority,
        joined([part for exporter in disks for part in _disk(exporter, numbers, limit)]),
        numbers.lasting,
        f"a disk is more than {percent(limit)} full" + (f", or will be full within {soon}" if soon else ""),
        f"{{{{ $labels.mountpoint }}}} of {{{{ $labels.instance }}}} is {PERCENTAGE} full.",
    )


def certificate_expiry(service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert while there is still time to renew a certificate."""
    left = numbers.time
    expiries = [probe.render() for probe in sources.probes(service, "probe_ssl_earliest_cert_expiry", "https")]
    if left and expiries:
        yield Draft(
            "certificate-expiry",
            "certificate",
            numbers.priority,
            joined([f"{expiry} - time() < {seconds(left)}" for expiry in expiries]),
            numbers.lasting,
            f"a certificate ends within {format_duration(left)}",
            f"The certificate of {{{{ $labels.instance }}}} ends in {DURATION}.",
        )


def replication_lag(service: Service, _: MetricNames, numbers: Numbers) -> Iterator[Draft]:
    """Alert when a PostgreSQL replica stays behind."""
    lag = numbers.time
    # postgres_exporter renamed the metric in 0.11.
    both = Matcher("__name__", MatchOp.REGEX, "pg_replication_lag|pg_replication_lag_seconds")
    replicas = [
        Selector("", (both, *exporter.matchers)).render() for exporter in sources.exporters(service, "postgres")
    ]
    if lag and replicas:
        yield Draft(
            "replication-lag",
            "database",
            numbers.priority,
            joined([f"max by (instance) ({replica}) > {seconds(lag)}" for replica in replicas]),
            numbers.lasting,
            f"a replica is more than {format_duration(lag)} behind",
            f"{{{{ $labels.instance }}}} is {DURATION} behind its primary.",
        )


def node_cpu(exporter: Exporter, window: str) -> str:
    """Write the share of each machine's CPU that is used."""
    idle = Matcher("mode", MatchOp.EQUAL, "idle")
    series = Selector("node_cpu_seconds_total", (*exporter.matchers, idle)).render()
    return f"1 - avg by (instance) (rate({series}[{window}]))"


def container_cpu(exporter: Exporter, window: str) -> str:
    """Write the share of its CPU limit that each container uses; nothing for one without a limit."""
    by = f"sum by ({', '.join(CONTAINER)})"
    used, quota, period = (
        Selector(f"container_{name}", exporter.matchers).render()
        for name in ("cpu_usage_seconds_total", "spec_cpu_quota", "spec_cpu_period")
    )
    return f"{by} (rate({used}[{window}])) / ({by} ({quota} / {period}) > 0)"


def disk_used(exporter: Exporter) -> str:
    """Write the share of each disk that is full."""
    return f"1 - {_filesystem(exporter, 'avail')} / {_filesystem(exporter, 'size')}"


def _disk(exporter: Exporter, numbers: Numbers, limit: float) -> Iterator[str]:
    used = disk_used(exporter)
    yield f"{used} > {number(limit)}"
    if numbers.predict and numbers.history:
        free, ahead = _filesystem(exporter, "avail"), seconds(numbers.predict)
        yield f"{used} and predict_linear({free}[{format_duration(numbers.history)}], {ahead}) < 0"


def _filesystem(exporter: Exporter, what: str) -> str:
    return Selector(f"node_filesystem_{what}_bytes", (*exporter.matchers, _DISKS)).render()
