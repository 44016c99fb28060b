"""What the server tells about itself to Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Figures of one server, in a registry of their own."""

    def __init__(self, version: str) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "surefoot_http_requests",
            "Requests by what they asked for and how they were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self.latency = Histogram(
            "surefoot_http_request_seconds",
            "Time from the request's head to the end of its answer.",
            ("route",),
            buckets=_FAST,
            registry=self._registry,
        )
        self.store = Histogram(
            "surefoot_store_seconds",
            "Time from submitting a work to the store until it is durable, or read.",
            ("kind",),
            buckets=_FAST,
            registry=self._registry,
        )
        self.waiting = Gauge(
            "surefoot_store_waiting",
            "Works that were submitted to the store and are not done.",
            ("kind",),
            registry=self._registry,
        )
        self.logins = Counter(
            "surefoot_logins", "Tries to log in by how they ended.", ("outcome",), registry=self._registry
        )
        self.audit_events = Counter(
            "surefoot_audit_events",
            "Events that were sent to the audit log by what became of them.",
            ("kept",),
            registry=self._registry,
        )
        self.audit_records = Gauge(
            "surefoot_audit_records",
            "Records of the audit log: sequenced, in the search index, and waiting to be sequenced.",
            ("state",),
            registry=self._registry,
        )
        self.audit_lag = Gauge(
            "surefoot_audit_lag_seconds",
            "Time since every record of the audit log was sequenced and indexed.",
            registry=self._registry,
        )
        Gauge("surefoot_info", "The version that runs.", ("version",), registry=self._registry).labels(version).set(1)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
