"""State that processes share: the transitions of breakers, and rate limits, in a store such as Redis.

Breakers keep their own windows and share what follows from them. Each transition is written by compare-and-set on its
generation, by a thread of ours, so that no call ever waits for the store; the others learn it at their next look. Who
ends a break gets all trial calls of it from the store; the others refuse until the verdict, or make it themselves when
none comes within `half_open_wait`. Rate limits ask the store at each call.

While the store is away, `shared_down` decides: `local` (each process by its own results and limits), `open` (calls
pass), `closed` (calls are refused), as in "fail open" and "fail closed".
"""

import os
import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from types import TracebackType
from typing import Protocol, Self

from surefoot.resilience.breaker import Breaker, Phase
from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Event
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import Mode
from surefoot.resilience.shared_limiter import SharedLimiter, StoreError, Takes


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of a shared breaker.

    Attributes:
        phase: Closed, open or half-open.
        generation: Transitions so far.
        left: Seconds left of the break, by the store's clock.
        length: Seconds of the whole break.
        owner: Which process wrote it; in half-open, whose the trial calls are.
    """

    phase: Phase
    generation: int
    left: float
    length: float
    owner: str


class Store(Takes, Protocol):
    """Where the state is; thread-safe. Every method is one round trip, and raises `StoreError` within its time-out.

    Attributes:
        kind: As settings name it in `shared`.
    """

    kind: str

    def read(self, names: Sequence[str]) -> Mapping[str, Circuit]:
        """Read circuits; what was never written is absent."""
        ...

    def move(self, name: str, expected: int, to: Circuit) -> Circuit:
        """Write a circuit if the generation there (0 when absent) is the expected one; gives what is there then."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...


class Sharing:
    """Shares the state of pipelines whose settings say so (`shared`) over one store, in a thread.

    ::

        with Sharing(RedisStore.from_url("redis://localhost"), "checkout") as sharing:
            sharing.attach(payments)

    Args:
        store: Where the state is.
        service: Whose pipelines these are: services do not share a breaker, their processes do.
        poll: Seconds between two looks.

    Attributes:
        up: Whether the store answered when last asked.
    """

    def __init__(self, store: Store, service: str, *, poll: float = 1.0, clock: Clock = SYSTEM) -> None:
        if not 0 < poll < inf:
            raise ValueError(f"poll is {poll}: write seconds above 0")
        self.store = store
        self.service = service
        self.poll = poll
        self.up = True
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._links: dict[str, _Link] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._thread: tuple[int, threading.Thread] | None = None

    def attach(self, pipelines: Pipeline | Iterable[Pipeline]) -> None:
        """Share the rate limit and the breaker of pipelines, where their settings name this kind of store.

        Raises:
            ValueError: Two dependencies of one name, or a sliding window, which is not shared.
        """
        for pipeline in (pipelines,) if isinstance(pipelines, Pipeline) else pipelines:
            rate = pipeline.settings.rate
            if rate is not None and rate.shared == self.store.kind and rate.sliding:
                raise ValueError(f"{pipeline.name}: a shared rate is a bucket: drop `sliding`, or `shared`")
            name = f"{self.service}/{pipeline.name}"
            with self._lock:
                if name in self._links and self._links[name].pipeline is not pipeline:
                    raise ValueError(f"{name} is shared already: give each dependency of a service a name of its own")
                self._links[name] = link = _Link(name, pipeline, self)
            pipeline.hooks.add(self._hear)
            link.tie()
        self._wake.set()

    def _hear(self, event: Event) -> None:
        if event.kind == "state_change":
            self._wake.set()

    def step(self) -> None:
        """Look into the store once and settle what differs; the thread does it at each poll and transition."""
        links = tuple(self._links.values())
        for link in links:
            link.tie()
        try:
            there = self.store.read([link.name for link in links])
            self._came()
            for link in links:
                link.settle(there.get(link.name), self._owner)
        except StoreError as error:
            self.lost(error)

    def lost(self, error: StoreError) -> None:
        """Take note that the store is away."""
        with self._lock:
            was_up, self.up = self.up, False
        if was_up:
            for link in tuple(self._links.values()):
                link.manage_alone()
            self._tell("down", error)

    def _came(self) -> None:
        with self._lock:
            was_up, self.up = self.up, True
        if not was_up:
            for link in tuple(self._links.values()):
                link.rejoin()
            self._tell("up", None)

    def _tell(self, state: str, error: StoreError | None) -> None:
        detail: tuple[tuple[str, str | float], ...] = (("store", self.store.kind), ("state", state))
        if error is not None:
            detail = (*detail, ("error", str(error)))
        event = Event("store", self.service, "shared_state", self._clock.now(), detail)
        for hooks in {id(link.pipeline.hooks): link.pipeline.hooks for link in tuple(self._links.values())}.values():
            hooks.tell(event)

    def start(self) -> Self:
        """Share from now on, by a thread of this process; call it again after a fork."""
        if self._thread is None or self._thread[0] != os.getpid():
            self._over = False
            thread = threading.Thread(target=self._work, name="surefoot-sharing", daemon=True)
            self._thread = os.getpid(), thread
            thread.start()
        return self

    def _work(self) -> None:
        while not self._over:
            self._wake.clear()
            self.step()
            soonest = min((link.rest() for link in tuple(self._links.values())), default=inf)
            self._wake.wait(min(self.poll, soonest))

    def close(self) -> None:
        """End the thread and close the store; limits and breakers go on alone."""
        self._over = True
        self._wake.set()
        if self._thread is not None:
            self._thread[1].join()
            self._thread = None
        if self.up:
            self.up = False
            for link in tuple(self._links.values()):
                link.part()
        self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_ALONE = {"open": Mode.DISABLED, "closed": Mode.FORCED_OPEN}


class _Link:
    """One pipeline and its state in the store."""

    def __init__(self, name: str, pipeline: Pipeline, sharing: Sharing) -> None:
        self.name = name
        self.pipeline = pipeline
        self._sharing = sharing
        self._refused = 0  # calls, before the present break
        self._granted = -1
        self._parked: int | None = None  # generation from before an outage, while the mode is that of the outage

    def tie(self) -> None:
        """Put the shared limit into the pipeline, and take trial calls from the store; also after `configure`."""
        pipeline, kind = self.pipeline, self._sharing.store.kind
        rate, limiter = pipeline.settings.rate, pipeline.policies.get("rate")
        if rate is not None and rate.shared == kind and not isinstance(limiter, SharedLimiter):
            pipeline.policies.put("rate", SharedLimiter(rate, self.name, pipeline, self._sharing))
            pipeline.recompile()
        breaker = self.breaker()
        if breaker is not None and self._sharing.up:
            breaker.lends = False

    def breaker(self) -> Breaker | None:
        """Give the breaker if it is shared here."""
        breaker = self.pipeline.breaker
        return breaker if breaker is not None and breaker.settings.shared == self._sharing.store.kind else None

    def rest(self) -> float:
        """Give the seconds until a break ends."""
        breaker = self.breaker()
        left = 0.0 if breaker is None else breaker.circuit()[2]
        return left or inf

    def settle(self, there: Circuit | None, owner: str) -> None:
        """Follow what is newer in the store, or write what is newer here."""
        breaker = self.breaker()
        if breaker is None or breaker.settings.mode is not Mode.NORMAL:
            return
        phase, generation, left, length = breaker.circuit()
        if generation > (0 if there is None else there.generation):
            self._push(breaker, there, Circuit(phase, generation, left, length, owner))
        elif there is not None:
            self._follow(breaker, there, owner)
        self._end_break(breaker, owner)

    def _follow(self, breaker: Breaker, there: Circuit, owner: str) -> None:
        breaker.adopt(there.phase, there.generation, there.left, there.length, lost=True)
        if there.phase is Phase.HALF_OPEN and there.owner == owner and there.generation != self._granted:
            self._granted = there.generation
            breaker.grant(there.generation)

    def _push(self, breaker: Breaker, there: Circuit | None, ours: Circuit) -> None:
        found = self._sharing.store.move(self.name, 0 if there is None else there.generation, ours)
        self._follow(breaker, found, ours.owner)

    def _end_break(self, breaker: Breaker, owner: str) -> None:
        """Get the trial calls when a break is over, so that the next caller need not be refused for want of them."""
        phase, generation, left, length = breaker.circuit()
        if phase is not Phase.OPEN:
            self._refused = breaker.calls_rejected
        elif not left and breaker.calls_rejected > self._refused:
            here = Circuit(phase, generation, left, length, owner)
            self._push(breaker, here, replace(here, phase=Phase.HALF_OPEN, generation=generation + 1))

    def manage_alone(self) -> None:
        """Do what `shared_down` says."""
        breaker = self.breaker()
        if breaker is None:
            return
        mode = _ALONE.get(self.pipeline.settings.shared_down)
        if mode is None or breaker.settings.mode is not Mode.NORMAL:
            self.part()
        else:
            self._parked = breaker.generation
            breaker.configure(replace(breaker.settings, mode=mode))

    def rejoin(self) -> None:
        """Go on with the store."""
        breaker, parked = self.breaker(), self._parked
        self._parked = None
        if breaker is None:
            return
        breaker.lends = False
        if parked is not None and breaker.settings.mode is _ALONE.get(self.pipeline.settings.shared_down):
            breaker.configure(replace(breaker.settings, mode=Mode.NORMAL))
            breaker.generation = parked  # the outage was no news of the dependency

    def part(self) -> None:
        """Let the breaker decide by itself."""
        breaker = self.breaker()
        if breaker is not None:
            breaker.lends = True
            breaker.grant(breaker.generation)
