"""From a place to an open log: the composition root of the library."""

import logging
import os
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from surefoot import api, wiring
from surefoot.audit.log import Log
from surefoot.domain.audit.catalogue import Catalogue, catalogue
from surefoot.domain.audit.record import Event, Json
from surefoot.domain.audit.regimes import audit_numbers
from surefoot.edge.batching import Batches
from surefoot.edge.repeating import Repeating
from surefoot.edge.requests import HttpClient
from surefoot.edge.spool import FileSpool
from surefoot.edge.spoolslot import claimed
from surefoot.errors import PortError
from surefoot.ports.spool import Spool
from surefoot.run.audit.appending import Receipt
from surefoot.run.audit.sending import Outgoing, Sending, Server, gap, outgoing
from surefoot.server.settings import is_loopback
from surefoot.spec.system import System

KEYS = "surefoot-keys"
TOKEN = "SUREFOOT_TOKEN"  # noqa: S105  # the name of a variable
_NAMELESS = "audit-client"
_TIMEOUT = 5.0  # seconds for an answer
_RETRY = 2.0  # seconds that a server which did not answer is left alone
_REQUEST = 512 << 10  # bytes, half of what the server takes


def opened(
    place: str | os.PathLike[str],
    *,
    keys: str | os.PathLike[str] = KEYS,
    spec: str | os.PathLike[str] | None = None,
    token: str = TOKEN,
    service: str = "",
) -> Log:
    """Open a log. Close it at the end; open one in each process.

    Args:
        place: A file, ``postgresql://user@host/database``, or the address of a Surefoot server, ``https://…``.
        keys: Folder of the log's keys, and of events that wait while the log is away.
        spec: Workspace whose types of events count besides the built-in ones.
        token: Name of the environment variable with the server's token; its scope is ``audit:append``.
        service: Which service records; stands in each event as `detail.service`, for those who may read its events.

    Raises:
        PortError: The folder or the database cannot be used, there is no token, or a library is not installed.
        SpecError: The spec cannot be used.
    """
    system = api.load([Path(spec)], today=wiring.today()) if spec is not None else None
    address = str(place)
    if address.startswith(("http://", "https://")):
        return _remote(address, Path(keys), system, token, service)
    return _local(address, Path(keys), system, service)


class _Process:
    """The time, ids, and what waits."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> str:
        """Return a fresh UUID."""
        return str(uuid.uuid4())

    @property
    def waiting(self) -> bool:
        """Whether events wait on this machine."""
        return not self._spool.empty


class _Cut(_Process):
    """A process that may be cut off from its server."""

    def __init__(self, spool: Spool, types: Catalogue, name: str) -> None:
        super().__init__(spool)
        self._types = types
        self._name = name

    def clock(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def own(self, **detail: Json) -> Event:
        """Make the event that tells of a gap."""
        return gap(self._types, self._name, (self.new_id(), self.now()), detail)

    def told(self, sentence: str) -> None:
        """Warn."""
        _warn(sentence)


class _Line:
    """The door to a server."""

    def __init__(self, types: Catalogue, submit: "Callable[[Outgoing], Future[Receipt]]") -> None:
        self._types = types
        self._submit = submit

    def record(self, event: Event) -> "Future[Receipt]":
        """Take an event; the receipt comes once it is durable."""
        return self._submit(outgoing(event, self._types))


def _local(address: str, keys: Path, system: System | None, service: str) -> Log:
    with ExitStack() as stack:
        place = wiring.Database(address, keys)
        desk = stack.enter_context(wiring.audit_log(place, system, create=True, spooling=True))
        every = audit_numbers(system or wiring.blank()).checkpoint.total_seconds()
        stack.enter_context(closing(Repeating(desk.log.follow, every, _Once(), "audit-follow")))
        means = desk.log.means
        return Log(desk.log, means.catalogue, _Process(means.spool), stack.pop_all().close, service)


def _remote(address: str, keys: Path, system: System | None, token: str, service: str) -> Log:
    host = urlsplit(address).hostname or ""
    if address.startswith("http:") and not is_loopback(host):
        raise PortError(f"{address}: the token and the events would travel in the clear: write https://")
    secret = os.environ.get(token, "")
    if not secret:
        raise PortError(f"{token} is not set: put a token with the scope `audit:append` into this variable")
    whole = system or wiring.blank()
    types, numbers = catalogue(whole), audit_numbers(whole)
    with ExitStack() as stack:
        http = stack.enter_context(closing(HttpClient()))
        spool = FileSpool(stack.enter_context(claimed(keys / "outbox")), numbers.spool)
        around = _Cut(spool, types, service or _NAMELESS)
        headers = {"Authorization": f"Bearer {secret}"}
        server = Server(http, address.rstrip("/"), headers, _TIMEOUT, _REQUEST, _RETRY)
        sending = Sending(server, spool, types, around)
        every = numbers.checkpoint.total_seconds()
        line: Batches[Outgoing, Receipt] = Batches(sending.take, numbers.batch, "audit-send", every)
        stack.callback(line.close)
        return Log(_Line(types, line.submit), types, around, stack.pop_all().close, service)


class _Once:
    """Tells of errors, each once in a row."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, error: Exception) -> None:
        if str(error) != self._told:
            self._told = str(error)
            _warn(f"the audit log is behind: {error}")


def _warn(sentence: str) -> None:
    logging.getLogger("surefoot.audit").warning(sentence)
