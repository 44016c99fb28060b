"""The requests that a service serves, counted in the names that compiled objectives read.

`http_requests_total{method,handler,code}` and the histogram `http_request_duration_seconds{method,handler}`: what a
spec's objectives take when it names no metrics of its own. Plain integers, read at the scrape.
"""

import threading
from bisect import bisect_left
from collections.abc import Sequence
from math import inf

from surefoot.integrations.readings import Family, Sample

# A threshold of an objective must be the bound of a bucket: those of round thresholds are there.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0, 30.0)
MOST_HANDLERS = 200
OTHER = "other"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"))


class Served:
    """Counts requests; thread-safe.

    Labels are bounded: unknown methods are `other`, as is each handler after the first 200.

    Args:
        buckets: Upper bounds in seconds, ascending; each latency objective's threshold must be among them.
        labels: Fixed ones, such as `{"service": "checkout"}`.

    Attributes:
        in_flight: Requests that are being answered.
    """

    def __init__(self, buckets: Sequence[float] = BUCKETS, labels: dict[str, str] | None = None) -> None:
        if list(buckets) != sorted(set(buckets)) or not buckets:
            raise ValueError(f"buckets are {buckets}: write bounds in seconds, ascending")
        self.in_flight = 0
        self._buckets = (*buckets, inf)
        self._labels = tuple((labels or {}).items())
        self._codes: dict[tuple[str, str, str], int] = {}
        self._times: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
        self._handlers: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Count a request that came."""
        with self._lock:
            self.in_flight += 1

    def finish(self, method: str, handler: str, code: int, seconds: float) -> None:
        """Count a request that was answered.

        Args:
            method: Of HTTP.
            handler: The route, not the path: `/orders/{id}`; "" where nothing matched.
            code: Of the answer; 499 when the client left, 500 when an error came through.
            seconds: That it took.
        """
        method = method if method in _METHODS else OTHER
        with self._lock:
            self.in_flight -= 1
            if handler not in self._handlers:
                if len(self._handlers) >= MOST_HANDLERS:
                    handler = OTHER
                self._handlers.add(handler)
            key = method, handler, str(code)
            self._codes[key] = self._codes.get(key, 0) + 1
            known = self._times.get((method, handler))
            if known is None:
                known = self._times[method, handler] = [0] * len(self._buckets), [0.0]
            known[0][bisect_left(self._buckets, seconds)] += 1
            known[1][0] += seconds

    def families(self) -> list[Family]:
        """Give what was counted."""
        with self._lock:
            codes = dict(self._codes)
            times = {key: (list(counts), total[0]) for key, (counts, total) in self._times.items()}
        requests = [
            Sample("", (*self._labels, ("method", method), ("handler", handler), ("code", code)), count)
            for (method, handler, code), count in codes.items()
        ]
        durations = []
        for (method, handler), (counts, total) in times.items():
            labels = (*self._labels, ("method", method), ("handler", handler))
            seen = 0
            for bound, count in zip(self._buckets, counts, strict=True):
                seen += count
                durations.append(Sample("_bucket", (*labels, ("le", "+Inf" if bound == inf else str(bound))), seen))
            durations += [Sample("_count", labels, seen), Sample("_sum", labels, total)]
        return [
            Family("http_requests_total", "counter", "Requests served.", requests),
            Family("http_request_duration_seconds", "histogram", "Time to answer.", durations),
            Family("http_requests_in_flight", "gauge", "Being answered.", [Sample("", self._labels, self.in_flight)]),
        ]
