"""Servers of our own that speak as providers of notifications do, and fail as they do."""

import json
import socket
import struct
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from hmac import digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

Reply: TypeAlias = tuple[int, object]
"""Status and body: a text, or what is written as JSON."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with this, and do nothing."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"no"


Trouble: TypeAlias = Say | Literal["hang", "lose", "hang up", "trickle"]
"""What goes wrong with a request: no answer; done, and the answer lost; hung up on unread; an answer byte by byte."""


class Provider:
    """A server on a free loopback port.

    Attributes:
        asked: Requests, in their order.
        troubles: What goes wrong with the next requests.
    """

    def __init__(self, serve: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.troubles: list[Trouble] = []
        self._end = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                provider._handle(self, serve)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # a burst of pages is not to wait for the kernel

        self._http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def _handle(self, to: BaseHTTPRequestHandler, serve: Callable[[Asked], Reply]) -> None:
        to.close_connection = True
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble == "hang up":
            _reset(to.connection)
            return
        body = to.rfile.read(int(to.headers.get("Content-Length", 0)))
        asked = Asked(to.command, to.path, {name.lower(): text for name, text in to.headers.items()}, body)
        self.asked.append(asked)
        match trouble:
            case "hang":
                self._end.wait(30)
            case "lose":
                serve(asked)
                _reset(to.connection)
            case "trickle":
                self._trickle(to.connection)
            case Say():
                _answer(to, trouble.status, trouble.body, trouble.headers)
            case None:
                status, said = serve(asked)
                _answer(to, status, said.encode() if isinstance(said, str) else json.dumps(said).encode(), {})

    def _trickle(self, to: socket.socket) -> None:
        for each in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 500:
            try:
                to.sendall(bytes([each]))
            except OSError:
                return
            time.sleep(0.02)


def _reset(connection: socket.socket) -> None:
    """Close with a reset, as a load balancer does that has lost its server."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _answer(to: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    to.send_response(status)
    for name, text in headers.items():
        to.send_header(name, text)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


class Seen:
    """What a provider did for its users: one entry per page that somebody sees or hears."""

    def __init__(self) -> None:
        self.shown: list[str] = []


class Hooks(Seen):
    """A receiver of Standard Webhooks: believes the signature alone, and takes an id once."""

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        self._secret, self._ids, self._one = secret, set[str](), threading.Lock()

    def __call__(self, asked: Asked) -> Reply:
        name, at = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        signature = b64encode(digest(self._secret, f"{name}.{at}.".encode() + asked.body, "sha256")).decode()
        if asked.headers["webhook-signature"] != f"v1,{signature}":
            return 401, {"error": "the signature is wrong"}
        with self._one:
            if name not in self._ids:
                self._ids.add(name)
                self.shown.append(asked.json["title"])
        return 202, {"id": f"n-{name[-4:]}"}


class Slack(Seen):
    """An incoming webhook, and ``chat.postMessage``."""

    token, rooms = "xoxb-1", ("#ops",)

    def __call__(self, asked: Asked) -> Reply:
        value = asked.json
        if asked.path.startswith("/services/"):
            if not value.get("text"):
                return 400, "no_text"
            self.shown.append(value["text"])
            return 200, "ok"
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 200, {"ok": False, "error": "invalid_auth"}
        if value["channel"] not in self.rooms:
            return 200, {"ok": False, "error": "channel_not_found"}
        for block in value["blocks"]:
            if block["type"] == "header" and len(block["text"]["text"]) > 150:
                return 200, {"ok": False, "error": "invalid_blocks"}
        self.shown.append(value["text"])
        return 200, {"ok": True, "channel": "C1", "ts": f"1767582000.{len(self.shown):06}"}


class Teams(Seen):
    """The webhook of a workflow."""

    def __call__(self, asked: Asked) -> Reply:
        (attachment,) = asked.json["attachments"]
        if attachment["contentType"] != "application/vnd.microsoft.card.adaptive" or len(asked.body) > 28 << 10:
            return 400, {"error": {"code": "TriggerInputSchemaMismatch"}}
        self.shown.append(attachment["content"]["body"][0]["inlines"][0]["text"])
        return 202, ""


class PagerDuty(Seen):
    """The Events API v2: one alert for one ``dedup_key``."""

    def __init__(self) -> None:
        super().__init__()
        self.open: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        event = asked.json
        if asked.path != "/v2/enqueue" or event["routing_key"] != "R0UT1NG":
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["routing_key"]}
        key = event["dedup_key"]
        if event["event_action"] == "resolve":
            self.open.discard(key)
        else:
            payload = event["payload"]
            assert payload["severity"] in {"critical", "error", "warning", "info"}
            if key not in self.open:
                self.open.add(key)
                self.shown.append(payload["summary"])
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}


class Opsgenie(Seen):
    """The Alert API: one alert for one alias; answers before it acts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: set[str] = set()
        self.notes: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "GenieKey k3y":
            return 422, {"message": "Key format is not valid!", "took": 0.0, "requestId": "r-0"}
        parts = urlsplit(asked.path).path.split("/")[3:]
        match parts:
            case []:
                if asked.json["alias"] not in self.open:
                    self.open.add(asked.json["alias"])
                    self.shown.append(asked.json["message"])
            case [alias, "notes"]:
                assert unquote(alias) in self.open
                self.notes.append(asked.json["note"])
            case [alias, "close"]:
                self.open.discard(unquote(alias))
            case _:
                return 404, {"message": "no such path"}
        return 202, {"result": "Request will be processed", "took": 0.1, "requestId": "r-1"}


class Ntfy(Seen):
    """Publishing as JSON."""

    def __call__(self, asked: Asked) -> Reply:
        value = asked.json
        if asked.headers.get("authorization") != "Bearer tk_1":
            return 403, {"code": 40301, "http": 403, "error": "forbidden"}
        if len(value["message"].encode()) > 4096 or not 1 <= value["priority"] <= 5 or len(value["actions"]) > 3:
            return 400, {"code": 40001, "http": 400, "error": "invalid"}
        self.shown.append(value["title"])
        return 200, {"id": "xE73Iyuabi", "event": "message", "topic": value["topic"]}


class Twilio(Seen):
    """Calls and messages, and the list of messages."""

    token = "t0k"  # noqa: S105  # of the test

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, str]] = []
        self.scripts: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        login = b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if login != f"AC1:{self.token}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        resource = urlsplit(asked.path).path.removeprefix("/2010-04-01/Accounts/AC1/")
        if asked.method == "GET":
            to = parse_qs(urlsplit(asked.path).query)["To"][0]
            return 200, {"messages": [each for each in reversed(self.messages) if each["to"] == to]}
        form = asked.form
        if form["To"] == "+15005550001":
            return 400, {"code": 21211, "message": "The 'To' number is not a valid phone number.", "status": 400}
        if resource == "Calls.json":
            self.scripts.append(form["Twiml"])
            self.shown.append(form["Twiml"])
            return 201, {"sid": f"CA{len(self.scripts)}", "status": "queued"}
        self.shown.append(form["Body"])
        sid = f"SM{len(self.shown)}"
        self.messages.append({"sid": sid, "body": form["Body"], "to": form["To"], "status": "queued"})
        return 201, {"sid": sid, "status": "queued"}

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        """Sign what it would POST to an address."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        return b64encode(digest(self.token.encode(), signed.encode(), sha1)).decode()
