"""A misbehaving HTTP server of our own, and what its answers are scripted by."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Web:
    """Answers by a script, then 200; keeps what it was asked.

    Attributes:
        script: Statuses; 0 cuts the connection; a pair adds headers; a float waits so many seconds first.
    """

    url: str = ""
    script: list[Any] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.web.asked.append((self.command, {k.lower(): v for k, v in self.headers.items()}, body))
        step = self.web.script.pop(0) if self.web.script else 200
        status, headers = step if isinstance(step, tuple) else (step, {})
        if isinstance(status, float):
            time.sleep(status)
            status = 200
        if status == 0:
            self.close_connection = True
            self.connection.close()
            return
        answer = f"answer {len(self.web.asked)}".encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815  # the names of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def web() -> Iterator[Web]:
    """Run the server on a free port of loopback."""
    served = Web()
    handler = type("Handler", (_Handler,), {"web": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # cut connections are meant
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
