"""What happened to a policy, told to whoever listens; never on the path of a good call."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["state_change", "rejected", "retry", "fallback", "hedge", "timeout", "chaos", "would_open", "store"]


@dataclass(frozen=True, slots=True)
class Event:
    """One happening.

    Attributes:
        kind: What happened.
        name: Of the dependency.
        policy: `circuit_breaker`, `retry`, `rate_limiter`, `bulkhead`, `deadline`, `fallback`, `shed`, `chaos` …
        at: Monotonic seconds.
        detail: More, such as `from`, `to`, `attempt`, `delay`, `error.type`; texts and numbers.
    """

    kind: Kind
    name: str
    policy: str
    at: float
    detail: tuple[tuple[str, str | float], ...] = ()


Listener = Callable[[Event], None]


class Hooks:
    """Tells events to listeners in the order of their coming; a listener that raises is logged and goes on."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    @property
    def listening(self) -> bool:
        """Whether anyone listens; who would build an event for nobody asks first."""
        return bool(self._listeners)

    def add(self, listener: Listener) -> Callable[[], None]:
        """Listen from now on; the answer ends it."""
        self._listeners = (*self._listeners, listener)

        def remove() -> None:
            self._listeners = tuple(known for known in self._listeners if known is not listener)

        return remove

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a listener's fault must not become the caller's
                logging.getLogger("surefoot.resilience").exception("a listener failed on %s", event.kind)
