"""A thread that does something again and again, beside whatever else goes on."""

import threading
from collections.abc import Callable

from surefoot.edge.outcome import outcome


class Repeating:
    """Runs until it is closed; an error of one round is told, and the next round comes.

    Args:
        work: One round; returns whether there is more to do at once.
        every: Seconds between rounds otherwise.
        failed: Takes the error of a round.
        name: Of the thread.
    """

    def __init__(self, work: Callable[[], bool], every: float, failed: Callable[[Exception], None], name: str) -> None:
        self._work = work
        self._every = every
        self._failed = failed
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the round that runs."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        more = True
        while not self._ended.wait(0 if more else self._every):
            result = outcome(self._work)
            if result.error is not None:
                self._failed(result.error)
            more = bool(result.value)
