"""A payment service that misbehaves on request: `python bank.py PORT LEDGER`.

``POST /charges``   charges a card once for each `Idempotency-Key`, however often it is asked
``GET /rate``       the exchange rate
``GET /charges``    for each key: how often it was asked for, how often the card was charged
``PUT /mode``       `well`, `slow` (3 s, card charged, answer late), `errors` (500), `nonsense` (200, another body)

The ledger is a file, since the process gets killed.
"""

import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODES = ("well", "slow", "errors", "nonsense")
SLOW = 3.0


class Ledger:
    """Charges, a line of JSON each; what was written before a kill is there after it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.charged: Counter[str] = Counter()
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            what, key = json.loads(line)
            (self.asked if what == "asked" else self.charged)[key] += 1
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def ask(self, key: str) -> None:
        """Note that a charge is wanted."""
        with self._lock:
            self._note("asked", key)

    def charge(self, key: str) -> None:
        """Charge, unless this key was."""
        with self._lock:
            if not self.charged[key]:
                self._note("charged", key)

    def _note(self, what: str, key: str) -> None:
        (self.asked if what == "asked" else self.charged)[key] += 1
        self._file.write(json.dumps([what, key]) + "\n")

    def read(self) -> dict[str, dict[str, int]]:
        """Tell all of it."""
        with self._lock:
            return {key: {"asked": count, "charged": self.charged[key]} for key, count in self.asked.items()}


class Bank(ThreadingHTTPServer):
    """The server; `mode` is how it behaves now."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, ledger: Ledger) -> None:
        self.ledger = ledger
        self.mode = "well"
        super().__init__(("127.0.0.1", port), Door)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client did not wait for the answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class Door(BaseHTTPRequestHandler):
    """One request."""

    server: Bank

    def do_GET(self) -> None:
        """Tell the rate, the charges, or that it lives."""
        if self.path == "/charges":
            self.answer(200, self.server.ledger.read())
        elif self.path == "/rate":
            self.behave({"rate": 1.08})
        else:
            self.answer(200, {"mode": self.server.mode})

    def do_PUT(self) -> None:
        """Behave so from now on."""
        mode = self.body().decode()
        if mode in MODES:
            self.server.mode = mode
        self.answer(200 if mode in MODES else 400, {"mode": self.server.mode})

    def do_POST(self) -> None:
        """Charge a card."""
        order = json.loads(self.body())
        key = self.headers["Idempotency-Key"]
        self.server.ledger.ask(key)
        if order["card"] == "declined":
            self.behave({"error": "card declined"}, status=402)
            return
        if self.server.mode != "errors":
            self.server.ledger.charge(key)
        self.behave({"receipt": key, "cents": order["cents"]})

    def behave(self, value: dict[str, object], status: int = 200) -> None:
        """Answer as the mode says."""
        mode = self.server.mode
        if mode == "slow":
            time.sleep(SLOW)
        if mode == "errors":
            self.answer(500, {"error": "the bank is confused"})
        elif mode == "nonsense":
            self.answer(200, {"notice": "we are renovating"})
        else:
            self.answer(status, value)

    def body(self) -> bytes:
        """Read what was sent."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status: int, value: object) -> None:
        """Send JSON."""
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


if __name__ == "__main__":
    Bank(int(sys.argv[1]), Ledger(Path(sys.argv[2]))).serve_forever()
