"""A limit of calls at a time that finds its own place; see `vegas` for how."""

import threading

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Hooks
from surefoot.resilience.guarding import Passage
from surefoot.resilience.places import Door, Places
from surefoot.resilience.settings import AdaptiveSettings
from surefoot.resilience.vegas import Vegas
from surefoot.resilience.weave import Fragments, Site


class Adaptive(Door):
    """A limit between two bounds; see `Door` for the counters."""

    __slots__ = ("_lock", "_vegas", "settings")

    def __init__(
        self, settings: AdaptiveSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None
    ) -> None:
        self.settings = settings
        self._vegas = Vegas(settings, clock.now())
        self._lock = threading.Lock()
        places = Places(self._vegas.limit, settings.queue)
        super().__init__(places, settings.wait, (name, "adaptive"), clock, hooks)

    def configure(self, settings: AdaptiveSettings) -> None:
        """Change the bounds; the limit that was found stays between them."""
        with self._lock:
            self.settings = settings
            self.wait = settings.wait
            self._vegas.configure(settings)
            self.places.resize(self._vegas.limit, settings.queue)

    def finished(self, seconds: float) -> None:
        """Learn from a good answer and how long it took."""
        with self._lock:
            if self._vegas.finish(seconds, self.places.busy, self._clock.now()):
                self.places.resize(self._vegas.limit, self.settings.queue)

    def failed(self) -> None:
        """Learn from a failure."""
        with self._lock:
            if self._vegas.drop(self._clock.now()):
                self.places.resize(self._vegas.limit, self.settings.queue)

    def once(self) -> Passage:
        """Take a place for one call, and learn from it: any `Exception` is a failure."""
        return _Measured(self, self._clock)

    def weave(self, site: Site) -> Fragments:
        """Take a place, and learn."""
        door = super().weave(site)
        names = site.names(finished=self.finished, failed=self.failed)
        return Fragments(
            names={**door.names, **names},
            before=(*door.before, *site.lines("$began = _clock()")),
            good=site.lines("$finished(_clock() - $began)"),
            failed=site.lines("$failed()"),
            always=door.always,
        )


class _Measured:
    """One call through the door."""

    __slots__ = ("_began", "_clock", "_door")

    def __init__(self, door: Adaptive, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._began = 0.0

    def __enter__(self) -> None:
        self._door.enter()
        self._began = self._clock.now()

    async def __aenter__(self) -> None:
        await self._door.enter_async()
        self._began = self._clock.now()

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        if error is None:
            self._door.finished(self._clock.now() - self._began)
        elif isinstance(error, Exception):
            self._door.failed()
        self._door.leave()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        self.__exit__(kind, error, trace)
