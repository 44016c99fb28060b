"""A server on a file of its own, without a network."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from surefoot.domain.access.account import LogRole, Role
from surefoot.domain.access.rights import Actor, Right
from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.catalogue import catalogue
from surefoot.domain.audit.record import Event
from surefoot.ports.store import Store, Transaction
from surefoot.run.access import people
from surefoot.run.access.people import By, Wanted
from surefoot.server.frame import Frame
from surefoot.server.house import Services
from surefoot.spec.decode import Decoder
from surefoot.spec.resolve import resolve

PASSWORD = "correct horse battery"  # noqa: S105  # of nobody
CLI = Actor("system", "test", frozenset(Right))
PLACE = "http://127.0.0.1:8765"


class PlainPasswords:
    """Hashes that cost nothing, and count how often they were compared."""

    def __init__(self) -> None:
        self.compared: list[str] = []

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def matches(self, hashed: str, password: str) -> bool:
        self.compared.append(hashed)
        return hashed in {f"plain:{password}", f"old:{password}"}

    def is_stale(self, hashed: str) -> bool:
        return hashed.startswith("old:")


class Door:
    """Keeps what was recorded; every event has to fit the catalogue."""

    def __init__(self) -> None:
        self.types = catalogue(resolve(Decoder().spec(()), {}, {})[0])
        self.events: list[Event] = []

    def record(self, tx: Transaction, event: Event) -> None:
        tx.now()
        assert not self.types.refusals(event), self.types.refusals(event)
        assert sealed(event).id == event.id
        self.events.append(event)

    def told(self) -> list[tuple[str, str, str]]:
        """Return type, target and outcome of each."""
        return [(event.action.type, event.target.id, event.outcome.status.value) for event in self.events]


Furnish = Callable[..., "Place"]


class Browser:
    """A client of an application in this process; it keeps cookies, and `headers` go along with everything."""

    def __init__(self, runner: asyncio.Runner, app: Frame, address: str, base: str) -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app, client=(address, 5000), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=base)
        self.headers, self.cookies = self._client.headers, self._client.cookies

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer: httpx.Response = self._runner.run(self._client.request(method, path, **more))
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: object = None, **more: Any) -> httpx.Response:
        return self.ask("POST", path, json=json, **more)


@dataclass(frozen=True)
class Place:
    """A server, and what stands behind it."""

    services: Services
    door: Door
    passwords: PlainPasswords
    store: Store
    app: Frame
    log: io.StringIO
    runner: asyncio.Runner

    def client(self, address: str = "127.0.0.1", base: str = PLACE) -> Browser:
        """Return a browser that nobody used."""
        return Browser(self.runner, self.app, address, base)

    def add(self, name: str, role: Role = Role.VIEWER, log_role: LogRole | None = None) -> None:
        """Add a user with the usual password."""
        by = By(CLI, self.services.recording)
        self.store.write(lambda tx: people.add(tx, by, name, Wanted(role, log_role), f"plain:{PASSWORD}"))
        self.door.events.clear()

    def logged_in(self, name: str, address: str = "127.0.0.1") -> Browser:
        """Return a browser that somebody logged in with; it sends along what forms need."""
        client = self.client(address)
        answer = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        self.door.events.clear()
        return client

    def token(self, client: Browser, *scopes: str, **more: Any) -> Browser:
        """Return a program with a token that somebody issued."""
        answer = client.post("/api/v1/tokens", json={"title": "a test", "scopes": list(scopes), **more})
        assert answer.status_code == 201, answer.text
        program = self.client()
        program.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.door.events.clear()
        return program
