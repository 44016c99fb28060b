"""Small HTTP servers of our own: an instrumented service with its users, and an inbox for notifications."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_BOUNDS = (0.1, 0.5, 1.0)


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: str, kind: str = "text/plain; version=0.0.4") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        pass


class _Server:
    """A threaded server on a free loopback port."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class App(_Server):
    """A service that counts its requests by code and measures them.

    Attributes:
        failing: Every request ends with 500.
        exposing: Whether ``/metrics`` shows the series, or only that the process lives.
    """

    def __init__(self) -> None:
        self.failing = False
        self.exposing = True
        self._lock = threading.Lock()
        self._codes = {200: 0, 500: 0}
        self._buckets = [0] * len(_BOUNDS)
        self._seconds = 0.0
        app = self

        class Handler(_Quiet):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self.answer(200, app.metrics())
                else:
                    self.answer(app.serve(), "done\n")

        super().__init__(Handler)

    def serve(self) -> int:
        """Serve one request: count it, and return its code."""
        begin = time.perf_counter()
        code = 500 if self.failing else 200
        took = time.perf_counter() - begin
        with self._lock:
            self._codes[code] += 1
            self._seconds += took
            for index, bound in enumerate(_BOUNDS):
                self._buckets[index] += took <= bound
        return code

    def metrics(self) -> str:
        """Show the counters in Prometheus' text format."""
        if not self.exposing:
            return "alive 1\n"
        name = "http_request_duration_seconds"
        with self._lock:
            count = sum(self._codes.values())
            lines = [f'http_requests_total{{code="{code}"}} {n}' for code, n in self._codes.items() if n or code == 200]
            lines += [f'{name}_bucket{{le="{bound:g}"}} {n}' for bound, n in zip(_BOUNDS, self._buckets, strict=True)]
            lines += [f'{name}_bucket{{le="+Inf"}} {count}', f"{name}_sum {self._seconds}", f"{name}_count {count}"]
        return "\n".join(lines) + "\n"

    @contextmanager
    def used(self, per_second: float, *, most: int = 4000, seconds: float = 120) -> Iterator[None]:
        """Let somebody use the service over HTTP, for so many requests and so long at most."""
        stop = threading.Event()

        def use() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            begin = time.monotonic()
            for n in range(most):
                if time.monotonic() - begin > seconds or stop.wait(max(0.0, begin + n / per_second - time.monotonic())):
                    break
                connection.request("GET", "/")
                connection.getresponse().read()
            connection.close()

        thread = threading.Thread(target=use, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)


class Inbox(_Server):
    """Takes notifications of Alertmanager at any path, and keeps when they came and what they said."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: list[tuple[float, str, Any]] = []
        inbox = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                inbox.take(self.path, body)
                self.answer(200, "{}", "application/json")

        super().__init__(Handler)

    def take(self, path: str, body: Any) -> None:
        """Keep a notification."""
        with self._lock:
            self._received.append((time.monotonic(), path, body))

    def alerts(self, status: str, **labels: str) -> list[tuple[float, str, Any, Any]]:
        """List what came as (time, path, notification, alert), by the alert's status and labels."""
        with self._lock:
            received = list(self._received)
        return [
            (when, path, body, alert)
            for when, path, body in received
            for alert in body["alerts"]
            if alert["status"] == status and labels.items() <= alert["labels"].items()
        ]

    def summary(self) -> str:
        """Tell in a line each what came."""
        with self._lock:
            return "\n".join(
                f"{path} {body['receiver']} {alert['status']} {alert['labels']}"
                for _, path, body in self._received
                for alert in body["alerts"]
            )
