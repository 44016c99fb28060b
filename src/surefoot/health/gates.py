"""What readiness waits for at the start, and how it ends before the process does."""

import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from surefoot.health.duration import seconds
from surefoot.health.status import Entry, Result, Status

STARTUP = "startup"
SHUTDOWN = "shutdown"


class Gates:
    """Keeps ``/ready`` unhealthy until every named step of the start is done, and again from `drain` on.

    ``/deep`` says degraded meanwhile: a deployment is no outage. ``/live`` does not change.

    Example:
        >>> gates = Gates("migrations", "warm-up")
        >>> gates.done("migrations")
        >>> gates.waiting_for
        ('warm-up',)
    """

    def __init__(self, *steps: str) -> None:
        if len(set(steps)) < len(steps):
            raise ValueError(f"a step of the start is named twice in {steps}: name each once")
        self._steps = steps
        self._done: frozenset[str] = frozenset()
        self._draining = threading.Event()
        self._lock = threading.Lock()

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Return the steps of the start that are not done."""
        done = self._done
        return tuple(step for step in self._steps if step not in done)

    @property
    def draining(self) -> bool:
        """Return whether the process is about to end."""
        return self._draining.is_set()

    def done(self, step: str) -> None:
        """Say that a step of the start is done; again is as well.

        Raises:
            ValueError: There is no such step.
        """
        if step not in self._steps:
            raise ValueError(f"there is no step {step!r} of the start: write one of {', '.join(self._steps) or 'none'}")
        with self._lock:
            self._done |= {step}

    def drain(self) -> None:
        """Say that no more work should come; requests are still answered."""
        self._draining.set()

    def drain_on_sigterm(self, wait: str | float) -> None:
        """On SIGTERM drain, go on working for a while, and only then do what would have been done at once.

        The server that got the signal closes its port within milliseconds, while a load balancer sends requests until
        its probes have failed: `wait` should be their interval times the failures that they need, and some more. A
        second SIGTERM meanwhile is obeyed at once. Call it in the main thread, after the server has set its own
        handler: with uvicorn in the start of the application's lifespan, with gunicorn in ``post_worker_init``.

        Raises:
            ValueError: It is not called in the main thread.
        """
        length = seconds(wait)
        before = signal.getsignal(signal.SIGTERM)
        timer = threading.Timer(length, _send_again)
        timer.daemon = True

        def handle(number: int, frame: FrameType | None) -> None:
            if not self.draining:
                self.drain()
                timer.start()
                return
            timer.cancel()
            if callable(before):
                before(number, frame)
            else:
                signal.signal(number, signal.SIG_DFL if before is None else before)
                signal.raise_signal(number)

        signal.signal(signal.SIGTERM, handle)

    def entries(self, *, decide: bool) -> Iterator[Entry]:
        """List the state of the start, and the end when it is near.

        Args:
            decide: Whether they make the whole unhealthy, or degraded.
        """
        against = Status.UNHEALTHY if decide else Status.DEGRADED
        if self._steps:
            waiting = self.waiting_for
            yield _entry(STARTUP, against, f"waiting for {', '.join(waiting)}" if waiting else "")
        if self.draining:
            yield _entry(SHUTDOWN, against, "draining")


def _entry(name: str, against: Status, reason: str) -> Entry:
    status = against if reason else Status.HEALTHY
    return Entry(name, Result(status, reason), 0, status)


def _send_again() -> None:
    """Interrupt the main thread, where Python runs handlers, even if it waits in the operating system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
