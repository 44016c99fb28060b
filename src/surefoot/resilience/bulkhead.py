"""So many calls at a time: one sick dependency cannot take all threads and connections."""

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Hooks
from surefoot.resilience.places import Door, Places
from surefoot.resilience.settings import BulkheadSettings


class Bulkhead(Door):
    """A fixed limit; see `Door` for the counters.

    >>> seats = Bulkhead(BulkheadSettings(limit=1), "bank")
    >>> with seats:
    ...     seats.places.busy
    1
    """

    __slots__ = ("settings",)

    def __init__(
        self, settings: BulkheadSettings, name: str, *, clock: Clock = SYSTEM, hooks: Hooks | None = None
    ) -> None:
        self.settings = settings
        places = Places(settings.limit, settings.queue)
        super().__init__(places, settings.wait, (name, "bulkhead"), clock, hooks)

    def configure(self, settings: BulkheadSettings) -> None:
        """Change the limits; calls inside stay inside."""
        self.settings = settings
        self.wait = settings.wait
        self.places.resize(settings.limit, settings.queue)
