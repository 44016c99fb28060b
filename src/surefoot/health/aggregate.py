"""All checks of a service and its three endpoints."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from surefoot.health.check import Check
from surefoot.health.checks.breaker import Pipeline, breaker
from surefoot.health.clock import SYSTEM, Clock
from surefoot.health.duration import spoken
from surefoot.health.flight import Flight
from surefoot.health.gates import SHUTDOWN, STARTUP, Gates
from surefoot.health.safe import scrub
from surefoot.health.status import Entry, Report, Status

_T = TypeVar("_T")
_LOG = logging.getLogger("surefoot.health")


class Endpoint(StrEnum):
    """Which of the three."""

    LIVE = "live"
    READY = "ready"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Probe:
    """How often an endpoint is asked, and how long it may take, in seconds."""

    every: float
    timeout: float

    def __post_init__(self) -> None:
        if not (self.every > 0 and self.timeout > 0):
            raise ValueError(f"{self} is no way to ask: write seconds above 0")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said about the service, and how its probes are set.

    Attributes:
        version: Shown in every report.
        live: As are `ready` and `deep`: what probes do, from which the limits of timeouts and caches follow.
    """

    version: str = ""
    live: Probe = Probe(10.0, 1.0)
    ready: Probe = Probe(5.0, 5.0)
    deep: Probe = Probe(60.0, 30.0)
    clock: Clock = SYSTEM


Part = Check | Gates | Settings | Pipeline


class _Runner:
    """Asks one check: one run at a time, its answer kept for a while."""

    def __init__(self, check: Check, keep: float, clock: Clock) -> None:
        self.check = check
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._flight: Flight | None = None
        self._last = Status.HEALTHY

    def board(self, loop: asyncio.AbstractEventLoop | None) -> Flight:
        """Return the run under way, or the last one while its answer is fresh, or a new one."""
        with self._lock:
            flight = self._flight
            if flight is None or flight.lost or self._stale(flight):
                self._flight = flight = Flight(self.check, self._clock)
                flight.start(loop)
        return flight

    def entry(self, flight: Flight) -> Entry:
        """Read a run, and log when the check goes from bad to good or back."""
        result = flight.result()
        with self._lock:
            changed, self._last = result.status is not self._last, result.status
        if changed:
            level = logging.INFO if result.status is Status.HEALTHY else logging.WARNING
            _LOG.log(level, "check %s is %s: %s", self.check.name, result.status, scrub(result.reason) or "it answers")
            if flight.error is not None:
                _LOG.debug("check %s raised", self.check.name, exc_info=flight.error)
        counts_as = self.check.at_worst(result.status)
        return Entry(self.check.name, result, round(flight.seconds() * 1000), counts_as)

    def _stale(self, flight: Flight) -> bool:
        return flight.landed is not None and self._clock.now() - flight.landed >= self._keep


class Health:
    """The endpoints of a service.

    Args:
        parts: Pipelines (their breakers are shown in ``/deep``), checks with a name, one `Gates`, one `Settings`.
        checks: Further checks, each named by its keyword.

    Raises:
        TypeError: A part is none of these.
        ValueError: Two checks have one name; or a timeout or cache is too long for the probes.
    """

    def __init__(self, *parts: Part, **checks: Check) -> None:
        self.settings = _only((part for part in parts if isinstance(part, Settings)), "Settings") or Settings()
        self.gates = _only((part for part in parts if isinstance(part, Gates)), "Gates") or Gates()
        self._runners: dict[str, _Runner] = {}
        for part in parts:
            if isinstance(part, Check):
                self._add(part.named(part.name))
            elif not isinstance(part, Gates | Settings):
                self._add(_shown(part))
        for name, check in checks.items():
            self._add(check.named(check.name or name))

    def report(self, endpoint: Endpoint) -> Report:
        """Ask what belongs to an endpoint and block until all answered or their time is over."""
        runners = list(self._asked(endpoint))
        flights = [runner.board(None) for runner in runners]
        for flight in flights:
            flight.wait()
        return self._report(endpoint, runners, flights)

    async def report_async(self, endpoint: Endpoint) -> Report:
        """Do the same without blocking; async checks run in this loop."""
        runners = list(self._asked(endpoint))
        loop = asyncio.get_running_loop()
        flights = [runner.board(loop) for runner in runners]
        for flight in flights:  # they all fly already
            await flight.arrival()
        return self._report(endpoint, runners, flights)

    def _report(self, endpoint: Endpoint, runners: list[_Runner], flights: list[Flight]) -> Report:
        entries = [runner.entry(flight) for runner, flight in zip(runners, flights, strict=True)]
        if endpoint is not Endpoint.LIVE:
            entries += self.gates.entries(decide=endpoint is Endpoint.READY)
        return Report(self.settings.clock.today(), self.settings.version, tuple(entries))

    def _asked(self, endpoint: Endpoint) -> Iterator[_Runner]:
        for runner in self._runners.values():
            if endpoint is Endpoint.DEEP or (endpoint is Endpoint.READY and runner.check.ready):
                yield runner

    def _add(self, check: Check) -> None:
        name = check.name
        if name in self._runners or name in (STARTUP, SHUTDOWN):
            raise ValueError(f"the check {name!r} is named twice: give each a name of its own, not that of a gate")
        probes = [self.settings.deep, *([self.settings.ready] if check.ready else [])]
        every, timeout = min(probe.every for probe in probes), min(probe.timeout for probe in probes)
        if check.timeout >= timeout:
            raise ValueError(f"the check {name!r} may take {spoken(check.timeout)}: {_shorter(timeout)}")
        keep = every / 2 if check.cache is None else check.cache
        if keep >= every:
            raise ValueError(f"answers of the check {name!r} are kept for {spoken(keep)}: {_shorter(every)}")
        self._runners[name] = _Runner(check, keep, self.settings.clock)


def _shown(part: Pipeline) -> Check:
    if not callable(getattr(part, "state", None)):
        raise TypeError(f"{type(part).__name__} is no part of health: wrap a function as `name=health.check(function)`")
    return breaker(part).named(part.name)


def _shorter(than: float) -> str:
    return f"its endpoint needs less than {spoken(than)}; write a shorter time, or drop `ready`"


def _only(found: Iterator[_T], what: str) -> _T | None:
    given = list(found)
    if len(given) > 1:
        raise ValueError(f"{what} is given {len(given)} times: give it once")
    return given[0] if given else None
