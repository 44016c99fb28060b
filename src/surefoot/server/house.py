"""What a running server has at hand: its services, and the way to the store."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, TypeVar

from fastapi import Request

from surefoot.domain.audit.reading import Grant
from surefoot.domain.audit.reading import Role as LogReader
from surefoot.errors import StoreError
from surefoot.health.aggregate import Health
from surefoot.health.check import check
from surefoot.health.gates import Gates
from surefoot.health.status import Result, Status
from surefoot.ports.passwords import Passwords
from surefoot.ports.store import Store, Work
from surefoot.run.access.recording import Recording
from surefoot.run.audit.desk import Desk
from surefoot.server.logs import Log
from surefoot.server.metrics import Metrics
from surefoot.server.settings import Settings
from surefoot.spec.model.policy_server import ServerNumbers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """What the server is given.

    Attributes:
        desk: The audit log.
        grant: Tells what a person with a log role may read of it.
        random: Returns so many bytes that nobody can guess.
        version: Of Surefoot.
    """

    store: Store
    desk: Desk
    grant: Callable[[str, LogReader], Grant]
    passwords: Passwords
    recording: Recording
    random: Callable[[int], bytes]
    numbers: ServerNumbers
    settings: Settings
    log: Log
    version: str


class House:
    """The services of one server, and what it counts."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.metrics = Metrics(services.version)
        self.gates = Gates()
        self.health = Health(
            self.gates, check(self._store, name="store", timeout=services.numbers.probe.total_seconds(), ready=True)
        )
        self._hashing = ThreadPoolExecutor(services.numbers.password.at_once, "surefoot-password")

    @staticmethod
    def of(request: Request) -> "House":
        """Return the house that a request came to."""
        house = request.app.state.house
        assert isinstance(house, House)
        return house

    async def write(self, work: Work[T]) -> T:
        """Run a work; it is durable when this returns.

        Raises:
            StoreError: It failed, or was not done in time; then it may still happen.
        """
        return await self._await(self.services.store.submit(work), "write")

    async def read(self, work: Work[T]) -> T:
        """Run a work that changes nothing.

        Raises:
            StoreError: As for `write`.
        """
        return await self._await(self.services.store.submit_read(work), "read")

    async def hashed(self, call: Callable[[], T]) -> T:
        """Do something slow with a password, beside the few others that are done at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._hashing, call)

    def close(self) -> None:
        """Let go of the threads."""
        self._hashing.shutdown(cancel_futures=True)

    async def _store(self) -> Result:
        try:
            await self.read(lambda tx: tx.now())
        except StoreError:
            return Result(Status.UNHEALTHY, "the database does not answer")
        return Result(Status.HEALTHY)

    async def _await(self, future: Future[T], kind: Literal["read", "write"]) -> T:
        begin = perf_counter()
        waiting = self.metrics.waiting.labels(kind)
        waiting.inc()
        try:
            async with asyncio.timeout(self.services.numbers.store_wait.total_seconds()):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise StoreError(f"{self.services.store.place}: no answer in time") from error
        finally:
            waiting.dec()
            self.metrics.store.labels(kind).observe(perf_counter() - begin)
