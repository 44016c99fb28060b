"""Events of policies as log records: one sentence, and its parts as `extra`."""

import logging
from collections.abc import Callable

from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.pipeline import Pipeline

LEVELS = {
    "state_change": logging.WARNING,
    "would_open": logging.WARNING,
    "store": logging.WARNING,
    "chaos": logging.WARNING,
    "fallback": logging.INFO,
    "timeout": logging.INFO,
    "retry": logging.DEBUG,
    "hedge": logging.DEBUG,
    "rejected": logging.DEBUG,  # an open breaker says it thousands of times
}


def sentence(event: Event) -> str:
    """Write an event for people.

    >>> sentence(Event("state_change", "bank", "circuit_breaker", 0.0, (("from", "closed"), ("to", "open"))))
    'bank: circuit_breaker: state change: from=closed to=open'
    """
    detail = " ".join(f"{key}={f'{value:.4g}' if isinstance(value, float) else value}" for key, value in event.detail)
    head = ": ".join(part for part in (event.name, event.policy, event.kind.replace("_", " ")) if part)
    return f"{head}: {detail}" if detail else head


def log(
    source: Pipeline | Hooks, logger: logging.Logger | None = None, levels: dict[str, int] | None = None
) -> Callable[[], None]:
    """Log the events of a pipeline from now on; the answer ends it.

    Args:
        source: The pipeline, or the hooks of several.
        logger: `surefoot.resilience` by default.
        levels: By the kinds of events, where `LEVELS` does not fit.
    """
    to = logging.getLogger("surefoot.resilience") if logger is None else logger
    chosen = LEVELS | (levels or {})

    def listen(event: Event) -> None:
        level = chosen.get(event.kind, logging.INFO)
        if to.isEnabledFor(level):
            extra = {
                "resilience": {"kind": event.kind, "name": event.name, "policy": event.policy} | dict(event.detail)
            }
            to.log(level, "%s", sentence(event), extra=extra)

    return (source if isinstance(source, Hooks) else source.hooks).add(listen)
