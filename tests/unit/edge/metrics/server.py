"""A server that answers as it is told, mostly badly."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs

Said = tuple[int, bytes]
Say = Callable[[str, dict[str, str]], Said]


class Server:
    """Its address, what it was asked, and with which headers."""

    def __init__(self, say: Say) -> None:
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.closing = Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {key: values[0] for key, values in parse_qs(form).items()}
                outer.asked.append(asked)
                outer.headers.append(dict(self.headers))
                status, body = say(self.path, asked)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the client has gone: that is what it is tested for

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@contextmanager
def serving(say: Say) -> Iterator[Server]:
    server = Server(say)
    thread = Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def success(result: object, kind: str = "matrix", **more: object) -> Said:
    return 200, json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more}).encode()


def failure(status: int, kind: str, error: str) -> Said:
    return status, json.dumps({"status": "error", "errorType": kind, "error": error}).encode()


def slow(seconds: float, said: Said) -> Said:
    time.sleep(seconds)
    return said
