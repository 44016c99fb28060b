"""A rate limit of all processes together: the store decides, in one round trip and by its clock."""

from typing import Protocol

from surefoot.resilience.limiter import RateLimiter
from surefoot.resilience.limits import patience
from surefoot.resilience.pace import GRAIN
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import RateSettings
from surefoot.resilience.weave import Fragments, Site


class StoreError(Exception):
    """The store does not answer, or not as it should."""


class Takes(Protocol):
    """The part of a store that counts calls, by the generic cell rate algorithm (see `pace.Bucket`)."""

    def take(self, name: str, step: float, slack: float) -> float:
        """Take a token: 0, or the seconds until there is one (none is taken then).

        Args:
            name: Of the limit.
            step: Seconds in which a token grows.
            slack: How far the time at which the bucket is full may lie ahead.
        """
        ...

    async def take_async(self, name: str, step: float, slack: float) -> float:
        """Take a token, as `take`."""
        ...


class Shared(Protocol):
    """What a limit asks of whoever looks after the store."""

    @property
    def store(self) -> Takes:
        """The store."""
        ...

    @property
    def up(self) -> bool:
        """Whether it answers."""
        ...

    @property
    def poll(self) -> float:
        """Seconds until it is asked again."""
        ...

    def lost(self, error: StoreError) -> None:
        """Take note that it does not answer."""
        ...


class SharedLimiter(RateLimiter):
    """Asks the store, and does what `shared_down` says while it is away; see `RateLimiter` for the counters.

    Those who wait stand in no line: between processes there is none. A call that is cancelled after its token was
    taken has used it.
    """

    __slots__ = ("_key", "_pipeline", "_shared")

    def __init__(self, settings: RateSettings, key: str, pipeline: Pipeline, shared: Shared) -> None:
        super().__init__(settings, pipeline.name, clock=pipeline.clock, hooks=pipeline.hooks)
        self._key = key
        self._pipeline = pipeline
        self._shared = shared

    def state(self) -> dict[str, object]:
        """Tell what waits; what is left, the store knows, unless it is away."""
        state = super().state()
        if self._shared.up:
            state["available_permissions"] = None
        return {**state, "store": "up" if self._shared.up else "down"}

    def enter(self) -> None:
        """Take a token, waiting for it; raises as `RateLimiter.enter`."""
        until = self._until()
        while self._shared.up:
            try:
                wait = self._shared.store.take(self._key, *self._bucket())
            except StoreError as error:
                self._shared.lost(error)
            else:
                if self._goes(wait, until):
                    return
                self._clock.sleep(wait)
        if self._locally():
            super().enter()

    async def enter_async(self) -> None:
        """Take a token, as `enter`."""
        until = self._until()
        while self._shared.up:
            try:
                wait = await self._shared.store.take_async(self._key, *self._bucket())
            except StoreError as error:
                self._shared.lost(error)
            else:
                if self._goes(wait, until):
                    return
                await self._clock.pause(wait)
        if self._locally():
            await super().enter_async()

    def _until(self) -> float:
        return self._clock.now() + patience(self.settings.wait)

    def _bucket(self) -> tuple[float, float]:
        settings = self.settings
        step = settings.per / settings.count
        return step, ((settings.burst or settings.count) - 1) * step

    def _goes(self, wait: float, until: float) -> bool:
        if wait and self._clock.now() + wait - until > GRAIN:
            raise self._refused(wait)
        return not wait

    def _locally(self) -> bool:
        """Tell whether the own limit decides while the store is away; else the call passes, or is refused."""
        down = self._pipeline.settings.shared_down
        if down == "closed":
            raise self._refused(self._shared.poll)
        return down == "local"

    def weave(self, site: Site) -> Fragments:
        """Ask at each attempt."""
        enter = self.enter_async if site.asynchronous else self.enter
        return Fragments(
            names=site.names(enter=enter), before=site.lines("await$ $enter()\n_now = _clock()"), times=True
        )
